// Strings that the heap has several times, and the bytes that they waste.

import { Numbers } from '../parts/numbers';
import { Pending } from '../pending';
import { change, go, place } from '../place';
import { useRows } from '../rows';
import type { StringRow } from '../document';
import { current, objectAddress, snapshots, useSource } from '../state';
import type { Column } from '../columns';
import { Table } from '../table';
import { count, counted, harmless, share, size } from '../words';

export function Strings() {
  const source = useSource();
  const { q = '', sort = 'wastedSize', dir = 'desc' } = place.value.params;
  const direction = dir === 'asc' ? 'asc' : 'desc';
  const snapshot = current.value;
  const ask = { snapshot, search: q, sort, direction } as const;
  const list = useRows(`strings ${JSON.stringify(ask)}`, (range, signal) =>
    source.strings!({ ...ask, ...range }, signal),
  );
  const total = snapshots.value[snapshot]?.totalSize ?? 0;
  return (
    <article>
      <h1>Strings and duplicates</h1>
      <Pending answer={list.first} what="The list of strings">
        {(value) => {
          const isPart = source.kind === 'viewer' && (value.leftOut ?? 0) > 0;
          return (
            <>
              <p class="lead">
                {isPart && 'At least '}
                <strong>{size(value.wastedSize)}</strong> wasted by copies of the same text
                {q !== '' && `, of those that fit “${q}”`}
                {total > 0 && `: ${share(value.wastedSize, total)} of the heap`}.
              </p>
              {(value.leftOut ?? 0) > 0 && (
                <p class="note">
                  {isPart
                    ? `Of ${counted(value.leftOut ?? 0, 'group')} that retain least neither the sum nor the search knows.`
                    : `The largest groups; ${counted(value.leftOut ?? 0, 'more group')} left out.`}
                </p>
              )}
              {value.total === 0 ? (
                <p class="empty">{emptyText(q, source.kind === 'report')}</p>
              ) : (
                <Table<StringRow>
                  isMain
                  label="Strings"
                  total={value.total}
                  rowAt={list.rowAt}
                  columns={columnsOf(value.wastedSize)}
                  sort={sort}
                  direction={direction}
                  onSort={(key, to) => change({ sort: key, dir: to })}
                  onOpen={
                    source.object &&
                    ((row) => {
                      const [id] = row.ids ?? [];
                      if (id !== undefined) go(objectAddress(id));
                    })
                  }
                />
              )}
            </>
          );
        }}
      </Pending>
    </article>
  );
}

function columnsOf(wasted: number): Column<StringRow>[] {
  return [
    {
      key: 'value',
      title: 'text',
      width: 'minmax(16rem, 1fr)',
      text: textOf,
      cell: (row) => (row.value === undefined ? <em class="note">{textOf(row)}</em> : <code>{textOf(row)}</code>),
    },
    {
      key: 'count',
      title: 'copies',
      width: '6rem',
      isNumber: true,
      sorts: true,
      text: (row) => count(row.count),
      cell: (row) => count(row.count),
    },
    {
      key: 'shallowSize',
      isMinor: true,
      title: 'bytes',
      width: '7rem',
      isNumber: true,
      sorts: true,
      text: (row) => size(row.shallowSize),
      cell: (row) => size(row.shallowSize),
    },
    {
      key: 'wastedSize',
      title: 'wasted',
      width: '9rem',
      isNumber: true,
      sorts: true,
      text: (row) => size(row.wastedSize),
      cell: (row) => <Numbers main={size(row.wastedSize)} share={share(row.wastedSize, wasted)} />,
    },
  ];
}

function emptyText(search: string, isReport: boolean): string {
  if (search === '') return 'No text occurs twice. All strings of the snapshot were compared.';
  return isReport
    ? `No text of this document fits “${search}”. It has the largest groups, and their texts only where they were asked for.`
    : `No text that occurs twice fits “${search}”.`;
}

function textOf({ value, length, truncated, maybe }: StringRow): string {
  if (value === undefined)
    return length === undefined ? 'a text, left out' : `a text of ${count(length)} characters, left out`;
  return `"${harmless(value)}"${truncated ? ' … cut by V8' : maybe ? ' … may be cut by V8' : ''}`;
}
