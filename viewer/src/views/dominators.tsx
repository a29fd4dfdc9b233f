// Who keeps how much: the dominator tree, as an icicle or a treemap, with the table of the box in front.

import type { Box } from '../document';
import { Boxes, nameOfBox } from '../parts/boxes';
import { boxAt, childrenOf } from '../parts/boxes-layout';
import { Numbers } from '../parts/numbers';
import { Segmented } from '../parts/segmented';
import { Pending, useAnswer } from '../pending';
import { change, go, place } from '../place';
import { matcherOf } from '../search';
import { current, objectAddress, queryAddress, useSource } from '../state';
import { Table } from '../table';
import { count, share, size } from '../words';

export function Dominators() {
  const source = useSource();
  const { by = 'class', as = 'icicle', zoom = '', id, inside, q = '' } = place.value.params;
  const keys = keysOf(inside);
  const isMatch = matcherOf(q);
  const snapshot = current.value;
  const answer = useAnswer(`boxes ${snapshot} ${by} ${id} ${inside}`, (signal) =>
    source.boxes!(
      { snapshot, by, id: id === undefined ? undefined : Number(id), path: by === 'class' ? keys : [] },
      signal,
    ),
  );
  const path = zoom === '' ? [] : zoom.split('.').map(Number);
  const onZoom = (to: number[]) => change({ zoom: to.join('.') || undefined });
  /** Goes into a box; what the answer has no room for is asked anew. */
  const enter = (box: Box, path: number[]): boolean => {
    const wanted = boxAt(box, path);
    if (wanted === undefined) return false;
    if (wanted.children.some((child) => !child.rest)) onZoom(path);
    else if (wanted.closed && wanted.id !== undefined)
      change({ id: String(wanted.id), zoom: undefined, inside: undefined });
    else if (wanted.closed && wanted.key !== undefined)
      change({ inside: JSON.stringify([...keys, ...keysBelow(box, path)]), zoom: undefined });
    else return false;
    return true;
  };
  const onOpen =
    source.kind === 'viewer'
      ? (box: Box) => {
          if (box.id !== undefined) go(objectAddress(box.id));
          else if (box.key) go(queryAddress({ key: box.key }));
        }
      : undefined;
  return (
    <article>
      <h1>Who keeps how much</h1>
      <div class="controls">
        <Segmented
          label="Picture"
          value={as}
          onChange={(value) => change({ as: value })}
          choices={[
            { value: 'icicle', title: 'Icicle' },
            { value: 'treemap', title: 'Treemap' },
          ]}
        />
        {source.kind === 'viewer' && (
          <Segmented
            label="Boxes"
            value={by}
            onChange={(value) => change({ by: value, zoom: undefined, id: undefined, inside: undefined })}
            choices={[
              { value: 'class', title: 'By class' },
              { value: 'object', title: 'By object' },
            ]}
          />
        )}
      </div>
      <Pending answer={answer} what="The dominator tree">
        {({ box, totalSize }) => {
          const valid = boxAt(box, path) ? path : [];
          const front = boxAt(box, valid) ?? box;

          return (
            <>
              {(id !== undefined || keys.length > 0) && (
                <p class="crumbs">
                  <button onClick={() => change({ id: undefined, inside: undefined, zoom: undefined })}>
                    the whole heap
                  </button>{' '}
                  ›
                </p>
              )}
              <Crumbs box={box} path={valid} onZoom={onZoom} />
              <Boxes
                box={box}
                totalSize={totalSize}
                sort={as === 'treemap' ? 'treemap' : 'icicle'}
                label="Dominator tree"
                zoom={valid}
                onZoom={onZoom}
                isFound={(one) => q !== '' && !one.rest && isMatch(nameOfBox(one))}
                onOpen={onOpen}
                onEnter={(path) => enter(box, path)}
              />
              <h2>What {nameOfBox(front)} keeps</h2>
              <Children
                box={front}
                totalSize={totalSize}
                onOpen={(child, at) => (enter(box, [...valid, at]) ? undefined : onOpen?.(child))}
              />
            </>
          );
        }}
      </Pending>
    </article>
  );
}

/** Keys of the classes that lead to the box in front, from the address. */
function keysOf(inside: string | undefined): string[] {
  try {
    const keys: unknown = JSON.parse(inside ?? '[]');
    return Array.isArray(keys) ? keys.map(String) : [];
  } catch {
    return [];
  }
}

function keysBelow(box: Box, path: number[]): string[] {
  return path.flatMap((_, depth) => boxAt(box, path.slice(0, depth + 1))?.key ?? []);
}

function Crumbs({ box, path, onZoom }: { box: Box; path: number[]; onZoom: (path: number[]) => void }) {
  return (
    <p class="crumbs">
      {[...path, -1].map((_, depth) => {
        const here = path.slice(0, depth);
        const name = nameOfBox(boxAt(box, here) ?? box);
        return depth === path.length ? (
          <strong key={depth}>{name}</strong>
        ) : (
          <span key={depth}>
            <button onClick={() => onZoom(here)}>{name}</button> ›{' '}
          </span>
        );
      })}
    </p>
  );
}

function Children({ box, totalSize, onOpen }: { box: Box; totalSize: number; onOpen: (box: Box, at: number) => void }) {
  const children = childrenOf(box);
  const own = box.size - children.reduce((sum, child) => sum + child.size, 0);
  if (children.length === 0) return <p class="empty">Nothing beside itself: {size(box.ownSize)}.</p>;
  return (
    <>
      <Table<Box>
        isMain
        label="What it keeps"
        total={children.length}
        rowAt={(at) => children[at]}
        onOpen={onOpen}
        columns={[
          {
            key: 'name',
            title: 'class',
            width: 'minmax(14rem, 1fr)',
            text: nameOfBox,
            cell: (child) => <span class="name">{nameOfBox(child)}</span>,
          },
          {
            key: 'count',
            isMinor: true,
            title: 'objects',
            width: '7rem',
            isNumber: true,
            text: (child) => count(child.count),
            cell: (child) => count(child.count),
          },
          {
            key: 'ownSize',
            isMinor: true,
            title: 'shallow',
            width: '7rem',
            isNumber: true,
            text: (child) => size(child.ownSize),
            cell: (child) => size(child.ownSize),
          },
          {
            key: 'size',
            title: 'retained',
            width: '9rem',
            isNumber: true,
            text: (child) => size(child.size),
            cell: (child) => <Numbers main={size(child.size)} share={share(child.size, totalSize)} />,
          },
        ]}
      />
      {own > 0 && <p class="note">And {size(own)} of its own.</p>}
    </>
  );
}
