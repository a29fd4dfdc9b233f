// The shape of `heaphound.report/1`, as the page reads it.

import type {
  ClassDiff,
  LeakContainer,
  LeakDocument,
  LeakPart,
  OwnerDocument,
  ReadInfo,
  SourceLocation,
  SourcePosition,
  SourceText,
  StackFrame,
  Statistics,
  SuspectDocument,
} from '../../index';

export interface ReportDocument {
  schema: string;
  heaphound: string;
  sort: 'leaks' | 'suspects';
  /** Oldest first. */
  snapshots: SnapshotFacts[];
  verdict: Verdict;
  entries: Entry[];
  leaks?: LeakDocument;
  suspects?: SuspectDocument;
  account?: { total: number; lines: AccountLine[] };
  classes?: ClassGrowth[];
  comparison?: { ids: boolean; reason: string; rows: ClassDiff[]; leftOut?: number };
  boxes?: { totalSize: number; box: Box };
  strings?: StringSums;
  packages?: Pick<OwnerDocument, 'owners' | 'more' | 'rest'>;
  statistics?: Statistics;
  contents?: Contents;
}

export type SnapshotFacts = ReadInfo & { name: string };

export interface Verdict {
  sort: 'leak' | 'none' | 'known' | 'unknown' | 'suspects';
  title: string;
  headline: string;
  paragraphs: string[];
  doubts: string[];
  footnotes: string[];
  next: { why: string; command: string }[];
}

export type Place = SourceLocation | SourcePosition;

export interface Fact {
  label: string;
  text: string;
  place?: Place;
  relation?: string;
  source?: string;
  lines?: SourceText;
  reasons?: string[];
}

export type Confidence = 'high' | 'medium' | 'low';

export interface Entry {
  /** From 1. */
  number: number;
  fingerprint: string;
  className: string;
  kind: string;
  confidence: Confidence;
  headline: string;
  looksLike?: 'leak' | 'bounded' | 'loaded';
  own: { label: string; text: string; place?: SourceLocation; at?: string };
  cut: string;
  advice: string;
  facts: Fact[];
  /** The root first. */
  path: PathLine[];
  growth?: { counts: number[]; sizes: number[]; countGrowth: number[]; sizeGrowth: number[] };
  size: number;
  perOperation?: number;
  item?: LeakPart;
  examples: number[];
  container?: LeakContainer;
  classes: { className: string; count: number; size: number }[];
  allocationStack?: StackFrame[];
}

export interface StepLine {
  sort: 'step';
  id: number;
  sign: '✓' | '?' | '✗' | '';
  leaking?: 'no' | 'unknown' | 'yes';
  reference: string;
  object: string;
  remark: string;
  place: string;
  location?: SourceLocation;
  because?: string;
  cut?: true;
  isContainer?: true;
  dominates?: true;
}

export interface FoldLine {
  sort: 'fold';
  text: string;
  steps: PathLine[];
}

export type PathLine = StepLine | FoldLine;

export interface AccountLine {
  title: string;
  because: string;
  size: number;
  sort: string;
}

export interface ClassGrowth {
  key: string;
  name: string;
  location?: SourceLocation;
  counts: (number | null)[];
  sizes: (number | null)[];
  retainedSize?: number;
}

/** The sizes of the children and `ownSize` add up to `size`. */
export interface Box {
  name: string;
  count: number;
  size: number;
  ownSize: number;
  id?: number;
  key?: string;
  rest?: true;
  /** There is more inside: ask for this box. */
  closed?: true;
  children: Box[];
}

export interface StringRow {
  value?: string;
  count: number;
  shallowSize: number;
  retainedSize: number;
  wastedSize: number;
  length?: number;
  ids?: number[];
  truncated?: true;
  maybe?: true;
}

export interface StringSums {
  wastedSize: number;
  groups: StringRow[];
  leftOut: number;
}

export interface Contents {
  classNames: number;
  propertyNames: number;
  paths: number;
  strings: number;
  stringsLeftOut: number;
}
