// The source of a report: the document that the page carries. A question without data in it is missing.

import type { ClassGrowth, ReportDocument } from './document';
import type { ClassRow, CompareRow, Range, Rows, Source } from './source';
import { matcherOf } from './search';

export function fromReport(report: ReportDocument): Source {
  const { classes, comparison, boxes, strings, statistics, packages, snapshots } = report;
  const last = snapshots.length - 1;
  const totalSize = snapshots[last]?.totalSize ?? 0;
  const source: Source = { kind: 'report', report: () => Promise.resolve(report) };
  if (classes)
    source.classes = async ({ search, sort, direction, ...range }) => {
      const isFound = matcherOf(search);
      const rows = classes.filter(({ name }) => isFound(name)).map(classRow);
      return { ...part(sorted(rows, sort, direction), range), totalSize };
    };
  if (comparison)
    source.compare = async ({ search, sort, direction, ...range }) => {
      const isFound = matcherOf(search);
      const rows = (comparison.rows as CompareRow[]).filter(({ name }) => isFound(name));
      return {
        ...part(sorted(rows, sort, direction), range),
        ids: comparison.ids,
        reason: comparison.reason,
        before: 0,
        after: last,
        leftOut: comparison.leftOut,
      };
    };
  if (boxes) source.boxes = async () => boxes;
  if (strings)
    source.strings = async ({ search, sort, direction, ...range }) => {
      const isFound = matcherOf(search);
      const rows = strings.groups.filter(({ value }) => search === '' || (value !== undefined && isFound(value)));
      return {
        ...part(sorted(rows, sort, direction), range),
        wastedSize: strings.wastedSize,
        leftOut: strings.leftOut,
      };
    };
  if (statistics) source.statistics = async () => statistics;
  if (packages)
    source.packages = async ({ search }) => {
      const isFound = matcherOf(search);
      return { ...packages, owners: packages.owners.filter(({ name }) => isFound(name)), totalSize };
    };
  return source;
}

function classRow(row: ClassGrowth): ClassRow {
  const { key, name, location, counts, sizes, retainedSize } = row;
  return {
    key,
    name,
    location,
    count: counts.at(-1) ?? 0,
    shallowSize: sizes.at(-1) ?? 0,
    retainedSize,
    counts,
    sizes,
  };
}

function sorted<Row extends object>(rows: Row[], sort: string, direction: 'asc' | 'desc'): Row[] {
  const sign = direction === 'asc' ? 1 : -1;
  const valueOf = (row: Row) => {
    const value = (row as Record<string, unknown>)[sort];
    if (sort === 'growth') return growthOf((row as { sizes?: (number | null)[] }).sizes);
    return typeof value === 'string' ? value.toLowerCase() : (value ?? -Infinity);
  };
  return rows.toSorted((a, b) => {
    const [left, right] = [valueOf(a), valueOf(b)] as [number, number];
    return left < right ? -sign : left > right ? sign : 0;
  });
}

export function growthOf(values: (number | null)[] = []): number {
  return (values.at(-1) ?? 0) - (values[0] ?? 0);
}

function part<Row>(rows: Row[], { offset, limit }: Range): Rows<Row> {
  return { total: rows.length, rows: rows.slice(offset, offset + limit) };
}
