// The classes of all snapshots side by side.

import { Pending } from '../pending';
import { change, go, place } from '../place';
import { useRows } from '../rows';
import type { CompareAllRow } from '../source';
import { queryAddress, snapshots, useSource } from '../state';
import { Table } from '../table';
import { count, countDelta, known, label, nameOf, size, sizeDelta } from '../words';
import { Numbers } from './numbers';

export function CompareAll() {
  const source = useSource();
  const { q = '', sort = 'growth', dir = 'desc' } = place.value.params;
  const direction = dir === 'asc' ? 'asc' : 'desc';
  const ask = { search: q, sort, direction } as const;
  const list = useRows(`all ${JSON.stringify(ask)}`, (range, signal) =>
    source.compareAll!({ ...ask, ...range }, signal),
  );
  const names = snapshots.value.map(({ name }) => nameOf(name.replace(/\.heap\w+(\.\w+)?$/, '')));
  return (
    <Pending answer={list.first} what="The comparison of all snapshots">
      {({ total }) => (
        <>
          <p class="note">Bytes, and the number of objects beside them.</p>
          <Table<CompareAllRow>
            isMain
            label="All snapshots"
            total={total}
            rowAt={list.rowAt}
            sort={sort}
            direction={direction}
            onSort={(key, to) => change({ sort: key, dir: to })}
            onOpen={(row) => go(queryAddress({ key: row.key }, names.length - 1))}
            columns={[
              {
                key: 'name',
                title: 'class',
                width: 'minmax(14rem, 1fr)',
                text: ({ name }) => label(name),
                cell: ({ name }) => <span class="name">{label(name)}</span>,
              },
              ...names.map((title, at) => ({
                key: `count-${at}`,
                isMinor: true,
                title,
                width: '9rem',
                isNumber: true,
                text: (row: CompareAllRow) => known(row.counts[at], count),
                cell: (row: CompareAllRow) => (
                  <Numbers main={known(row.sizes[at], size)} share={known(row.counts[at], count)} />
                ),
              })),
              {
                key: 'growth',
                title: 'growth',
                width: '11rem',
                isNumber: true,
                sorts: true,
                text: (row) => sizeDelta(row.growth),
                cell: (row) => <Numbers main={sizeDelta(row.growth)} share={countDelta(row.countGrowth)} />,
              },
            ]}
          />
        </>
      )}
    </Pending>
  );
}
