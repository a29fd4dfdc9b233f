// Compiled, never run: the types say what the documentation says.

import { diffSnapshots } from '../..';
import { assertNoLeak, checkpoint, countInstances, matchers, whatRetains } from '../../test';
import type { LeakError } from '../../test';

export async function scenarios(): Promise<number> {
  const { durationMs } = await assertNoLeak(async (iteration) => iteration + 1, {
    iterations: 11,
    ignore: [/LRU/, 'cache.js', (leak) => leak.sizeGrowth[0] < 1],
  });
  await assertNoLeak(new URL('file:///a.mjs'), {
    export: 'scenario',
    execArgv: ['--import', 'tsx'],
    maxGrowth: { Session: 0 },
  });
  // @ts-expect-error: misspelt options are refused
  await assertNoLeak(() => {}, { iteration: 7 });
  return durationMs;
}

export async function grown(before: string, after: string): Promise<number> {
  const diff = await diffSnapshots(before, after);
  matchers.toHaveGrownBy(diff, { className: 'Session', count: 0 });
  return diff.class('Session').countDelta;
}

export function kept(error: LeakError): string[] {
  return error.report.leaks.length > 0 ? error.snapshots : [];
}

export async function objects(): Promise<number> {
  class Session {}
  const before = await checkpoint({ settleMs: 10 });
  const diff = await before.diff();
  const { alive, path } = await whatRetains(new WeakRef(new Session()));
  if (alive) console.log(path.length, await countInstances(Session), diff.class('Session').countDelta);
  return (
    diff.survived((it) => it.file?.startsWith('/app')).count + diff.objects((it) => it.className === 'Session').size
  );
}
