// The document of a report, `heaphound.report/1`, and names for its parts.

import type {
  DominatorBox,
  ReportEntry,
  ReportPathLine,
  ReportStrings,
  SourceLocation,
  SourcePosition,
} from '../../index';

export type {
  ReportClass as ClassGrowth,
  ReportDocument,
  ReportStep as StepLine,
  ReportVerdict as Verdict,
} from '../../index';

export type Box = DominatorBox;
export type Entry = ReportEntry;
export type Confidence = Entry['confidence'];
export type PathLine = ReportPathLine;
export type FoldLine = Extract<PathLine, { sort: 'fold' }>;
export type Place = SourceLocation | SourcePosition;

/** Of the server, with the ids of some of them. */
export type StringRow = Omit<ReportStrings['groups'][number], 'length'> & {
  length?: number;
  ids?: number[];
  truncated?: true;
  maybe?: true;
};
