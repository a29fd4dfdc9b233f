// A table that holds the rows in view only. The table has the focus, and one of its rows is the active one: so the
// focus is never lost when rows go out of view.

import { useId, useLayoutEffect, useRef, useState } from 'preact/hooks';
import { leastWidth, rowAsMarkdown, useFitting, type Column } from './columns';
import { useKeys } from './keys';
import { copy } from './notice';
import { clamp, offsetFor, scaleOf, windowOf, type Shape } from './scroll';

const ROW_HEIGHT = 34;
/** With the line below it. */
const HEAD_HEIGHT = 34;
/** A short table is drawn whole, which prints whole too. */
const WHOLE = 120;
/** Of the height of the window. */
const SHARE_OF_WINDOW = 0.68;
const LEAST_HEIGHT = 240;

export interface TableProps<Row> {
  label: string;
  columns: Column<Row>[];
  total: number;
  rowAt: (at: number) => Row | undefined;
  sort?: string;
  direction?: 'asc' | 'desc';
  onSort?: (key: string, direction: 'asc' | 'desc') => void;
  onOpen?: (row: Row, at: number) => void;
  /** Of a tree. */
  level?: (row: Row) => number;
  expanded?: (row: Row) => boolean | undefined;
  onExpand?: (row: Row, at: number, open: boolean) => void;
  /** Takes the keys j and k when no other table has the focus. */
  isMain?: boolean;
}

export function Table<Row>(props: TableProps<Row>) {
  const { label, total, rowAt, sort, direction, onSort, onOpen, level, expanded, onExpand } = props;
  const columns = useFitting(props.columns);
  const id = useId();
  const table = useRef<HTMLDivElement>(null);
  const [active, setActive] = useState(0);
  const [offset, setOffset] = useState(0);
  const [viewHeight, setViewHeight] = useState(600);
  const isWhole = total <= WHOLE;
  const shape: Shape = { rows: total, rowHeight: ROW_HEIGHT, viewHeight };
  const scale = scaleOf(shape);
  const most = Math.max(total * ROW_HEIGHT - viewHeight, 0);
  const scrollTop = clamp(offset, 0, most) / scale;
  const shown = isWhole
    ? { first: 0, end: total, top: 0, height: total * ROW_HEIGHT }
    : windowOf(shape, clamp(offset, 0, most), scrollTop);
  const at = clamp(active, 0, total - 1);

  useLayoutEffect(() => {
    const element = table.current;
    if (element === null || isWhole) return;
    const measure = () => setViewHeight(element.clientHeight - HEAD_HEIGHT);
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    // One notch of a wheel is one notch of rows, however long the table is.
    const onWheel = (event: WheelEvent) => {
      if (scale === 1 || event.ctrlKey || event.deltaY === 0) return;
      event.preventDefault();
      setOffset((before) => clamp(before + event.deltaY, 0, most));
    };
    element.addEventListener('wheel', onWheel, { passive: false });
    return () => {
      observer.disconnect();
      element.removeEventListener('wheel', onWheel);
    };
  }, [isWhole, scale, most]);

  useLayoutEffect(() => {
    const element = table.current;
    if (element !== null && !isWhole && Math.abs(element.scrollTop - scrollTop) > 1) element.scrollTop = scrollTop;
  }, [scrollTop, isWhole]);

  const move = (to: number) => {
    const next = clamp(to, 0, total - 1);
    setActive(next);
    if (isWhole) document.getElementById(`${id}-${next}`)?.scrollIntoView({ block: 'nearest' });
    else setOffset(offsetFor(next, shape, clamp(offset, 0, most)));
  };
  const page = Math.max(Math.floor(viewHeight / ROW_HEIGHT) - 1, 1);
  const row = total > 0 ? rowAt(at) : undefined;
  const open = () => row !== undefined && onOpen?.(row, at);

  const onKeyDown = (event: KeyboardEvent) => {
    if (event.target !== table.current) return;
    const moves: Record<string, () => void> = {
      ArrowDown: () => move(at + 1),
      ArrowUp: () => move(at - 1),
      PageDown: () => move(at + page),
      PageUp: () => move(at - page),
      Home: () => move(0),
      End: () => move(total - 1),
      Enter: open,
      ...(onExpand &&
        row !== undefined && {
          ArrowRight: () => expanded?.(row) === false && onExpand(row, at, true),
          ArrowLeft: () => expanded?.(row) === true && onExpand(row, at, false),
        }),
    };
    if (event.ctrlKey || event.metaKey || event.altKey || moves[event.key] === undefined) return;
    event.preventDefault();
    moves[event.key]();
  };
  const isMine = () => {
    const focused = document.activeElement;
    return focused === table.current || (props.isMain === true && focused?.getAttribute('role') !== 'grid');
  };
  const ifMine = (does: () => void) => () => {
    if (!isMine()) return false;
    does();
    table.current?.focus({ preventScroll: true });
    return true;
  };
  useKeys({
    j: ifMine(() => move(document.activeElement === table.current ? at + 1 : at)),
    k: ifMine(() => move(at - 1)),
    c: () => {
      if (document.activeElement !== table.current || row === undefined) return false;
      void copy(rowAsMarkdown(props.columns, row), 'the row, as Markdown');
      return true;
    },
  });

  const template = { gridTemplateColumns: columns.map(({ width }) => width).join(' ') };
  const least = { minWidth: `${leastWidth(columns)}rem` };
  const rows = [];
  for (let number = shown.first; number < shown.end; number += 1) rows.push(number);
  // The active row stays in the page, also when it is out of view.
  const isAway = total > 0 && (at < shown.first || at >= shown.end);

  const drawRow = (number: number, isHidden = false) => {
    const item = rowAt(number);
    return (
      <div
        key={isHidden ? 'away' : number}
        id={`${id}-${number}`}
        role="row"
        class={`row ${number === at ? 'is-active' : ''} ${isHidden ? 'aside' : ''}`}
        style={template}
        aria-rowindex={number + 2}
        aria-selected={number === at}
        aria-level={item !== undefined ? level?.(item) : undefined}
        aria-expanded={item !== undefined ? expanded?.(item) : undefined}
        onClick={(event) => {
          setActive(number);
          if (event.target instanceof Element && event.target.closest('a, button')) return;
          if (onOpen && item !== undefined && getSelection()?.isCollapsed !== false) onOpen(item, number);
        }}
      >
        {columns.map(({ key, cell, isNumber }) => (
          <div key={key} role="gridcell" class={isNumber ? 'number' : 'text'}>
            {item === undefined ? '…' : cell(item, number)}
          </div>
        ))}
      </div>
    );
  };

  return (
    <div
      ref={table}
      class={`table ${onOpen ? 'opens' : ''}`}
      role={level ? 'treegrid' : 'grid'}
      aria-label={label}
      aria-rowcount={total + 1}
      aria-colcount={columns.length}
      aria-activedescendant={total > 0 ? `${id}-${at}` : undefined}
      tabIndex={0}
      style={isWhole ? undefined : { height: `${tableHeight(total)}px` }}
      onKeyDown={onKeyDown}
      onScroll={(event) => {
        const moved = event.currentTarget.scrollTop;
        if (!isWhole && Math.abs(moved - scrollTop) > 1) setOffset(moved * scale);
      }}
    >
      <div class="head" role="rowgroup" style={least}>
        <div class="row" role="row" aria-rowindex={1} style={template}>
          {columns.map(({ key, title, isNumber, sorts }) => {
            const isSorted = sort === key;
            const order = isSorted ? (direction === 'asc' ? 'ascending' : 'descending') : undefined;
            return (
              <div
                key={key}
                role="columnheader"
                class={isNumber ? 'number' : 'text'}
                aria-sort={sorts ? (order ?? 'none') : undefined}
              >
                {sorts && onSort ? (
                  <button
                    onClick={() => {
                      const turned = direction === 'asc' ? 'desc' : 'asc';
                      onSort(key, isSorted ? turned : isNumber ? 'desc' : 'asc');
                    }}
                  >
                    {title}
                    {isSorted && <span aria-hidden="true">{direction === 'asc' ? ' ↑' : ' ↓'}</span>}
                  </button>
                ) : (
                  title
                )}
              </div>
            );
          })}
        </div>
      </div>
      <div class="body" role="rowgroup" style={isWhole ? least : { ...least, height: `${shown.height}px` }}>
        <div
          role="presentation"
          class={isWhole ? '' : 'window'}
          style={isWhole ? undefined : { top: `${shown.top}px` }}
        >
          {rows.map((number) => drawRow(number))}
          {isAway && drawRow(at, true)}
        </div>
      </div>
    </div>
  );
}

function tableHeight(total: number): number {
  return HEAD_HEIGHT + Math.min(total * ROW_HEIGHT, Math.max(innerHeight * SHARE_OF_WINDOW, LEAST_HEIGHT));
}
