// Two snapshots side by side, or all of them: what survived, what is new, what is gone.

import { Numbers } from '../parts/numbers';
import { PlaceLink } from '../parts/place-link';
import { Segmented } from '../parts/segmented';
import { Pending } from '../pending';
import { change, go, place } from '../place';
import { useRows } from '../rows';
import type { CompareAllRow, CompareRow } from '../source';
import { objectAddress, queryAddress, snapshots, useSource } from '../state';
import { Table, type Column } from '../table';
import { count, countDelta, counted, known, label, nameOf, size, sizeDelta } from '../words';

const MOST_IDS = 10;
/** Columns that a narrow screen has room for. */
const MAIN: (keyof CompareRow)[] = ['countDelta', 'sizeDelta'];

export function Compare() {
  const source = useSource();
  const last = snapshots.value.length - 1;
  const { params } = place.value;
  const before = indexOf(params.before, 0, last);
  const after = indexOf(params.after, last, last);
  const { by = 'class', open } = params;
  if (last < 1)
    return (
      <article>
        <h1>Compare</h1>
        <p class="empty">There is one snapshot. With a second one of the same program this page shows what changed.</p>
      </article>
    );
  const isAll = params.all === '1' && source.compareAll !== undefined;
  return (
    <article>
      <h1>Compare</h1>
      {source.kind === 'viewer' && (
        <div class="controls">
          <Choice label="From" value={before} onChange={(value) => change({ before: String(value) })} isOff={isAll} />
          <Choice label="to" value={after} onChange={(value) => change({ after: String(value) })} isOff={isAll} />
          <Segmented
            label="A row for each"
            value={isAll ? 'all' : by}
            onChange={(value) =>
              change(value === 'all' ? { all: '1', by: undefined } : { all: undefined, by: value, sort: undefined })
            }
            choices={[
              { value: 'class', title: 'Class' },
              { value: 'package', title: 'Package' },
              { value: 'file', title: 'File' },
              ...(source.compareAll ? [{ value: 'all', title: 'Class, all snapshots' }] : []),
            ]}
          />
        </div>
      )}
      {isAll ? (
        <All />
      ) : before === after ? (
        <p class="empty">Both are the same snapshot. Choose another one.</p>
      ) : (
        <Two key={`${before} ${after} ${by}`} {...{ before, after, by, open }} />
      )}
    </article>
  );
}

function indexOf(text: string | undefined, otherwise: number, last: number): number {
  const number = Number(text ?? otherwise);
  return Number.isInteger(number) && number >= 0 && number <= last ? number : otherwise;
}

function Choice(props: { label: string; value: number; onChange: (value: number) => void; isOff: boolean }) {
  return (
    <label>
      {props.label}{' '}
      <select
        value={String(props.value)}
        disabled={props.isOff}
        onChange={(event) => props.onChange(Number(event.currentTarget.value))}
      >
        {snapshots.value.map(({ name }, at) => (
          <option key={at} value={String(at)}>
            {nameOf(name)}
          </option>
        ))}
      </select>
    </label>
  );
}

function Two({ before, after, by, open }: { before: number; after: number; by: string; open?: string }) {
  const source = useSource();
  const { q = '', sort = 'sizeDelta', dir = 'desc' } = place.value.params;
  const direction = dir === 'asc' ? 'asc' : 'desc';
  const ask = { before, after, by, search: q, sort, direction } as const;
  const list = useRows(`compare ${JSON.stringify(ask)}`, (range, signal) =>
    source.compare!({ ...ask, ...range }, signal),
  );
  const names = snapshots.value.map(({ name }) => nameOf(name));
  const isClass = by === 'class';
  return (
    <Pending answer={list.first} what="The comparison">
      {({ total, ids, reason, rows }) => {
        const chosen = rows.find((row) => row.key !== undefined && row.key === open);
        return (
          <>
            <p class="note">
              {names[before]} → {names[after]}.{' '}
              {ids || !isClass
                ? ''
                : `The ids of the two do not name the same objects${reason ? `: ${reason}` : ''}. So there are no columns for new and gone.`}
            </p>
            {total === 0 ? (
              <p class="empty">
                {q === '' ? 'Nothing changed between the two.' : `Nothing that changed fits “${q}”.`} All{' '}
                {isClass ? 'classes' : 'owners'} were compared.
              </p>
            ) : (
              <Table<CompareRow>
                isMain
                label="Comparison"
                total={total}
                rowAt={list.rowAt}
                sort={sort}
                direction={direction}
                onSort={(key, to) => change({ sort: key, dir: to })}
                onOpen={isClass && ids ? (row) => change({ open: row.key === open ? undefined : row.key }) : undefined}
                columns={isClass ? classColumns(ids) : ownerColumns()}
              />
            )}
            {chosen && <Details row={chosen} before={before} after={after} />}
          </>
        );
      }}
    </Pending>
  );
}

function classColumns(ids: boolean): Column<CompareRow>[] {
  const number = (key: keyof CompareRow, title: string, print: (value: number) => string, width = '6.5rem') => ({
    key: key as string,
    title,
    width,
    isNumber: true,
    isMinor: !MAIN.includes(key),
    sorts: true,
    text: (row: CompareRow) => known(row[key] as number | null, print),
    cell: (row: CompareRow) => known(row[key] as number | null, print),
  });
  return [
    {
      key: 'name',
      title: 'class',
      width: 'minmax(14rem, 1fr)',
      sorts: true,
      text: ({ name }) => label(name),
      cell: ({ name, location }) => (
        <>
          <span class="name">{label(name)}</span> <PlaceLink place={location} />
        </>
      ),
    },
    ...(ids
      ? [
          number('addedCount', 'new', count),
          number('removedCount', 'gone', count),
          number('countDelta', 'more', countDelta),
          number('addedSize', 'new bytes', size),
          number('removedSize', 'gone bytes', size),
          number('sizeDelta', 'more bytes', sizeDelta),
          number('addedRetainedSize', 'held by new', size, '7.5rem'),
        ]
      : [number('countDelta', 'more', countDelta), number('sizeDelta', 'more bytes', sizeDelta, '8rem')]),
  ];
}

function ownerColumns(): Column<CompareRow>[] {
  return [
    {
      key: 'name',
      title: 'owner',
      width: 'minmax(14rem, 1fr)',
      sorts: true,
      text: ({ name }) => label(name),
      cell: ({ name }) => <span class="name">{label(name)}</span>,
    },
    {
      key: 'sizeBefore',
      isMinor: true,
      title: 'before',
      width: '8rem',
      isNumber: true,
      text: (row) => known(row.sizeBefore, size),
      cell: (row) => known(row.sizeBefore, size),
    },
    {
      key: 'sizeAfter',
      isMinor: true,
      title: 'after',
      width: '8rem',
      isNumber: true,
      text: (row) => known(row.sizeAfter, size),
      cell: (row) => known(row.sizeAfter, size),
    },
    {
      key: 'sizeDelta',
      title: 'more',
      width: '12rem',
      isNumber: true,
      sorts: true,
      text: (row) => sizeDelta(row.sizeDelta),
      cell: (row) => <Numbers main={sizeDelta(row.sizeDelta)} share={countDelta(row.countDelta)} />,
    },
  ];
}

/** Objects of one class that are new, gone or larger. */
function Details({ row, before, after }: { row: CompareRow; before: number; after: number }) {
  const source = useSource();
  const groups = [
    { title: 'New, largest first', ids: row.addedIds, snapshot: after, all: row.addedCount },
    { title: 'Gone', ids: row.removedIds, snapshot: before, all: row.removedCount },
    { title: 'Larger than before', ids: row.grownIds, snapshot: after, all: undefined },
  ];
  return (
    <section class="details">
      <h2>{label(row.name)}</h2>
      {groups.map(({ title, ids, snapshot, all }) =>
        ids && ids.length > 0 ? (
          <p key={title}>
            {title}:{' '}
            {ids.slice(0, MOST_IDS).map((id) => (
              <span key={id}>{source.object ? <a href={objectAddress(id, snapshot)}>@{id}</a> : `@${id}`} </span>
            ))}
            {all && all > ids.length ? `and ${counted(all - ids.length, 'more')}`.replace('mores', 'more') : ''}
          </p>
        ) : null,
      )}
      {(row.grownSize || row.shrunkSize) && (
        <p>
          Objects that are in both grew by {size(row.grownSize ?? 0)} and shrank by {size(row.shrunkSize ?? 0)}.
        </p>
      )}
      {source.objects && row.key !== undefined && (
        <p>
          <a href={queryAddress({ key: row.key }, after)}>All objects of the class</a>
        </p>
      )}
    </section>
  );
}

function All() {
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
