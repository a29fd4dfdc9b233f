// A table whose rows open: who holds an object, and what it holds, level by level.

import { useEffect, useRef, useState } from 'preact/hooks';
import { Pending, useAnswer } from './pending';
import type { Range, Rows } from './source';
import type { Column } from './columns';
import { Table } from './table';
import { counted } from './words';

const PART = 100;

export interface Branch<Row> {
  row?: Row;
  level: number;
  path: string;
  isOpen: boolean;
  /** Rows that are not loaded; such a line loads them. */
  more?: number;
}

export interface TreeProps<Row extends { id: number }> {
  label: string;
  id: number;
  /** Changes when the answers would change. */
  stamp: string;
  load: (id: number, range: Range, signal: AbortSignal) => Promise<Rows<Row>>;
  columns: Column<Row>[];
  onOpen: (row: Row) => void;
  empty: string;
}

export function Tree<Row extends { id: number }>({ label, id, stamp, load, columns, onOpen, empty }: TreeProps<Row>) {
  const key = `${label} ${id} ${stamp}`;
  const first = useAnswer(key, (signal) => load(id, { offset: 0, limit: PART }, signal));
  const [open, setOpen] = useState<Map<string, Rows<Row>>>(new Map());
  const abort = useRef<AbortController | undefined>(undefined);
  useEffect(() => {
    setOpen(new Map());
    abort.current = new AbortController();
    return () => abort.current?.abort();
  }, [key]);

  const loadMore = (path: string, of: number, known: Row[]) => {
    const signal = abort.current?.signal;
    if (signal === undefined) return;
    load(of, { offset: known.length, limit: PART }, signal).then(
      ({ rows, total }) => setOpen((before) => new Map(before).set(path, { rows: [...known, ...rows], total })),
      () => {},
    );
  };
  const branches = (rows: Row[], total: number, path: string, level: number): Branch<Row>[] => [
    ...rows.flatMap((row, at) => {
      const here = `${path}.${at}`;
      const below = open.get(here);
      const branch = { row, level, path: here, isOpen: below !== undefined };
      return below ? [branch, ...branches(below.rows, below.total, here, level + 1)] : [branch];
    }),
    ...(total > rows.length ? [{ level, path, isOpen: false, more: total - rows.length }] : []),
  ];
  return (
    <Pending answer={first} what={label}>
      {(value) => {
        const root = open.get('') ?? value;
        const all = branches(root.rows, root.total, '', 1);
        if (all.length === 0) return <p class="empty">{empty}</p>;
        const rowsBelow = (path: string) => (path === '' ? root.rows : (open.get(path)?.rows ?? []));
        const ownerOf = (path: string) => (path === '' ? id : (rowAt(path)?.id ?? id));
        const rowAt = (path: string) => all.find((branch) => branch.path === path && branch.row)?.row;
        const more = ({ path }: Branch<Row>) => loadMore(path, ownerOf(path), rowsBelow(path));
        const toggle = (branch: Branch<Row>) => {
          if (branch.row === undefined) return more(branch);
          if (!branch.isOpen) return loadMore(branch.path, branch.row.id, []);
          setOpen(new Map([...open].filter(([path]) => path !== branch.path && !path.startsWith(`${branch.path}.`))));
        };
        return (
          <Table<Branch<Row>>
            label={label}
            total={all.length}
            rowAt={(at) => all[at]}
            level={({ level }) => level}
            expanded={(branch) => (branch.row ? branch.isOpen : undefined)}
            onExpand={toggle}
            onOpen={(branch) => (branch.row ? onOpen(branch.row) : more(branch))}
            columns={columns.map((column, position) => ({
              ...column,
              text: (branch: Branch<Row>) => (branch.row ? (column.text?.(branch.row) ?? '') : ''),
              cell: (branch: Branch<Row>, at: number) =>
                position > 0 ? (
                  branch.row && column.cell(branch.row, at)
                ) : (
                  <span class="branch" style={{ paddingLeft: `${(branch.level - 1) * 1.25}rem` }}>
                    {branch.row ? (
                      <>
                        <button
                          class="twist"
                          tabIndex={-1}
                          aria-label={branch.isOpen ? 'Close' : 'Open'}
                          onClick={() => toggle(branch)}
                        >
                          {branch.isOpen ? '▾' : '▸'}
                        </button>
                        {column.cell(branch.row, at)}
                      </>
                    ) : (
                      <button onClick={() => more(branch)}>{counted(branch.more ?? 0, 'more row')}</button>
                    )}
                  </span>
                ),
            }))}
          />
        );
      }}
    </Pending>
  );
}
