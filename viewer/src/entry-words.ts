// What several pages say of an entry: its two halves, its reasons, its curve.

import type { Entry } from './document';
import { countDelta, nameOf, sizeDelta } from './words';

/** What happens, and how much. */
export function splitHeadline(headline: string): [string, string] {
  const at = headline.lastIndexOf(': ');
  return at < 0 ? [headline, ''] : [headline.slice(0, at), headline.slice(at + 2)];
}

export function reasonsOf(facts: Entry['facts']): string[] {
  return facts.find(({ label }) => label === 'Sure' || label === 'Sure?')?.reasons ?? [];
}

/** Objects; bytes where there are not more objects. */
export function curveOf(growth: NonNullable<Entry['growth']>) {
  return (growth.counts.at(-1) ?? 0) > 0
    ? { values: growth.counts, print: (value: number) => (value === 0 ? '0' : countDelta(value)), what: 'objects' }
    : { values: growth.sizes, print: (value: number) => (value === 0 ? '0' : sizeDelta(value)), what: 'bytes' };
}

/** The files without their endings. */
export function shortNames(snapshots: { name: string }[]): string[] {
  return snapshots.map(({ name }) => nameOf(name.replace(/\.(heapsnapshot|heaptimeline)(\.\w+)?$/, '')));
}
