// Two snapshots side by side, or all of them: what survived, what is new, what is gone.

import { CompareAll } from '../parts/compare-all';
import { classColumns, ownerColumns } from '../parts/compare-columns';
import { Segmented } from '../parts/segmented';
import { Pending } from '../pending';
import { change, place } from '../place';
import { useRows } from '../rows';
import type { CompareRow } from '../source';
import { objectAddress, queryAddress, snapshots, useSource } from '../state';
import { Table } from '../table';
import { counted, label, nameOf, size } from '../words';

const MOST_IDS = 10;

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
        <CompareAll />
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
      {({ total, ids, reason, rows, leftOut = 0 }) => {
        const chosen = rows.find((row) => row.key !== undefined && row.key === open);
        return (
          <>
            <p class="note">
              {names[before]} → {names[after]}.{' '}
              {ids || !isClass
                ? ''
                : `The ids of the two do not name the same objects${reason ? `: ${reason}` : ''}. So there are no columns for new and gone.`}
            </p>
            {leftOut > 0 && total > 0 && (
              <p class="note">The largest changes; {counted(leftOut, 'row')} with smaller ones left out.</p>
            )}
            {total === 0 ? (
              <p class="empty">
                {q === '' ? 'Nothing changed between the two.' : `Nothing that changed fits “${q}”.`}{' '}
                {leftOut > 0
                  ? `The search knows the rows of this document; ${counted(leftOut, 'smaller row')} left out.`
                  : `All ${isClass ? 'classes' : 'owners'} were compared.`}
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
