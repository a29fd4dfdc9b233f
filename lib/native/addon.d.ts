// Generated from src/binding by the build: `UPDATE_EXPECT=1 node --test __test__/addon-types.test.js` writes it anew.
// The handles and functions of the addon, as lib/ calls them. A question and its answer cross as JSON: their shapes are
// those of index.d.ts.

/** A capture that was started. Collected without `finish` or `abort`, it leaves nothing behind. */
export class Capture {
  private constructor();
  /** The descriptor to write to; -1 after `finish` or `abort`, and where descriptors are no numbers. */
  get fd(): number;
  /** Ends the document; resolves when the file is whole and durable. */
  finish(control: Control): Promise<CapturedFile | Failure>;
  /** Gives up; resolves when nothing is left of it. */
  abort(control: Control): Promise<boolean | Failure>;
}

/** Given back by `release`, or when it is collected, or when its environment ends. */
export class CaptureTurn {
  private constructor();
  release(): void;
}

/** A finished capture. */
export interface CapturedFile {
  rawBytes: number;
  storedBytes: number;
  nodeCount: number;
  edgeCount: number;
  sha256: string;
  /** The ids of a forked child that was asked for comparable ones. */
  idSpace?: string;
  idSpaceReason?: string;
  idsKept?: number;
  /** The table for the next capture is beside the file. */
  hasIdTable: boolean;
}

/** The counts of a whole snapshot. */
export interface CheckedSnapshot {
  rawBytes: number;
  nodeCount: number;
  edgeCount: number;
}

/** Stops a job and tells how far it is. */
export class Control {
  constructor();
  cancel(): void;
  progress(): Progress;
}

/** What only a core dump needs. */
export interface CoreRequest {
  /** A folder with the programs and libraries of the process. */
  files?: string;
  /** The number of a thread. */
  thread?: number;
  /** Where a packed one is unpacked, in a file without a name. */
  folder?: string;
}

export class Failure {
  private constructor();
  get code(): string;
  get message(): string;
  get table(): string | null;
  /** Bytes of memory that would be needed. */
  get need(): number | null;
  /** Bytes of memory that there are. */
  get have(): number | null;
  get offset(): number | null;
}

/** The pushing end of a source that is not a path. One job reads it, once. */
export class Feed {
  constructor();
  /** Copies `bytes`; resolves when more are welcome, with false when nobody reads any more. */
  push(bytes: Uint8Array): Promise<boolean>;
  /** All bytes were pushed. */
  end(): void;
  /** Lets go of the pushing end. Without an `end` before it, the job gets an error. */
  close(): void;
}

/** The ids of several files, which were read ahead of the rest. */
export class FileIds {
  private constructor();
  /**
   * Positions of the files, oldest first; null where their ids do not show it: then the files are to be opened all
   * together.
   */
  order(): Array<number> | null;
}

/** A capture that was prepared. Collected at any time, it leaves nothing behind. */
export class Fork {
  private constructor();
  /** Makes ready for one try; resolves at a quiet moment, or when none comes. */
  settleDown(control: Control): Promise<boolean | Failure>;
  /**
   * Forks this process. Gives 0 in the app, in the child the descriptor to write to, -1 when another thread works;
   * or why the system refuses.
   */
  fork(patient: boolean, careful: boolean): number | string | Failure;
  /** In the child: ends it. It does not return there. `thrown`: what V8 threw. */
  endChild(thrown?: string | undefined | null): void;
  /** Resolves when the child has ended and was reaped. `stalled`: for how many milliseconds it may do nothing. */
  wait(stalled: number, control: Control): Promise<ForkEnd | Failure>;
  /** Lets go of everything. */
  close(): void;
}

/** How a child ended: with a file, or because it was made at a bad moment. */
export interface ForkEnd {
  file?: CapturedFile;
  again?: string;
  /** The next child has to be made with care. */
  isStuck: boolean;
}

/**
 * For ids that name the same objects as in the last capture of the thread. `secret`: 8 bytes that the thread keeps to
 * itself.
 */
export interface ForkIds {
  thread: number;
  node: string;
  secret: Uint8Array;
  previous?: string;
}

/**
 * How the calling thread is captured. `allowance`: bytes by which the child may grow; `max_bytes` are stored
 * ones; with a `key` contents are redacted; with `ids` those of the last capture go on.
 */
export interface ForkRequest {
  compression: string;
  allowance?: number;
  maxBytes?: number;
  key?: Uint8Array;
  ids?: ForkIds;
  /** What an image says of the process, as JSON: then there is no snapshot, but a frozen image. */
  image?: string;
  /** For an image: who may read it. */
  seal?: ImageSeal;
  /** For an image: the text of the program is in it. */
  selfContained?: boolean;
}

/** A handle on a snapshot. */
export class Heap {
  private constructor();
  info(): string;
  /** Bytes of memory that it takes, about; 0 once it is closed. */
  get memoryBytes(): number;
  /** Lets go of the snapshot: it is freed when the last job on it ends. */
  close(): void;
  /** Answers one question of `report/question.rs`, given as JSON. */
  ask(question: string, control: Control): Promise<Pages | Failure>;
}

/** The text that a code gave in the frozen process, and what the image says of it, as JSON. */
export interface ImageAnswer {
  text: string;
  about: string;
}

/** The kinds have `total_bytes` together. `about` is JSON. */
export interface ImageMemoryFigures {
  about: string;
  totalBytes: number;
  kinds: Array<MemoryOfKind>;
  files: Array<MemoryOfFile>;
  /** The program whose text is not in the image. */
  leftOut?: string;
  malloc: MallocMemory;
}

/** The head of a file in the age format, up to its payload, and the payload's key of 32 bytes. */
export interface ImageSeal {
  head: Uint8Array;
  key: Uint8Array;
}

export interface MallocMemory {
  heaps: number;
  knownHeaps: number;
  usedBytes: number;
  freeBytes: number;
}

/** Bytes that native code has of `malloc`, and those that are freed and kept. */
export interface MallocUse {
  inUse: number;
  free: number;
}

export interface MemoryOfFile {
  path: string;
  bytes: number;
}

export interface MemoryOfKind {
  kind: string;
  bytes: number;
}

export interface OpenOptions {
  /** 0: one for each processor. */
  threads: number;
  devtools: boolean;
  sourceMaps: boolean;
  /** Bytes of memory that the snapshot may take; none: no limit. */
  maxMemoryBytes?: number;
  /** Where source maps are that do not lie where the scripts say. */
  sourceMapFolder?: string;
  /** Read and parse, no more: what the older side of a comparison needs. */
  parseOnly: boolean;
}

/** The taking end. What was made and not taken waits in native memory. */
export class Outlet {
  constructor();
  /** Resolves with the next bytes, null at the end. */
  next(control: Control): Promise<Buffer | null | Failure>;
  /** Lets go of what was not taken. */
  close(): void;
}

/** An image, and what it says of its process, as JSON. Times in milliseconds. */
export interface OutsideImage {
  path: string;
  rawBytes: number;
  storedBytes: number;
  sha256: string;
  about: string;
  threads: number;
  isQuiet: boolean;
  pauseMs: number;
  forkMs: number;
}

export interface OutsideRequest {
  path: string;
  /** Stored ones. */
  maxBytes?: number;
  /** Who may read it. */
  seal?: ImageSeal;
  /** The text of the program is in it. */
  selfContained: boolean;
  /** For how many milliseconds its main thread may be busy. */
  rest: number;
  /** ISO 8601, in UTC. */
  startedAt: string;
}

export interface PackingOptions {
  /** The name of a codec. */
  compression: string;
  /** Stored ones. */
  maxBytes?: number;
  /** 32 bytes: contents are replaced. */
  key?: Uint8Array;
}

/** Gives each text once: what JavaScript has is freed here. */
export class Pages {
  private constructor();
  /** The document as JSON, with empty arrays where its long lists belong. */
  head(): string;
  /** Name of the list that the next pages belong to; null at the end. */
  list(): string | null;
  /** The next page of the list, a JSON array; null at its end, where the next list begins. */
  next(): string | null;
}

export interface Progress {
  stage: string;
  done: number;
  total: number;
}

export interface RedactOptions {
  /** The file to write. */
  path: string;
  /** The name of a codec. */
  compression: string;
  /** 32 bytes. */
  key: Uint8Array;
}

/** A redacted file. */
export interface RedactedFile {
  rawBytes: number;
  storedBytes: number;
  nodeCount: number;
  edgeCount: number;
  stringCount: number;
  redactedCount: number;
  sha256: string;
}

export interface ThawRequest {
  /** The name of a codec. */
  compression: string;
  /** Stored ones. */
  maxBytes?: number;
  /** 32 bytes: contents are replaced. */
  key?: Uint8Array;
  exposeInternals: boolean;
  exposeNumericValues: boolean;
  /** Ids go on, from the table `previous` if there is one, and a table stands beside the file. */
  isComparable: boolean;
  previous?: string;
  /** For how many milliseconds the process may do nothing. */
  stalled: number;
  core: CoreRequest;
}

/** A snapshot, and what the image says of its process, as JSON. */
export interface ThawedFile {
  file: CapturedFile;
  about: string;
  /** Of a core dump: how the process died, and the number of the thread. */
  death?: string;
  thread?: number;
}

/** Resolves with what the image says of its process, as JSON. */
export function aboutImage(image: string | Feed, control: Control): Promise<string | Failure>;

/** Makes everything that questions need of what was only parsed; the handle on that is empty afterwards. */
export function analyse(parsed: Heap, control: Control): Promise<Heap | Failure>;

/** Runs a text of JavaScript in the frozen process. `stalled`: for how many milliseconds it may do nothing. */
export function answerOfImage(
  image: string | Feed,
  text: string,
  core: CoreRequest,
  stalled: number,
  control: Control,
): Promise<ImageAnswer | Failure>;

/** Resolves when the file is whole and durable. */
export function archiveSnapshot(
  source: string | Feed,
  path: string,
  options: PackingOptions,
  control: Control,
): Promise<CapturedFile | Failure>;

/** The same by the first bytes of a file, which may have been encrypted. A packed core dump is not recognised. */
export function beginsFrozen(beginning: Uint8Array): boolean;

/** Why this process cannot be forked; null when it can. */
export function cannotFork(): string | null;

/** Why this process cannot be frozen; null when it can. */
export function cannotFreeze(): string | null;

/** Resolves when the snapshot is whole. */
export function checkSnapshot(path: string, control: Control): Promise<CheckedSnapshot | Failure>;

/** Compares `before`, opened or parsed (then its handle is empty afterwards), with `after`, opened. */
export function diff(before: Heap, after: Heap, question: string, control: Control): Promise<Pages | Failure>;

/**
 * Finds the objects that grow in number over `earlier` and `last`, oldest first. Those that were only parsed are
 * taken: their handles are empty afterwards.
 */
export function findLeaks(
  earlier: Array<Heap>,
  last: Heap,
  question: string,
  control: Control,
): Promise<Pages | Failure>;

/**
 * [`super::comparisons::find_leaks`] in the files whose ids were read. After an error of it the files are to be opened
 * all together: that says what is wrong with them.
 */
export function findLeaksInFiles(
  files: Array<string>,
  ids: FileIds,
  options: OpenOptions,
  question: string,
  control: Control,
): Promise<Pages | Failure>;

/** Resolves when the image is whole and durable, and nothing is left in the process. */
export function freezeProcess(pid: number, request: OutsideRequest, control: Control): Promise<OutsideImage | Failure>;

/** Whether a file is one that `thawImage` takes. It is read on this thread: its first bytes. */
export function isFrozen(path: string): boolean;

/** Nothing where the C library does not tell. */
export function mallocUse(): MallocUse | null;

/** Reads an image twice, the second time from `again`, and tells the kinds of its pages. */
export function memoryOfImage(
  image: string | Feed,
  again: string | Feed,
  control: Control,
): Promise<ImageMemoryFigures | Failure>;

/** Reads a source and computes everything that questions need. */
export function open(source: string | Feed, options: OpenOptions, control: Control): Promise<Heap | Failure>;

/** A job that panics: the tests of `lib/` see that the process survives it. */
export function panicForTest(control: Control): Promise<Failure>;

/**
 * Prepares a capture into a file of this path, to whoever takes from an outlet, or into the job that reads a feed. The
 * caller has the turn.
 */
export function prepareFork(
  target: string | Outlet | Feed,
  request: ForkRequest,
  control: Control,
): Promise<Fork | Failure>;

/** Reads the ids of the files, and no more of them. */
export function readIds(files: Array<string>, options: OpenOptions, control: Control): Promise<FileIds | Failure>;

/** Redacts `source` into a new file. */
export function redact(
  source: string | Feed,
  options: RedactOptions,
  control: Control,
): Promise<RedactedFile | Failure>;

/** Tells how the snapshots are related, opened or parsed. Their handles stay as they are. */
export function relate(heaps: Array<Heap>, question: string, control: Control): Promise<Pages | Failure>;

/**
 * Begins the thread that takes a snapshot into a file of this path, to whoever takes from an outlet, or into the job
 * that reads a feed. The caller has the turn. `compression` is the name of a codec; `max_bytes` are stored ones; with
 * a `key` contents are redacted.
 *
 * What waits for an outlet is in memory, since JavaScript cannot take it while V8 holds the thread.
 */
export function startCapture(
  target: string | Outlet | Feed,
  compression: string,
  maxBytes?: number | undefined | null,
  key?: Uint8Array | undefined | null,
): Failure | Capture;

export function startTracking(): Failure | boolean;

export function stopTracking(): Failure | boolean;

/** The turn, when nobody has it. */
export function takeTurn(): Failure | CaptureTurn;

/**
 * `target`: the path of the file to make, or what a job reads meanwhile. Resolves when the snapshot is whole, and
 * durable where it is a file.
 */
export function thawImage(
  image: string | Feed,
  target: string | Feed,
  request: ThawRequest,
  control: Control,
): Promise<ThawedFile | Failure>;

/** The turn, once all who asked before have given it back. The place in the line is that of the call. */
export function waitForTurn(control: Control): Promise<CaptureTurn | Failure>;

/** Writes a small private file in one piece, durable and under a new name: a sidecar. */
export function writePrivateFile(path: string, text: string, control: Control): Promise<boolean | Failure>;
