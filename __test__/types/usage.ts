// Compiled, never run: the types say what the documentation says.

import { captureSnapshot, diffOwners, diffSnapshots, findLeaks, ignoreLeaks, openSnapshot } from '../..';
import type { HeaphoundError, Leak, Snapshot } from '../..';

export async function biggest(file: string | Uint8Array, signal: AbortSignal): Promise<number[]> {
  await using snapshot: Snapshot = await openSnapshot(file, { signal, threads: 2, parity: 'devtools' });
  const { classes } = await snapshot.summary({ filter: 'duplicatedStrings', limit: 10 });
  return classes.map((row) => row.retainedSize);
}

export async function leaks(files: string[]): Promise<Leak[]> {
  const found = await findLeaks(files, { onProgress: ({ stage, done, total }) => console.log(stage, done / total) });
  const place = found.leaks[0]?.container.location;
  if (place) console.log(`${place.original?.file ?? place.file}:${place.line}`);
  return found.leaks;
}

export async function news(files: string[]): Promise<string[]> {
  const row = {
    package: 'x',
    versions: '<2',
    title: 'x keeps y',
    path: ['^Cache$'],
    advice: 'Upgrade.',
    source: 'https://example.com',
  };
  const { leaks } = await findLeaks(files, {
    catalogue: [row],
    ignore: ['Session', /vendor/, (leak: Leak) => leak.confidence === 'low'],
  });
  return ignoreLeaks(leaks, 'c0ffee').leaks.map(({ className, known }) => `${className} ${known?.package ?? ''}`);
}

export async function grown(before: Snapshot, after: Snapshot): Promise<string[]> {
  const { classes } = await diffSnapshots(before, after, { sort: 'addedRetainedSize' });
  return classes.filter((row) => row.countDelta > 0).map((row) => row.key);
}

export async function ofPackages(before: Snapshot, after: string): Promise<number> {
  const { owners, rest } = await before.owners({ by: 'package', sort: 'count' });
  const change = await diffOwners(before, after, { by: 'file', order: 'given' });
  // @ts-expect-error: owners have no retained size
  const retained: number = owners[0].retainedSize;
  return rest.several.shallowSize + change.rest.nobody.sizeDelta + change.owners[0].countDelta + retained;
}

export async function added(before: string, after: string): Promise<number> {
  const { classes, comparison } = await diffSnapshots(before, after, { compareBy: 'auto' });
  // @ts-expect-error: null without ids
  const unsure: number = classes[0].addedCount;
  return comparison.ids ? (classes[0].addedCount ?? 0) : unsure;
}

export async function captured(signal: AbortSignal): Promise<string> {
  const { path, mode, tries } = await captureSnapshot({ mode: 'auto', timeoutMs: 60_000, signal });
  return mode === 'fork' ? `${path} after ${tries} tries` : path;
}

export function isDamaged(error: HeaphoundError): boolean {
  return error.code === 'HEAPHOUND_ERR_FORMAT' && error.offset !== undefined;
}

// @ts-expect-error: misspelt options are refused
void openSnapshot('a', { thread: 1 });
// @ts-expect-error: there are three ways
void captureSnapshot({ mode: 'spoon' });
// @ts-expect-error: a filter has one of DevTools' names
void openSnapshot('a').then((snapshot) => snapshot.summary({ filter: 'strings' }));
