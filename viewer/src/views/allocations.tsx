// Which functions allocated, where the snapshot was taken with recorded allocations.

import type { AllocationRow } from '../../../index';
import { Numbers } from '../parts/numbers';
import { PlaceLink } from '../parts/place-link';
import { Sparkline } from '../parts/sparkline';
import { Pending } from '../pending';
import { change, place } from '../place';
import { useRows } from '../rows';
import { current, snapshots, useSource } from '../state';
import { Table } from '../table';
import { count, label, share, size } from '../words';

export function Allocations() {
  const source = useSource();
  const snapshot = current.value;
  const { q = '', sort = 'liveSize', dir = 'desc' } = place.value.params;
  const direction = dir === 'asc' ? 'asc' : 'desc';
  const heap = snapshots.value[snapshot]?.totalSize ?? 0;
  const ask = { snapshot, search: q, sort, direction } as const;
  const list = useRows(`allocations ${JSON.stringify(ask)}`, async (range, signal) => {
    const { functions, ...more } = await source.allocations!({ ...ask, ...range }, signal);
    return { ...more, rows: functions };
  });
  return (
    <article>
      <h1>Allocations</h1>
      <Pending answer={list.first} what="The list of allocations">
        {({ total, samples }) => {
          if (total + samples.length === 0 && q === '')
            return (
              <p class="empty">
                The snapshot has no allocations: they were not recorded. Start the program with
                heaphound/track-allocations and take it again.
              </p>
            );
          return (
            <>
              {samples.length > 1 && (
                <figure>
                  <figcaption>Bytes that are still alive, by the time of their allocation</figcaption>
                  <Sparkline
                    values={samples.map((sample) => sample.size)}
                    names={samples.map((sample) => `${(sample.timestampUs / 1e6).toFixed(1)} s`)}
                    print={size}
                    what="bytes"
                  />
                </figure>
              )}
              <Table<AllocationRow>
                isMain
                label="Functions that allocated"
                total={total}
                rowAt={list.rowAt}
                sort={sort}
                direction={direction}
                onSort={(key, to) => change({ sort: key, dir: to })}
                columns={[
                  {
                    key: 'name',
                    title: 'function',
                    width: 'minmax(16rem, 1fr)',
                    text: ({ name }) => label(name),
                    cell: (row) => (
                      <>
                        <span class="name">{label(row.name)}</span> <PlaceLink place={row} />
                      </>
                    ),
                  },
                  {
                    key: 'liveSize',
                    title: 'alive',
                    width: '9rem',
                    isNumber: true,
                    sorts: true,
                    text: (row) => size(row.liveSize),
                    cell: (row) => <Numbers main={size(row.liveSize)} share={share(row.liveSize, heap)} />,
                  },
                  {
                    key: 'liveCount',
                    isMinor: true,
                    title: 'alive, objects',
                    width: '8rem',
                    isNumber: true,
                    sorts: true,
                    text: (row) => count(row.liveCount),
                    cell: (row) => count(row.liveCount),
                  },
                  {
                    key: 'size',
                    isMinor: true,
                    title: 'allocated',
                    width: '8rem',
                    isNumber: true,
                    sorts: true,
                    text: (row) => size(row.size),
                    cell: (row) => size(row.size),
                  },
                  {
                    key: 'count',
                    isMinor: true,
                    title: 'allocations',
                    width: '8rem',
                    isNumber: true,
                    sorts: true,
                    text: (row) => count(row.count),
                    cell: (row) => count(row.count),
                  },
                ]}
              />
            </>
          );
        }}
      </Pending>
    </article>
  );
}
