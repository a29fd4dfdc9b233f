// Which functions allocated, where the snapshot was taken with recorded allocations.

import type { AllocationRow } from '../../../index';
import { Numbers } from '../parts/numbers';
import { PlaceLink } from '../parts/place-link';
import { Sparkline } from '../parts/sparkline';
import { Pending, useAnswer } from '../pending';
import { place } from '../place';
import { matcherOf } from '../search';
import { current, useSource } from '../state';
import { Table } from '../table';
import { count, label, share, size } from '../words';

export function Allocations() {
  const source = useSource();
  const snapshot = current.value;
  const { q = '' } = place.value.params;
  const answer = useAnswer(`allocations ${snapshot}`, (signal) => source.allocations!(snapshot, signal));
  return (
    <article>
      <h1>Allocations</h1>
      <Pending answer={answer} what="The list of allocations">
        {({ functions, samples }) => {
          const isFound = matcherOf(q);
          const rows = functions.filter(({ name, file }) => isFound(`${name} ${file}`));
          const live = functions.reduce((sum, row) => sum + row.liveSize, 0);
          if (functions.length + samples.length === 0)
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
                total={rows.length}
                rowAt={(at) => rows[at]}
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
                    text: (row) => size(row.liveSize),
                    cell: (row) => <Numbers main={size(row.liveSize)} share={share(row.liveSize, live)} />,
                  },
                  {
                    key: 'liveCount',
                    isMinor: true,
                    title: 'alive, objects',
                    width: '8rem',
                    isNumber: true,
                    text: (row) => count(row.liveCount),
                    cell: (row) => count(row.liveCount),
                  },
                  {
                    key: 'size',
                    isMinor: true,
                    title: 'allocated',
                    width: '8rem',
                    isNumber: true,
                    text: (row) => size(row.size),
                    cell: (row) => size(row.size),
                  },
                  {
                    key: 'count',
                    isMinor: true,
                    title: 'allocations',
                    width: '8rem',
                    isNumber: true,
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
