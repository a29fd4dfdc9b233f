// Objects by conditions: class, name, property, kind, size.

import type { QueryRow } from '../../../index';
import { Numbers } from '../parts/numbers';
import { PlaceLink } from '../parts/place-link';
import { useKeptText } from '../parts/kept-text';
import { Pending } from '../pending';
import { change, go, place } from '../place';
import { useRows } from '../rows';
import { current, objectAddress, snapshots, useSource } from '../state';
import type { Column } from '../columns';
import { Table } from '../table';
import { count, counted, distance, label, share, size } from '../words';

interface Field {
  name: string;
  title: string;
  hint: string;
}

const FIELDS: Field[] = [
  { name: 'className', title: 'Class', hint: 'pattern: ^Session$' },
  { name: 'name', title: 'Name', hint: 'pattern' },
  { name: 'property', title: 'Has property', hint: 'pattern: ^_events$' },
  { name: 'kind', title: 'Kind', hint: 'object, closure, string …' },
  { name: 'minShallowSize', title: 'Shallow bytes from', hint: '1000' },
  { name: 'minRetainedSize', title: 'Retained bytes from', hint: '100000' },
];
/** Conditions of the address. */
const CONDITIONS = [...FIELDS.map(({ name }) => name), 'key', 'detached'];

export function Query() {
  const source = useSource();
  const { params } = place.value;
  const snapshot = current.value;
  const { q = '', sort = 'retainedSize' } = params;
  const conditions: Record<string, string> = Object.fromEntries(
    CONDITIONS.flatMap((name) => (params[name] ? [[name, params[name]]] : [])),
  );
  if (q !== '' && conditions.name === undefined) conditions.name = patternOf(q);
  const ask = { snapshot, sort, conditions };
  const list = useRows(`objects ${JSON.stringify(ask)}`, (range, signal) =>
    source.objects!({ ...ask, ...range }, signal),
  );
  const totalSize = snapshots.value[snapshot]?.totalSize ?? 0;
  return (
    <article>
      <h1>Query</h1>
      <form class="query" onSubmit={(event) => event.preventDefault()}>
        {FIELDS.map((field) => (
          <Condition key={field.name} field={field} value={params[field.name] ?? ''} />
        ))}
        <label class="check">
          <input
            type="checkbox"
            checked={params.detached === 'true'}
            onChange={(event) => change({ detached: event.currentTarget.checked ? 'true' : undefined })}
          />
          <span>Detached only</span>
        </label>
      </form>
      {params.key !== undefined && (
        <p class="chips">
          <span>
            Objects of the class <strong>{label(classOf(params.key))}</strong>
          </span>{' '}
          <button onClick={() => change({ key: undefined })}>All classes</button>
        </p>
      )}
      <Pending answer={list.first} what="The list of objects">
        {({ total }) =>
          total === 0 ? (
            <p class="empty">No object of the snapshot fits these conditions. All of them were looked at.</p>
          ) : (
            <>
              <p class="note">
                {counted(total, 'object')}; percentages are of {size(totalSize)}.
              </p>
              <Table<QueryRow>
                isMain
                label="Objects"
                columns={columnsOf(totalSize)}
                total={total}
                rowAt={list.rowAt}
                sort={sort}
                direction={sort === 'id' ? 'asc' : 'desc'}
                onSort={(key) => change({ sort: key })}
                onOpen={(row) => go(objectAddress(row.id))}
              />
            </>
          )
        }
      </Pending>
    </article>
  );
}

function Condition({ field: { name, title, hint }, value }: { field: Field; value: string }) {
  const input = useKeptText(value);
  return (
    <label>
      <span>{title}</span>
      <input
        ref={input}
        type="text"
        spellcheck={false}
        autocomplete="off"
        placeholder={hint}
        defaultValue={value}
        onChange={(event) => change({ [name]: event.currentTarget.value || undefined })}
      />
    </label>
  );
}

/** The search is a text, and conditions are patterns. */
function patternOf(search: string): string {
  const [, pattern] = /^\/(.+)\/$/.exec(search) ?? [];
  return pattern ?? search.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}

/** A key is the place of the class and its name, with a comma between them. */
function classOf(key: string): string {
  return key.slice(key.lastIndexOf(',', key.indexOf('{') < 0 ? undefined : key.indexOf('{')) + 1) || key;
}

function columnsOf(totalSize: number): Column<QueryRow>[] {
  return [
    {
      key: 'id',
      title: 'object',
      width: 'minmax(16rem, 1fr)',
      sorts: true,
      text: (row) => `${label(row.name)} @${row.id}`,
      cell: (row) => (
        <>
          <a class="name" href={objectAddress(row.id)} tabIndex={-1}>
            {label(row.name)}
          </a>{' '}
          <span class="id">@{count(row.id).replaceAll(',', '')}</span> {row.detached && <em class="note">detached </em>}
          <PlaceLink place={row.location} />
        </>
      ),
    },
    { key: 'kind', isMinor: true, title: 'kind', width: '7rem', text: (row) => row.kind, cell: (row) => row.kind },
    {
      key: 'distance',
      isMinor: true,
      title: 'distance',
      width: '6rem',
      isNumber: true,
      text: (row) => distance(row.distance),
      cell: (row) => distance(row.distance),
    },
    {
      key: 'shallowSize',
      isMinor: true,
      title: 'shallow',
      width: '9rem',
      isNumber: true,
      sorts: true,
      text: (row) => size(row.shallowSize),
      cell: (row) => <Numbers main={size(row.shallowSize)} share={share(row.shallowSize, totalSize)} />,
    },
    {
      key: 'retainedSize',
      title: 'retained',
      width: '9rem',
      isNumber: true,
      sorts: true,
      text: (row) => size(row.retainedSize),
      cell: (row) => <Numbers main={size(row.retainedSize)} share={share(row.retainedSize, totalSize)} />,
    },
  ];
}
