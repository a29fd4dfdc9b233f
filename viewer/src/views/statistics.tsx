// What the heap consists of, in the categories of DevTools.

import type { Statistics } from '../../../index';
import { Bars, type Part } from '../parts/bars';
import { Pending, useAnswer } from '../pending';
import { current, useSource } from '../state';
import { size } from '../words';

export function StatisticsView() {
  const source = useSource();
  const snapshot = current.value;
  const answer = useAnswer(`statistics ${snapshot}`, (signal) => source.statistics!(snapshot, signal));
  return (
    <article>
      <h1>What it consists of</h1>
      <Pending answer={answer} what="The statistics">
        {(statistics) => (
          <>
            <p class="note">All {size(statistics.total)} of the snapshot, each byte once.</p>
            <Bars parts={partsOf(statistics)} total={statistics.total} label="What it consists of" />
          </>
        )}
      </Pending>
    </article>
  );
}

export function partsOf({ native, v8heap }: Statistics): Part[] {
  const named = v8heap.code + v8heap.strings + v8heap.jsArrays + v8heap.system;
  const parts = [
    { title: 'Code', size: v8heap.code },
    { title: 'Strings', size: v8heap.strings },
    { title: 'Arrays of JavaScript', size: v8heap.jsArrays },
    { title: 'Typed arrays', size: native.typedArrays },
    { title: 'V8’s own objects', size: v8heap.system },
    { title: 'Other objects of JavaScript', size: v8heap.total - named },
    { title: 'Other memory outside of JavaScript', size: native.total - native.typedArrays },
  ];
  return parts.sort((a, b) => b.size - a.size);
}
