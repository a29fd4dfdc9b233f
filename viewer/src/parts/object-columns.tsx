// The columns of who refers to an object, of what it holds, and of what only it keeps alive.

import type { DominatorRow, EdgeRow, RetainerRow } from '../../../index';
import type { Column } from '../columns';
import { count, distance, label, nameOf, share, size, writeEdge } from '../words';
import { Numbers } from './numbers';

export interface ColumnsAsk {
  href: (id: number) => string;
  /** Bytes of the heap. */
  total: number;
  onIgnore: (id: number) => void;
}

export function columnsOf({ href, total, onIgnore }: ColumnsAsk) {
  const objectLink = (row: { id: number; name: string }) => (
    <>
      <a class="name" href={href(row.id)} tabIndex={-1}>
        {nameOf(label(row.name))}
      </a>{' '}
      <span class="id">@{row.id}</span>
    </>
  );
  const retained: Column<{ retainedSize: number }> = {
    key: 'retainedSize',
    title: 'retained',
    width: '9rem',
    isNumber: true,
    text: (row) => size(row.retainedSize),
    cell: (row) => <Numbers main={size(row.retainedSize)} share={share(row.retainedSize, total)} />,
  };
  const retainers: Column<RetainerRow>[] = [
    {
      key: 'name',
      title: 'who refers to it',
      width: 'minmax(18rem, 1fr)',
      text: (row) => `${writeEdge(row.edge)} of ${label(row.name)} @${row.id}`,
      cell: (row) => (
        <>
          <span class="reference">{writeEdge(row.edge)}</span> <span class="of">of</span> {objectLink(row)}
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
        <button tabIndex={-1} title="Look for another reason why it is alive" onClick={() => onIgnore(row.id)}>
          Ignore
        </button>
      ),
    },
  ];
  const edges: Column<EdgeRow>[] = [
    {
      key: 'name',
      title: 'what it holds',
      width: 'minmax(18rem, 1fr)',
      text: (row) => `${writeEdge(row.edge)} ${label(row.name)} @${row.id}`,
      cell: (row) => (
        <>
          <span class="reference">{writeEdge(row.edge)}</span> <span class="arrow">→</span> {objectLink(row)}
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
    retained,
  ];
  const dominated: Column<DominatorRow>[] = [
    {
      key: 'name',
      title: 'object',
      width: 'minmax(18rem, 1fr)',
      text: (row) => `${label(row.name)} @${row.id}`,
      cell: objectLink,
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
    retained,
  ];
  return { retainers, edges, dominated };
}
