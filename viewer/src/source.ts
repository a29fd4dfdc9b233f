// Where the page gets its answers: from the document in it, or from the server of the viewer.

import type {
  AllocationsDocument,
  ClassDiff,
  ContextSizes,
  DominatorRow,
  EdgeRow,
  NodeDocument,
  OwnerDiff,
  OwnerDocument,
  PathStep,
  QueryRow,
  RetainerRow,
  SourceLocation,
  Statistics,
} from '../../index';
import type { Box, ReportDocument, StringRow } from './document';

/** Part of a long list; `total` counts all of it. */
export interface Rows<Row> {
  total: number;
  rows: Row[];
}

export interface Range {
  offset: number;
  limit: number;
}

export interface ClassRow {
  key: string;
  name: string;
  location?: SourceLocation;
  count: number;
  shallowSize: number;
  retainedSize?: number;
  distance?: number;
  /** One for each snapshot, where the class was not in one: null. */
  counts?: (number | null)[];
  sizes?: (number | null)[];
}

export interface ClassAsk extends Range {
  snapshot: number;
  search: string;
  filter: string;
  sort: string;
  direction: 'asc' | 'desc';
}

export interface ObjectAsk extends Range {
  snapshot: number;
  sort: string;
  /** The conditions of a query, as in the address. */
  conditions: Record<string, string>;
}

export interface CompareAsk extends Range {
  before: number;
  after: number;
  by: string;
  search: string;
  sort: string;
  direction: 'asc' | 'desc';
}

/** A row of the comparison of two snapshots: of a class, or of an owner. */
export type CompareRow = Partial<ClassDiff> &
  Partial<OwnerDiff> & { name: string; countDelta: number; sizeDelta: number };

export interface CompareAllRow {
  key: string;
  name: string;
  counts: (number | null)[];
  sizes: (number | null)[];
  /** Objects and bytes, from the first to the last. */
  countGrowth: number;
  growth: number;
  retainedSize: number;
}

export interface ObjectHistory {
  snapshot: number;
  /** Null where ids are not comparable. */
  exists: boolean | null;
  shallowSize?: number;
  retainedSize?: number;
}

export type ObjectDocument = NodeDocument & { dominated: DominatorRow[]; history: ObjectHistory[] };

export interface FileState {
  name: string;
  path: string;
  bytes: number;
  state: 'waiting' | 'reading' | 'ready' | 'failed';
  phase?: string;
  done?: number;
  total?: number;
  remainingMs?: number;
  error?: { code: string; message: string };
  info?: { totalSize: number; nodeCount: number; takenAt?: string; hasAllocations?: boolean };
}

export interface Session {
  heaphound: string;
  /** Another one when the list of files is another: then a position means another file. */
  revision?: number;
  files: FileState[];
  answer: {
    state: 'waiting' | 'working' | 'ready' | 'failed';
    phase?: string;
    error?: { code: string; message: string };
  };
}

/** Questions to one snapshot. Those that a report cannot answer are missing there. */
export interface Source {
  kind: 'report' | 'viewer';
  report(signal: AbortSignal): Promise<ReportDocument>;
  classes?(ask: ClassAsk, signal: AbortSignal): Promise<Rows<ClassRow> & { totalSize: number }>;
  compare?(
    ask: CompareAsk,
    signal: AbortSignal,
  ): Promise<Rows<CompareRow> & { ids: boolean; reason: string; before: number; after: number; leftOut?: number }>;
  compareAll?(
    ask: Pick<CompareAsk, 'search' | 'sort' | 'direction' | 'offset' | 'limit'>,
    signal: AbortSignal,
  ): Promise<Rows<CompareAllRow>>;
  boxes?(
    ask: { snapshot: number; by: string; id?: number; path?: string[] },
    signal: AbortSignal,
  ): Promise<{ totalSize: number; box: Box }>;
  strings?(
    ask: Range & { snapshot: number; search: string; sort: string; direction: 'asc' | 'desc' },
    signal: AbortSignal,
  ): Promise<Rows<StringRow> & { wastedSize: number; leftOut?: number }>;
  statistics?(snapshot: number, signal: AbortSignal): Promise<Statistics>;
  packages?(
    ask: { snapshot: number; by: string; search: string },
    signal: AbortSignal,
  ): Promise<Pick<OwnerDocument, 'owners' | 'more' | 'rest'> & { totalSize: number }>;
  contexts?(snapshot: number, signal: AbortSignal): Promise<ContextSizes & { total?: number }>;
  allocations?(
    ask: Range & { snapshot: number; search: string; sort: string; direction: 'asc' | 'desc' },
    signal: AbortSignal,
  ): Promise<AllocationsDocument & { total: number }>;
  objects?(ask: ObjectAsk, signal: AbortSignal): Promise<Rows<QueryRow>>;
  object?(snapshot: number, id: number, signal: AbortSignal): Promise<ObjectDocument>;
  edges?(ask: Range & { snapshot: number; id: number; sort: string }, signal: AbortSignal): Promise<Rows<EdgeRow>>;
  retainers?(
    ask: Range & { snapshot: number; id: number; ignored: number[] },
    signal: AbortSignal,
  ): Promise<Rows<RetainerRow>>;
  path?(ask: { snapshot: number; id: number; ignored: number[] }, signal: AbortSignal): Promise<PathStep[]>;
  /** Only of the viewer. */
  session?(signal?: AbortSignal): Promise<Session>;
  addFile?(file: File, onProgress: (sent: number) => void, signal: AbortSignal): Promise<FileState>;
  removeFile?(at: number): Promise<void>;
  recent?(signal: AbortSignal): Promise<{ name: string; path: string }[]>;
  openRecent?(path: string): Promise<void>;
  /** The key of the server, for links. */
  token?: string;
}
