// Compiled, never run: the types say what the documentation says.

import { diffSnapshots } from '../..';
import { assertNoLeak, matchers } from '../../test';
import type { LeakError } from '../../test';

export async function scenarios(): Promise<number> {
  const { durationMs } = await assertNoLeak(async (iteration) => iteration + 1, { iterations: 11, ignore: [/LRU/, 'cache.js', (leak) => leak.sizeGrowth[0] < 1] });
  await assertNoLeak(new URL('file:///a.mjs'), { export: 'scenario', execArgv: ['--import', 'tsx'], maxGrowth: { Session: 0 } });
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
