// One object: why it is alive and who refers to it first; then what it holds, what only it keeps, and its history.

import { useEffect } from 'preact/hooks';
import type { EdgeRow, PathStep, RetainerRow } from '../../../index';
import type { StepLine } from '../document';
import { code } from '../markdown';
import { useKeys } from '../keys';
import { copy, say } from '../notice';
import { Chain } from '../parts/chain';
import { Numbers } from '../parts/numbers';
import { PlaceLink } from '../parts/place-link';
import { Pending, useAnswer } from '../pending';
import { addressOf, change, go, place } from '../place';
import type { ObjectDocument } from '../source';
import { keepTab, objectAddress, queryAddress, snapshots, useSource } from '../state';
import { Table, type Column } from '../table';
import { Tree } from '../tree';
import { count, counted, distance, harmless, known, label, nameOf, placeOf, share, size, writeEdge } from '../words';

export function ObjectPage({ snapshot, id }: { snapshot: number; id: number }) {
  const source = useSource();
  const answer = useAnswer(`object ${snapshot} ${id}`, (signal) => source.object!(snapshot, id, signal));
  const { value } = answer;
  useEffect(() => {
    if (value?.id === id) keepTab({ snapshot, id, name: label(value.className || value.name) });
  }, [value, snapshot, id]);
  return (
    <article class="object-page">
      <Pending answer={answer} what={`Object @${id}`}>
        {(object) => object.id === id && <Page object={object} snapshot={snapshot} />}
      </Pending>
    </article>
  );
}

function Page({ object, snapshot }: { object: ObjectDocument; snapshot: number }) {
  const source = useSource();
  const { id, name, className, kind, key, location, dominator, dominated, history, allocationStack = [] } = object;
  const total = snapshots.value[snapshot]?.totalSize ?? 0;
  const ignored = (place.value.params.ignored ?? '').split(',').filter(Boolean).map(Number);
  const href = (to: number) => objectAddress(to, snapshot);
  useKeys({ c: () => void copy(asMarkdown(object, snapshot), 'the object, as Markdown') });
  const ignore = (to: number[]) => change({ ignored: to.join(',') || undefined });
  const retainerColumns: Column<RetainerRow>[] = [
    {
      key: 'name',
      title: 'who refers to it',
      width: 'minmax(18rem, 1fr)',
      text: (row) => `${writeEdge(row.edge)} of ${label(row.name)} @${row.id}`,
      cell: (row) => (
        <>
          <span class="reference">{writeEdge(row.edge)}</span> <span class="of">of</span>{' '}
          <a class="name" href={href(row.id)} tabIndex={-1}>
            {nameOf(label(row.name))}
          </a>{' '}
          <span class="id">@{row.id}</span>
        </>
      ),
    },
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
      key: 'ignore',
      title: 'look past',
      width: '6rem',
      cell: (row) => (
        <button
          tabIndex={-1}
          title="Look for another reason why it is alive"
          onClick={() => {
            ignore([...ignored, row.id]);
            say(`@${row.id} is ignored as a retainer.`, () => ignore(ignored));
          }}
        >
          Ignore
        </button>
      ),
    },
  ];
  const edgeColumns: Column<EdgeRow>[] = [
    {
      key: 'name',
      title: 'what it holds',
      width: 'minmax(18rem, 1fr)',
      text: (row) => `${writeEdge(row.edge)} ${label(row.name)} @${row.id}`,
      cell: (row) => (
        <>
          <span class="reference">{writeEdge(row.edge)}</span> <span class="arrow">→</span>{' '}
          <a class="name" href={href(row.id)} tabIndex={-1}>
            {nameOf(label(row.name))}
          </a>{' '}
          <span class="id">@{row.id}</span>
        </>
      ),
    },
    {
      key: 'edgeKind',
      isMinor: true,
      title: 'kind',
      width: '6rem',
      text: (row) => row.edgeKind,
      cell: (row) => row.edgeKind,
    },
    {
      key: 'retainedSize',
      title: 'retained',
      width: '9rem',
      isNumber: true,
      text: (row) => size(row.retainedSize),
      cell: (row) => <Numbers main={size(row.retainedSize)} share={share(row.retainedSize, total)} />,
    },
  ];
  return (
    <>
      <h1>
        {label(className || name)} <span class="id">@{id}</span>
      </h1>
      {name !== className && name !== '' && (
        <p class="value">
          <code>{harmless(name)}</code>
        </p>
      )}
      <dl class="sizes">
        <Size title="shallow" value={object.shallowSize} total={total} />
        <Size title="retained" value={object.retainedSize} total={total} />
        <div>
          <dt>kind</dt>
          <dd>
            {kind}
            {object.detached && ', detached'}
          </dd>
        </div>
        <div>
          <dt>distance</dt>
          <dd>{distance(object.distance)}</dd>
        </div>
        {dominator && (
          <div>
            <dt>kept by</dt>
            <dd>
              <a href={href(dominator.id)}>{nameOf(label(dominator.name))}</a> <span class="id">@{dominator.id}</span>
            </dd>
          </div>
        )}
      </dl>
      <p class="more">
        <PlaceLink place={location} isWhole />
        <a href={queryAddress({ key }, snapshot)}>All of its class</a>
        <a href={addressOf(['s', snapshot, 'dominators'], { by: 'object', id: String(id), q: undefined })}>
          What it keeps, as a picture
        </a>
      </p>
      <section>
        <h2>Why it is alive</h2>
        {ignored.length > 0 && (
          <p class="chips">
            Ignored:{' '}
            {ignored.map((one) => (
              <button key={one} onClick={() => ignore(ignored.filter((other) => other !== one))}>
                @{one} <span aria-hidden="true">×</span>
                <span class="aside">stop ignoring</span>
              </button>
            ))}{' '}
            <button onClick={() => ignore([])}>Ignore none</button>
          </p>
        )}
        <PathOf snapshot={snapshot} object={object} ignored={ignored} />
      </section>
      <section>
        <h2>
          Who refers to it <span class="note">{count(object.retainerCount)}</span>
        </h2>
        <Tree<RetainerRow>
          label="Who refers to it"
          id={id}
          stamp={`${snapshot} ${ignored.join(',')}`}
          columns={retainerColumns}
          load={(of, range, signal) => source.retainers!({ snapshot, id: of, ignored, ...range }, signal)}
          onOpen={(row) => go(href(row.id))}
          empty={ignored.length > 0 ? 'Nobody beside those that are ignored.' : 'Nobody: only the roots hold it.'}
        />
      </section>
      <section>
        <h2>
          What it holds <span class="note">{count(object.edgeCount)}</span>
        </h2>
        <Tree<EdgeRow>
          label="What it holds"
          id={id}
          stamp={String(snapshot)}
          columns={edgeColumns}
          load={(of, range, signal) => source.edges!({ snapshot, id: of, sort: 'retainedSize', ...range }, signal)}
          onOpen={(row) => go(href(row.id))}
          empty="It refers to no object."
        />
      </section>
      {dominated.length > 0 && (
        <section>
          <h2>What only it keeps alive</h2>
          <Table
            label="What only it keeps alive"
            total={dominated.length}
            rowAt={(at) => dominated[at]}
            onOpen={(row) => go(href(row.id))}
            columns={[
              {
                key: 'name',
                title: 'object',
                width: 'minmax(18rem, 1fr)',
                text: (row) => `${label(row.name)} @${row.id}`,
                cell: (row) => (
                  <>
                    <a class="name" href={href(row.id)} tabIndex={-1}>
                      {nameOf(label(row.name))}
                    </a>{' '}
                    <span class="id">@{row.id}</span>
                  </>
                ),
              },
              {
                key: 'childCount',
                isMinor: true,
                title: 'below it',
                width: '7rem',
                isNumber: true,
                text: (row) => count(row.childCount),
                cell: (row) => count(row.childCount),
              },
              {
                key: 'retainedSize',
                title: 'retained',
                width: '9rem',
                isNumber: true,
                text: (row) => size(row.retainedSize),
                cell: (row) => <Numbers main={size(row.retainedSize)} share={share(row.retainedSize, total)} />,
              },
            ]}
          />
        </section>
      )}
      {history.length > 1 && <History history={history} id={id} />}
      {allocationStack.length > 0 && (
        <section>
          <h2>Who allocated it</h2>
          <ol class="stack">
            {allocationStack.map((frame, at) => (
              <li key={at}>
                {nameOf(frame.name) || '(anonymous)'} <PlaceLink place={frame} />
              </li>
            ))}
          </ol>
        </section>
      )}
    </>
  );
}

function Size({ title, value, total }: { title: string; value: number; total: number }) {
  return (
    <div>
      <dt>{title}</dt>
      <dd>
        {size(value)} <span class="share">{share(value, total)}</span>
      </dd>
    </div>
  );
}

/** The path from the root; without the retainers that are ignored it is another one. */
function PathOf({ snapshot, object, ignored }: { snapshot: number; object: ObjectDocument; ignored: number[] }) {
  const source = useSource();
  const answer = useAnswer(`path ${snapshot} ${object.id} ${ignored.join(',')}`, async (signal) =>
    ignored.length === 0 ? object.retainingPath : source.path!({ snapshot, id: object.id, ignored }, signal),
  );
  return (
    <Pending answer={answer} what="The path">
      {(path) =>
        path.length === 0 ? (
          <p class="empty">
            {ignored.length > 0
              ? 'Without the ignored retainers nothing but weak references leads to it.'
              : 'No path from the root leads to it: only weak references, or nothing.'}
          </p>
        ) : (
          <Chain path={path.map(lineOf)} hrefOf={(id) => objectAddress(id, snapshot)} />
        )
      }
    </Pending>
  );
}

function lineOf(step: PathStep, at: number): StepLine {
  return {
    sort: 'step',
    id: step.id,
    sign: '',
    reference: at === 0 ? '' : nameOf(step.reference),
    object: nameOf(step.shape ?? step.name) || '(root)',
    remark: '',
    place: placeOf(step.location)?.short ?? '',
    location: step.location,
  };
}

function History({ history, id }: { history: ObjectDocument['history']; id: number }) {
  const isKnown = history.every(({ exists }) => exists !== null);
  return (
    <section>
      <h2>Its history</h2>
      {isKnown ? (
        <div class="scrolls" tabIndex={0} role="region" aria-label="Its history">
          <table>
            <thead>
              <tr>
                <th scope="col">snapshot</th>
                <th scope="col">shallow</th>
                <th scope="col">retained</th>
              </tr>
            </thead>
            <tbody>
              {history.map(({ snapshot, exists, shallowSize, retainedSize }) => (
                <tr key={snapshot}>
                  <th scope="row">
                    {exists ? (
                      <a href={objectAddress(id, snapshot)}>{nameOf(snapshots.value[snapshot]?.name ?? '')}</a>
                    ) : (
                      nameOf(snapshots.value[snapshot]?.name ?? '')
                    )}
                  </th>
                  {exists ? (
                    <>
                      <td>{known(shallowSize, size)}</td>
                      <td>{known(retainedSize, size)}</td>
                    </>
                  ) : (
                    <td colSpan={2}>not there</td>
                  )}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      ) : (
        <p class="note">The ids of these snapshots do not name the same objects, so its history is not known.</p>
      )}
    </section>
  );
}

function asMarkdown(object: ObjectDocument, snapshot: number): string {
  const { id, className, kind, shallowSize, retainedSize, retainingPath } = object;
  const file = snapshots.value[snapshot]?.name ?? '';
  return [
    `**${code(`${className} @${id}`)}** of ${code(file)}: ${kind}, ${size(shallowSize)} itself, ${size(retainedSize)} retained`,
    '',
    ...retainingPath.map(lineOf).map(({ reference, object: name, id: at }) => {
      const arrow = reference === '' ? '' : `${reference} → `;
      return `    ${arrow}${name} @${at}`;
    }),
    '',
    counted(object.retainerCount, 'retainer'),
  ].join('\n');
}
