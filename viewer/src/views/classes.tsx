// The classes of one snapshot; in a report, how each of them grew.

import { Pending } from '../pending';
import { change, go, place } from '../place';
import { useRows } from '../rows';
import type { ClassRow, Source } from '../source';
import { current, queryAddress, snapshots, useSource } from '../state';
import type { Column } from '../columns';
import { Table } from '../table';
import { Numbers } from '../parts/numbers';
import { PlaceLink } from '../parts/place-link';
import { growthOf } from '../from-report';
import { count, counted, countDelta, distance, label, share, size, sizeDelta } from '../words';

/** DevTools' filters, in words. */
const FILTERS: Record<string, string> = {
  '': 'All objects',
  duplicatedStrings: 'Duplicated strings',
  objectsRetainedByDetachedDomNodes: 'Held by detached nodes of a page',
  objectsRetainedByConsole: 'Held by the console',
  objectsRetainedByEventHandlers: 'Held by event handlers',
  objectsRetainedByContexts: 'Held by scopes of functions',
  sharedNativeContext: 'Of several realms',
  noNativeContext: 'Of no realm',
};

export function Classes() {
  const source = useSource();
  const { q = '', filter = '', sort = isGrowth(source) ? 'growth' : 'retainedSize', dir = 'desc' } = place.value.params;
  const snapshot = current.value;
  const direction = dir === 'asc' ? 'asc' : 'desc';
  const ask = { snapshot, search: q, filter, sort, direction } as const;
  const list = useRows(`classes ${JSON.stringify(ask)}`, (range, signal) =>
    source.classes!({ ...ask, ...range }, signal),
  );
  const isReport = source.kind === 'report';
  return (
    <article>
      <h1>Classes</h1>
      {!isReport && (
        <p class="controls">
          <label>
            Objects{' '}
            <select value={filter} onChange={(event) => change({ filter: event.currentTarget.value || undefined })}>
              {Object.entries(FILTERS).map(([value, title]) => (
                <option key={value} value={value}>
                  {title}
                </option>
              ))}
            </select>
          </label>
        </p>
      )}
      <Pending answer={list.first} what="The list of classes">
        {({ total, totalSize }) =>
          total === 0 ? (
            <p class="empty">
              No class {isReport && 'of this document '}fits{q === '' ? ' this filter' : ` “${q}”`}.{' '}
              {isReport
                ? 'It has the classes that grew most and those that retain most, and no others.'
                : 'The snapshot was searched whole.'}
            </p>
          ) : (
            <>
              <p class="note">
                {counted(total, 'class', 'classes')}
                {isGrowth(source) && ', those of this document'}; percentages are of {size(totalSize)}.
              </p>
              <Table<ClassRow>
                isMain
                label="Classes"
                columns={columnsOf(totalSize, isReport)}
                total={total}
                rowAt={list.rowAt}
                sort={sort}
                direction={direction}
                onSort={(key, to) => change({ sort: key, dir: to })}
                onOpen={source.objects && ((row) => go(queryAddress({ key: row.key })))}
              />
            </>
          )
        }
      </Pending>
    </article>
  );
}

/** A report knows how each class grew. */
function isGrowth(source: Source): boolean {
  return source.kind === 'report' && snapshots.value.length > 1;
}

function columnsOf(totalSize: number, isReport: boolean): Column<ClassRow>[] {
  const sizeCell = (value: number | undefined) =>
    value === undefined ? '–' : <Numbers main={size(value)} share={share(value, totalSize)} />;
  const several = snapshots.value.length > 1;
  return [
    {
      key: 'name',
      title: 'class',
      width: 'minmax(16rem, 1fr)',
      sorts: true,
      text: ({ name }) => label(name),
      cell: ({ name, location }) => (
        <>
          <span class="name">{label(name)}</span> <PlaceLink place={location} />
        </>
      ),
    },
    {
      key: 'count',
      isMinor: true,
      title: 'objects',
      width: '7rem',
      isNumber: true,
      sorts: true,
      text: (row) => count(row.count),
      cell: (row) => count(row.count),
    },
    ...(isReport && several
      ? [
          {
            key: 'growth',
            title: 'growth',
            width: '11rem',
            isNumber: true,
            sorts: true,
            text: (row: ClassRow) => sizeDelta(growthOf(row.sizes)),
            cell: (row: ClassRow) => (
              <Numbers main={sizeDelta(growthOf(row.sizes))} share={countDelta(growthOf(row.counts))} />
            ),
          },
        ]
      : []),
    ...(isReport
      ? []
      : [
          {
            key: 'distance',
            isMinor: true,
            title: 'distance',
            width: '6rem',
            isNumber: true,
            sorts: true,
            text: (row: ClassRow) => distance(row.distance ?? -1),
            cell: (row: ClassRow) => distance(row.distance ?? -1),
          },
        ]),
    {
      key: 'shallowSize',
      isMinor: true,
      title: 'shallow',
      width: '9rem',
      isNumber: true,
      sorts: true,
      text: (row) => size(row.shallowSize),
      cell: (row) => sizeCell(row.shallowSize),
    },
    {
      key: 'retainedSize',
      title: 'retained',
      width: '9rem',
      isNumber: true,
      sorts: true,
      text: (row) => (row.retainedSize === undefined ? '' : size(row.retainedSize)),
      cell: (row) => sizeCell(row.retainedSize),
    },
  ];
}
