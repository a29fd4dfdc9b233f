// The columns of a comparison of two snapshots.

import type { CompareRow } from '../source';
import type { Column } from '../columns';
import { count, countDelta, known, label, size, sizeDelta } from '../words';
import { Numbers } from './numbers';
import { PlaceLink } from './place-link';

/** Columns that a narrow screen has room for. */
const MAIN: (keyof CompareRow)[] = ['countDelta', 'sizeDelta'];

export function classColumns(ids: boolean): Column<CompareRow>[] {
  const number = (key: keyof CompareRow, title: string, print: (value: number) => string, width = '6.5rem') => ({
    key: key as string,
    title,
    width,
    isNumber: true,
    isMinor: !MAIN.includes(key),
    sorts: true,
    text: (row: CompareRow) => known(row[key] as number | null, print),
    cell: (row: CompareRow) => known(row[key] as number | null, print),
  });
  return [
    {
      key: 'name',
      title: 'class',
      width: 'minmax(14rem, 1fr)',
      sorts: true,
      text: ({ name }) => label(name),
      cell: ({ name, location }) => (
        <>
          <span class="name">{label(name)}</span> <PlaceLink place={location} />
        </>
      ),
    },
    ...(ids
      ? [
          number('addedCount', 'new', count),
          number('removedCount', 'gone', count),
          number('countDelta', 'more', countDelta),
          number('addedSize', 'new bytes', size),
          number('removedSize', 'gone bytes', size),
          number('sizeDelta', 'more bytes', sizeDelta),
          number('addedRetainedSize', 'held by new', size, '7.5rem'),
        ]
      : [number('countDelta', 'more', countDelta), number('sizeDelta', 'more bytes', sizeDelta, '8rem')]),
  ];
}

export function ownerColumns(): Column<CompareRow>[] {
  return [
    {
      key: 'name',
      title: 'owner',
      width: 'minmax(14rem, 1fr)',
      sorts: true,
      text: ({ name }) => label(name),
      cell: ({ name }) => <span class="name">{label(name)}</span>,
    },
    {
      key: 'sizeBefore',
      isMinor: true,
      title: 'before',
      width: '8rem',
      isNumber: true,
      text: (row) => known(row.sizeBefore, size),
      cell: (row) => known(row.sizeBefore, size),
    },
    {
      key: 'sizeAfter',
      isMinor: true,
      title: 'after',
      width: '8rem',
      isNumber: true,
      text: (row) => known(row.sizeAfter, size),
      cell: (row) => known(row.sizeAfter, size),
    },
    {
      key: 'sizeDelta',
      title: 'more',
      width: '12rem',
      isNumber: true,
      sorts: true,
      text: (row) => sizeDelta(row.sizeDelta),
      cell: (row) => <Numbers main={sizeDelta(row.sizeDelta)} share={countDelta(row.countDelta)} />,
    },
  ];
}
