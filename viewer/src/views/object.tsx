// One object: why it is alive and who refers to it first; then what it holds, what only it keeps, and its history.

import { useEffect } from 'preact/hooks';
import type { EdgeRow, RetainerRow } from '../../../index';
import { code } from '../markdown';
import { useKeys } from '../keys';
import { copy, say } from '../notice';
import { History } from '../parts/history';
import { columnsOf } from '../parts/object-columns';
import { PathOf, lineOf } from '../parts/object-path';
import { PlaceLink } from '../parts/place-link';
import { Pending, useAnswer } from '../pending';
import { addressOf, change, go, place } from '../place';
import type { ObjectDocument } from '../source';
import { keepTab, listOfFiles, objectAddress, queryAddress, snapshots, useSource } from '../state';
import { Table } from '../table';
import { Tree } from '../tree';
import { count, counted, distance, harmless, label, nameOf, share, size } from '../words';

export function ObjectPage({ snapshot, id }: { snapshot: number; id: number }) {
  const source = useSource();
  const answer = useAnswer(`object ${snapshot} ${id}`, (signal) => source.object!(snapshot, id, signal));
  const { value } = answer;
  useEffect(() => {
    if (value?.id === id) keepTab({ of: listOfFiles.value, snapshot, id, name: label(value.className || value.name) });
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
  const onIgnore = (retainer: number) => {
    ignore([...ignored, retainer]);
    say(`@${retainer} is ignored as a retainer.`, () => ignore(ignored));
  };
  const columns = columnsOf({ href, total, onIgnore });
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
          columns={columns.retainers}
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
          columns={columns.edges}
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
            columns={columns.dominated}
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
