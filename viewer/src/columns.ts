// The columns of a long table: those that a screen has room for, and a row of them as Markdown.

import type { ComponentChildren } from 'preact';
import { useLayoutEffect, useState } from 'preact/hooks';

export interface Column<Row> {
  /** Also the name of the order, where `sorts`. */
  key: string;
  title: string;
  cell: (row: Row, at: number) => ComponentChildren;
  /** As text, for Markdown. */
  text?: (row: Row) => string;
  /** A track of a grid: `minmax(14rem, 1fr)`. */
  width: string;
  isNumber?: boolean;
  /** Left out on a narrow screen. */
  isMinor?: boolean;
  sorts?: boolean;
}

const NARROW = '(max-width: 640px)';
/** A first column as narrow as names allow. */
const NARROW_NAME = 'minmax(9rem, 1fr)';

/** The columns that a screen has room for. */
export function useFitting<Row>(columns: Column<Row>[]): Column<Row>[] {
  const [isNarrow, setNarrow] = useState(() => matchMedia(NARROW).matches);
  useLayoutEffect(() => {
    const query = matchMedia(NARROW);
    const listen = () => setNarrow(query.matches);
    query.addEventListener('change', listen);
    return () => query.removeEventListener('change', listen);
  }, []);
  if (!isNarrow) return columns;
  return columns
    .filter(({ isMinor }) => !isMinor)
    .map((column, at) => (at === 0 ? { ...column, width: NARROW_NAME } : column));
}

/** Narrower than this a table scrolls in itself. */
export function leastWidth(columns: { width: string }[]): number {
  return columns.reduce((sum, { width }) => sum + Number(/[\d.]+(?=rem)/.exec(width)?.[0] ?? 0), 0);
}

/** A table of one row. */
export function rowAsMarkdown<Row>(columns: Column<Row>[], row: Row): string {
  const written = columns.filter(({ text }) => text !== undefined);
  const line = (cells: string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  return [
    line(written.map(({ title }) => title)),
    line(written.map(({ isNumber }) => (isNumber ? '--:' : '---'))),
    line(written.map(({ text }) => text?.(row) ?? '')),
  ].join('\n');
}
