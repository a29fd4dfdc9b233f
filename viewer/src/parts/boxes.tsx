// The dominator tree as boxes: click goes in, Escape comes out, arrow keys move. Below it a table with the same numbers.

import { useId, useMemo, useState } from 'preact/hooks';
import type { Box } from '../document';
import { counted, nameOf, share, size } from '../words';
import { boxAt, placeBoxes, type Placed } from './boxes-layout';

const LEVEL_HEIGHT = 26;
const TREEMAP_HEIGHT = 460;
/** Of the accent colour, for a box as large as the whole. */
const STRONGEST = 42;
const WEAKEST = 8;

export interface BoxesProps {
  box: Box;
  totalSize: number;
  sort: 'icicle' | 'treemap';
  label: string;
  zoom: number[];
  onZoom: (path: number[]) => void;
  isFound: (box: Box) => boolean;
  onOpen?: (box: Box) => void;
  /** False where there is nothing inside. */
  onEnter: (path: number[]) => boolean;
}

export function Boxes({ box, totalSize, sort, label, zoom, onZoom, onOpen, onEnter, isFound }: BoxesProps) {
  const id = useId();
  const front = boxAt(box, zoom) ?? box;
  const placed = useMemo(() => placeBoxes(front, sort), [front, sort]);
  const [active, setActive] = useState('');
  const at = Math.max(
    placed.findIndex(({ path }) => path.join('.') === active),
    0,
  );
  const current = placed[at] as Placed | undefined;
  const levels = Math.max(...placed.map(({ depth }) => depth), 0) + 1;
  const height = sort === 'icicle' ? levels * LEVEL_HEIGHT : TREEMAP_HEIGHT;
  const select = (next: Placed | undefined) => next && setActive(next.path.join('.'));
  const enter = ({ path }: Placed) => {
    setActive('');
    if (path.length === 0) onZoom(zoom.slice(0, -1));
    else onEnter([...zoom, ...path]);
  };
  const neighbour = (path: number[], step: number) => {
    const level = placed.filter((other) => other.path.length === path.length);
    return level[level.findIndex((other) => other.path.join('.') === path.join('.')) + step];
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (current === undefined || event.ctrlKey || event.metaKey || event.altKey) return;
    const { path } = current;
    const moves: Record<string, () => void> = {
      ArrowDown: () => select(placed.find((other) => other.path.join('.') === [...path, 0].join('.'))),
      ArrowUp: () => select(placed.find((other) => other.path.join('.') === path.slice(0, -1).join('.'))),
      ArrowLeft: () => select(neighbour(path, -1)),
      ArrowRight: () => select(neighbour(path, 1)),
      Home: () => select(placed[0]),
      Escape: () => onZoom(zoom.slice(0, -1)),
      ' ': () => enter(current),
      Enter: () => (onOpen && (current.box.id !== undefined || current.box.key) ? onOpen(current.box) : enter(current)),
    };
    if (moves[event.key] === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    moves[event.key]();
  };
  return (
    <>
      <div
        class={`boxes ${sort}`}
        role="tree"
        aria-label={label}
        tabIndex={0}
        aria-activedescendant={current ? `${id}-${at}` : undefined}
        style={{ height: `${height}px` }}
        onKeyDown={onKeyDown}
      >
        {placed.map((one, number) => (
          <div
            key={one.path.join('.')}
            id={`${id}-${number}`}
            role="treeitem"
            aria-label={`${nameOfBox(one.box)}, ${size(one.box.size)}`}
            aria-level={one.depth + 1}
            aria-selected={number === at}
            class={`box ${one.box.rest ? 'is-rest' : ''} ${isFound(one.box) ? 'is-found' : ''} ${number === at ? 'is-active' : ''}`}
            style={{
              left: percent(one.x),
              top: percent(one.y),
              width: percent(one.width),
              height: percent(one.height),
              '--tint': `${tintOf(one, front)}%`,
            }}
            onMouseEnter={() => select(one)}
            onClick={() => enter(one)}
          >
            <span class="label">
              {nameOfBox(one.box)} {size(one.box.size)}
            </span>
          </div>
        ))}
      </div>
      <p class="selected" aria-live="polite">
        {current && (
          <>
            <strong>{nameOfBox(current.box)}</strong> {size(current.box.size)}, {share(current.box.size, totalSize)} of
            the heap; {counted(current.box.count, 'object')}; {size(current.box.ownSize)} of it in{' '}
            {current.box.count === 1 ? 'itself' : 'themselves'}
          </>
        )}
      </p>
    </>
  );
}

export function nameOfBox({ name, rest, id, key }: Box): string {
  if (rest) return 'the rest';
  if (name === '' && key === undefined && id === undefined) return 'the whole heap';
  return nameOf(name) || '(unnamed)';
}

function percent(part: number): string {
  return `${(part * 100).toFixed(4)}%`;
}

function tintOf({ box }: Placed, front: Box): number {
  return Math.round(WEAKEST + (STRONGEST - WEAKEST) * Math.sqrt(box.size / Math.max(front.size, 1)));
}
