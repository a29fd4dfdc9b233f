/// <reference types="node" />

import type { Readable, Writable } from 'node:stream';
import type { Worker } from 'node:worker_threads';
import type { Service, ServiceOptions } from './lib/service/types';
import type { Store, StoreConfig } from './lib/store/types';

export * from './lib/service/types';
export * from './lib/store/types';

/**
 * Where a snapshot comes from: a path, the bytes, or a stream of them. Plain, gzip or zstd; told by the first bytes,
 * not by the name. A stream is read to its end and destroyed when reading fails.
 */
export type Source = string | URL | Uint8Array | Readable;

/** A place where an opened snapshot does as well as its source. The caller keeps it and closes it. */
export type SnapshotOrSource = Snapshot | Source;

/**
 * Numbers of Chrome DevTools, also where they are a limit rather than a meaning (`docs/design.md`, "Parity"), or ours.
 */
export type Parity = 'heaphound' | 'devtools';

/** What long work is at. */
export interface Progress {
  stage: 'waiting' | 'capturing' | 'reading' | 'graph' | 'dominators' | 'analysis' | 'writing' | 'done';
  /** In the stage's own unit: stored bytes while reading, steps otherwise. */
  done: number;
  /** 0 while it is not known. */
  total: number;
  /** Position of the snapshot that is being worked on, from 0, when a call takes more than one. */
  snapshot: number;
}

/** Options of every call that can take long. */
export interface WorkOptions {
  /** The call rejects with `signal.reason` and its thread stops. */
  signal?: AbortSignal | undefined;
  /** Called about ten times a second. */
  onProgress?: ((progress: Progress) => void) | undefined;
}

export interface OpenOptions extends WorkOptions {
  /** Threads to work on, 1 to 256. Default: one for each processor. */
  threads?: number | undefined;
  /** Default: `'heaphound'`. */
  parity?: Parity | undefined;
  /**
   * Map positions and short names to those of the original source, through source maps that are named by the scripts
   * and readable here; a path is a folder with maps that lie elsewhere, by the name in the script's comment or as
   * `FILE.map`. Default: false.
   */
  sourceMaps?: boolean | string | undefined;
  /**
   * Bytes of memory that the opened snapshot may take, all snapshots of a call together. It is looked at while tables
   * grow: when they need more, the call rejects with `HEAPHOUND_ERR_NO_HEADROOM`. Default: what the control groups and
   * the machine leave at that moment (Linux; elsewhere no limit).
   */
  maxMemoryBytes?: number | undefined;
}

/** What is known of an opened snapshot. */
export interface SnapshotInfo {
  /** The path it was opened from; absent for bytes and streams. */
  file?: string;
  /** From the capture's sidecar, `FILE.json`: captures of one id space call the same object by the same id. */
  idSpace?: string;
  /** When it was taken, ISO 8601 in UTC. Absent for bytes and streams. */
  takenAt?: string;
  /** From the sidecar: what the process took of memory when the capture began. */
  memory?: ProcessMemory;
  /**
   * Who says so: `'capture'`, what took it (the sidecar); `'name'`, the name that Node.js or a capture gave the file;
   * `'file'`, when the file was last written, which a copy changes.
   */
  takenAtFrom?: 'capture' | 'name' | 'file';
  /** The process, from the sidecar or the name that Node.js gave the file. */
  pid?: number;
  /** 0: the main thread. */
  threadId?: number;
  /** What the process runs on, from the sidecar. */
  runtime?: Runtime;
  nodeCount: number;
  edgeCount: number;
  stringCount: number;
  /**
   * Nodes without bytes of their own, among them the backing stores that count for their owner. `summary` leaves them
   * out, as DevTools does.
   */
  zeroSizeCount: number;
  /** Bytes: shallow sizes of all nodes and what V8 reports outside of its heap. */
  totalSize: number;
  /** Bytes outside of the heap that V8 reports in the header (V8 13.6 and later). */
  extraNativeSize: number;
  /** Nodes that the root does not reach. */
  unreachableCount: number;
  /** Largest id of a JavaScript object, which is odd. Bound for `idRange` of a later snapshot. */
  maxObjectId: number;
  parity: Parity;
  /** True when the file holds allocation stacks (`allocations()`). */
  hasAllocations: boolean;
  /** True when the file is an allocation timeline. */
  hasSamples: boolean;
  /** Bytes of the snapshot as JSON. */
  rawBytes: number;
  /** Bytes of the snapshot as it was stored. */
  storedBytes: number;
  compression: 'none' | 'gzip' | 'zstd';
}

/** What a process runs on. `'V8'`: something else with V8, as a browser. */
export type Runtime = 'Node.js' | 'Deno' | 'Bun' | 'V8';

/** What is known of a snapshot that was read for a comparison only. */
export type ReadInfo = Omit<SnapshotInfo, 'unreachableCount'>;

/** A position in a source file. Lines and columns count from 1. */
export interface SourcePosition {
  /** Path or URL as V8 knows the script; empty when the script has no name. */
  file: string;
  line: number;
  /** In UTF-16 code units. */
  column: number;
}

export interface SourceLocation extends SourcePosition {
  scriptId: number;
  /** The position in the source that a source map names; only with the option `sourceMaps`. */
  original?: SourcePosition;
  /**
   * The code that ran is not the text of the file, and no map says where the place was: line and column are not those
   * of the file. Only with the option `sourceMaps`.
   */
  unmapped?: true;
  /** Only the file is known; line and column are 1. */
  wholeFile?: true;
  /** The line of the source, where the file is at hand and fits; only of leaks, with the option `sources`. */
  source?: SourceText;
  /** Why there is no `source` although the file is at hand: its text is not the one that ran. */
  noSource?: string;
}

/** A line of a source file, with lines around it when they were asked for (`sourceLines`). */
export interface SourceText {
  line: number;
  /** Of the place in `text`, from 1. */
  column: number;
  /** A long line is cut around the column; an ellipsis stands for what is missing. */
  text: string;
  before?: string[];
  after?: string[];
}

/** What goes away when the leaked objects lose the reference to cut; of the last snapshot. */
export interface LeakFreed {
  /** Bytes of the objects themselves. */
  size: number;
  /** Objects, those included that only the leaked ones hold. */
  count: number;
  /** Leaked objects that lose the reference. */
  cutCount: number;
  /** Only where something else holds some of them. */
  still?: {
    /** Leaked objects that stay. */
    count: number;
    /** One of them. */
    id: number;
    /** The nearest object outside that holds this one. */
    holder: NodeReference;
  };
}

/** A line of a source file that uses what the file imports from a package. */
export interface PackageCall {
  line: number;
  /** In the line, from 1. */
  column: number;
  /** The line, cut around the column when it is long. */
  text: string;
  /** What it does, and the name that fits: `'constructs Pool of pg; the name fits Pool'`. */
  why: string;
}

/** DevTools' filters of the Summary, by DevTools' names. */
export type Filter =
  | 'duplicatedStrings'
  | 'objectsRetainedByDetachedDomNodes'
  | 'objectsRetainedByConsole'
  | 'objectsRetainedByEventHandlers'
  | 'objectsRetainedByContexts'
  | 'sharedNativeContext'
  | 'noNativeContext';

/**
 * Ids above `after` up to and including `upTo`: what was allocated between two snapshots, from their
 * `info.maxObjectId`.
 */
export interface IdRange {
  after?: number | undefined;
  upTo?: number | undefined;
}

export interface SummaryOptions extends WorkOptions {
  filter?: Filter | undefined;
  idRange?: IdRange | undefined;
  /** Default: `'retainedSize'`. */
  sort?: 'retainedSize' | 'shallowSize' | 'count' | 'distance' | 'name' | undefined;
  /** Most classes to return. Default: all. */
  limit?: number | undefined;
}

/** All objects of one class. */
export interface ClassSummary {
  /** DevTools' class key: the same in every snapshot of one program, unique in a document. */
  key: string;
  name: string;
  count: number;
  /** Bytes of the objects themselves, and of backing stores that only they own. */
  shallowSize: number;
  /** Bytes that would go away with all objects of the class, nested ones counted once. */
  retainedSize: number;
  /**
   * Fewest steps from a root to an object of the class: -5 when unreachable, from 100,000,000 when only V8's internals
   * reach it.
   */
  distance: number;
  /** True when only V8's internals reach the class: `distance` is 100,000,000 above the steps. */
  system?: true;
  /** Where the class or constructor stands. */
  location?: SourceLocation;
}

export interface SummaryDocument {
  snapshot: SnapshotInfo;
  classes: ClassSummary[];
}

/** All bytes. */
export interface Statistics {
  total: number;
  native: { total: number; typedArrays: number };
  v8heap: { total: number; code: number; jsArrays: number; strings: number; system: number };
}

/**
 * What scopes of functions keep alive, and what belongs to which global object. All bytes are shallow sizes; nodes of
 * size 0 are not counted.
 */
export interface ContextSizes {
  closures: {
    /** Scopes whose variables closures captured. */
    contextCount: number;
    /** Objects that would go away without those scopes, and their bytes. */
    retainedCount: number;
    retainedSize: number;
    /** All others. */
    otherCount: number;
    otherSize: number;
  };
  /** One for the program, one for each context of `node:vm`, one for each frame of a browser. */
  realms: Array<
    NodeReference & {
      /** Bytes that belong to this one alone. */
      size: number;
      retainedSize: number;
    }
  >;
  /** Bytes that several of them hold. */
  sharedSize: number;
  /** Bytes that none of them holds. */
  unattributedSize: number;
}

/** Kind of an edge, as V8 names it. */
export type EdgeKind = 'context' | 'element' | 'property' | 'internal' | 'hidden' | 'shortcut' | 'weak';

export interface NodeReference {
  id: number;
  name: string;
}

/** One row of the retainers: `id` holds the asked node through `edge`. */
export interface RetainerRow extends NodeReference {
  edge: string;
  edgeKind: EdgeKind;
  distance: number;
}

/** One row of the edges: the asked node holds `id` through `edge`. */
export interface EdgeRow extends NodeReference {
  edge: string;
  edgeKind: EdgeKind;
  /** Bytes that would go away with the target. */
  retainedSize: number;
}

/** One step of a retaining path, which runs from the root to the object. */
export interface PathStep {
  /** Class of the node of this step: `Session`, `onClose()` for a function, `(string)`. */
  name: string;
  /** Properties of an object without a class, where they are few: `{id, user}`. */
  shape?: string;
  /**
   * Edge from the node of the step before into this one: a property or a variable, `[3]` for an element, `table[3]` for
   * a slot of a Map or Set. Empty on the first step, and on those that only roots hold.
   */
  edge: string;
  /**
   * The reference as code would write it: `.sessions`, `["content-type"]`, `[Symbol(kEvents)]`, `variable cache in
   * createStore()`, `Map entry`, `[]`, `[[PromiseReaction]]`; empty at the root. Those from `.` or `[` on can be
   * written behind one another: `._events` `.data` `[]`.
   */
  reference: string;
  id: number;
  location?: SourceLocation;
}

/** A frame of an allocation stack, innermost first. */
export interface StackFrame extends SourceLocation {
  name: string;
}

export interface NodeOptions extends WorkOptions {
  /** Most retainers and most edges to return. Default: 100. */
  limit?: number | undefined;
  /** The whole of the node's name as `fullName`, however long it is. Default: false. */
  fullName?: boolean | undefined;
}

/** Everything about one object. */
export interface NodeDocument {
  id: number;
  /**
   * As all texts of documents at most some 2,500 characters: of a longer one start and end, and between them how much
   * was left out.
   */
  name: string;
  /** The name as the snapshot has it, when `fullName` asked for it. */
  fullName?: string;
  className: string;
  /** Class key, as in the summary. */
  key: string;
  /** V8's type of the node: `'object'`, `'closure'`, `'string'` and so on. */
  kind: string;
  /** Bytes. */
  shallowSize: number;
  /** Bytes. */
  retainedSize: number;
  distance: number;
  system?: true;
  detached?: true;
  /** The node that every path from the root goes through last; null for the root. */
  dominator: NodeReference | null;
  /** All retainers there are, also those that `limit` cut off. */
  retainerCount: number;
  retainers: RetainerRow[];
  /** All edges there are, also those that `limit` cut off. */
  edgeCount: number;
  edges: EdgeRow[];
  retainingPath: PathStep[];
  location?: SourceLocation;
  allocationStack?: StackFrame[];
}

export interface EdgeOptions extends WorkOptions {
  /** Default: `'retainedSize'`, DevTools' order. */
  sort?: 'retainedSize' | 'shallowSize' | 'name' | undefined;
  /** Default: all. */
  limit?: number | undefined;
}

export interface RetainerOptions extends WorkOptions {
  /** Ids of nodes to look past, as DevTools' "Ignore this retainer". */
  ignored?: number[] | undefined;
  /** Default: all. */
  limit?: number | undefined;
}

export interface PathOptions extends WorkOptions {
  /** Ids of nodes that the path must avoid: the result says what else keeps the object alive. */
  ignored?: number[] | undefined;
}

export interface DominatorOptions extends WorkOptions {
  /** The node whose children in the dominator tree are asked for. Default: the biggest retainers of the whole heap. */
  id?: number | undefined;
  /** Levels of the tree to return, 1 to 16. Default: 1. */
  depth?: number | undefined;
  /** Most children of each node. Default: 100. */
  limit?: number | undefined;
}

export interface DominatorRow extends NodeReference {
  className: string;
  kind: string;
  /** Bytes. */
  shallowSize: number;
  /** Bytes. */
  retainedSize: number;
  distance: number;
  /** Nodes that it dominates immediately. */
  childCount: number;
  location?: SourceLocation;
  /** With `depth` above 1. */
  children?: DominatorRow[];
}

export interface StringOptions extends WorkOptions {
  /** Least number of copies. Default: 2. */
  minCount?: number | undefined;
  /** Most groups to return. Default: all. */
  limit?: number | undefined;
}

/** Strings of the same text. */
export interface StringGroup {
  value: string;
  count: number;
  /** Bytes of all of them. */
  shallowSize: number;
  /** Bytes that would go away with all of them. */
  retainedSize: number;
  /** Shallow bytes that would be saved by keeping one. */
  wastedSize: number;
  /** V8 cut the text; the strings are of one length and hash. */
  truncated?: true;
  /** The text is as long as V8 writes texts, and nothing says whether it is cut: the strings may differ after it. */
  maybe?: true;
  /** The first of them, at most 10. */
  ids: number[];
}

export interface QueryOptions extends WorkOptions {
  /** Regular expression over display names, ignoring case. */
  name?: string | undefined;
  /** Regular expression over class names, ignoring case. */
  className?: string | undefined;
  /** The whole of the class key. */
  key?: string | undefined;
  /** Regular expression over names of outgoing edges, ignoring case. */
  property?: string | undefined;
  /** V8's type of the node, ignoring case. */
  kind?: string | undefined;
  detached?: boolean | undefined;
  /** Bytes, inclusive. */
  minShallowSize?: number | undefined;
  /** Bytes, inclusive. */
  maxShallowSize?: number | undefined;
  /** Bytes, inclusive. */
  minRetainedSize?: number | undefined;
  /** Bytes, inclusive. */
  maxRetainedSize?: number | undefined;
  /** Default: `'retainedSize'`. */
  sort?: 'retainedSize' | 'shallowSize' | 'id' | undefined;
  /** Rows to leave out at the beginning. Default: 0. */
  offset?: number | undefined;
  /** Most rows to return. Default: 100. */
  limit?: number | undefined;
}

export interface QueryRow extends NodeReference {
  className: string;
  kind: string;
  /** Bytes. */
  shallowSize: number;
  /** Bytes. */
  retainedSize: number;
  distance: number;
  system?: true;
  detached?: true;
  location?: SourceLocation;
}

/** Allocations of one function, over all call paths. */
export interface AllocationRow extends StackFrame {
  /** Allocations made, and their bytes. */
  count: number;
  size: number;
  /** Of them, what is in the snapshot, and its bytes. */
  liveCount: number;
  liveSize: number;
}

/** Objects of one interval of an allocation timeline that are still alive. */
export interface AllocationInterval {
  /** Microseconds since the timeline began. */
  timestampUs: number;
  lastAssignedId: number;
  /** Bytes. */
  size: number;
}

export interface AllocationsDocument {
  /** Biggest first; empty when allocations were not recorded. */
  functions: AllocationRow[];
  /** Empty when the file is not a timeline. */
  samples: AllocationInterval[];
}

/**
 * An opened snapshot. Its memory is outside of V8's heap: close it, or let `await using` do so.
 * Every method rejects with `HEAPHOUND_ERR_CLOSED` once it is closed.
 */
export interface Snapshot extends AsyncDisposable {
  readonly info: SnapshotInfo;
  /** Names for the option `filter` of `summary()`. */
  readonly filters: readonly Filter[];
  readonly closed: boolean;
  summary(options?: SummaryOptions): Promise<SummaryDocument>;
  statistics(options?: WorkOptions): Promise<Statistics>;
  /** O(nodes + edges). */
  contexts(options?: WorkOptions): Promise<ContextSizes>;
  node(id: number, options?: NodeOptions): Promise<NodeDocument>;
  edges(id: number, options?: EdgeOptions): Promise<EdgeRow[]>;
  retainers(id: number, options?: RetainerOptions): Promise<RetainerRow[]>;
  /** From the root to the object; empty when nothing but weak edges leads to it. */
  retainingPath(id: number, options?: PathOptions): Promise<PathStep[]>;
  dominators(options?: DominatorOptions): Promise<DominatorRow[]>;
  duplicateStrings(options?: StringOptions): Promise<StringGroup[]>;
  query(options?: QueryOptions): Promise<QueryRow[]>;
  allocations(options?: WorkOptions): Promise<AllocationsDocument>;
  /** The largest accumulations, as `findSuspects` has them. */
  suspects(options?: SnapshotSuspectOptions): Promise<SuspectDocument>;
  /** Stops what still runs and gives the memory back. Closing twice is fine. */
  close(): Promise<void>;
}

/** How the objects of several snapshots are matched. */
export interface ComparisonOptions extends OpenOptions {
  /**
   * `'ids'`: an object has one id in all of them. `'structure'`: by class, and by the way on which they hang from the
   * roots; right for restarts, replicas and forks too. Default: `'auto'`, by id where a sample of the ids names the
   * same objects, and the captures do not name different id spaces.
   */
  compareBy?: 'auto' | 'ids' | 'structure' | undefined;
  /**
   * `'auto'` (default): the snapshots are put in the order in which they were taken. `'given'`: they stay as they are
   * given.
   */
  order?: 'auto' | 'given' | undefined;
  /**
   * What is meant, and refused without this. `'same'`: a snapshot twice, also under two names or compressions
   * (`HEAPHOUND_ERR_SAME`). `'unrelated'`: snapshots of different programs, or several of one process among those of
   * others (`HEAPHOUND_ERR_UNRELATED`).
   */
  allow?: ('same' | 'unrelated')[] | undefined;
}

/** The order in which the snapshots of a comparison stand in the document: oldest first. */
export interface SnapshotOrder {
  /** True: not that of the call. */
  sorted: boolean;
  /**
   * Who tells it. `'ids'`: a later snapshot of one process has higher ids. `'time'`: `takenAt`. `'names'`: the numbers
   * in the names of the files. `'given'`: nobody, or the option `order`.
   */
  by: 'ids' | 'time' | 'names' | 'given';
  /** False: it is the best guess, and may be wrong. */
  known: boolean;
  /**
   * With the option `order: 'given'`: who tells another order. Where it is the right one, what grew is taken for what
   * became less.
   */
  contradictedBy?: 'ids' | 'time' | 'names' | 'given';
  /** Of each snapshot in the document its position in the call, where a directory counts as the snapshots in it. */
  given: number[];
  /** Why, in one sentence. */
  reason: string;
  /** Positions in `snapshots` of two that are one and the same snapshot. Only with `allow: ['same']`. */
  same?: [number, number];
}

/** How the objects of several snapshots were matched. */
export interface Comparison {
  /** True: by id. False: by class and structure; what only ids can tell is null. */
  ids: boolean;
  /** Why, in one sentence. */
  reason: string;
}

export interface DiffOptions extends ComparisonOptions {
  /** Default: `'sizeDelta'`. */
  sort?:
    | 'sizeDelta'
    | 'countDelta'
    | 'addedSize'
    | 'addedCount'
    | 'removedSize'
    | 'removedCount'
    | 'addedRetainedSize'
    | 'grownSize'
    | 'name'
    | undefined;
  /** Most classes to return. Default: all that changed. */
  limit?: number | undefined;
  /** Most ids of `addedIds` and of `removedIds` for each class. Default: 10. */
  ids?: number | undefined;
}

/**
 * What changed in one class from `before` to `after`. What only ids can tell is null where `comparison.ids` is false.
 */
export interface ClassDiff {
  key: string;
  name: string;
  addedCount: number | null;
  removedCount: number | null;
  countDelta: number;
  /** Shallow bytes of the added objects. */
  addedSize: number | null;
  /** Shallow bytes of the removed objects. */
  removedSize: number | null;
  /** Shallow bytes: added minus removed; without ids all of the class after minus all before. */
  sizeDelta: number;
  /** Bytes that would go away with all added objects, nested ones counted once. */
  addedRetainedSize: number | null;
  /** Bytes by which objects that are in both snapshots grew. */
  grownSize: number | null;
  /** Bytes by which objects that are in both snapshots shrank. */
  shrunkSize: number | null;
  /** Biggest first, at most `ids`; they are in `after`. */
  addedIds: number[] | null;
  /** At most `ids`; they are in `before`. */
  removedIds: number[] | null;
  /** Objects that are in both and grew, most first, at most `ids`. */
  grownIds: number[] | null;
  location?: SourceLocation;
}

export interface DiffDocument {
  before: ReadInfo;
  after: SnapshotInfo;
  order: SnapshotOrder;
  comparison: Comparison;
  /** Classes that gained or lost objects, or without ids bytes: DevTools' Comparison. */
  classes: ClassDiff[];
  /**
   * Classes that only have survivors of another size, which DevTools does not show; largest growth first. Empty without
   * ids.
   */
  resized: ClassDiff[];
  /**
   * What changed in all classes of this name together; zeros when nothing did. `key` and `location` are those of the
   * first. Not enumerable. Throws `HEAPHOUND_ERR_OPTION` when the option `limit` may have cut the class off.
   */
  class(name: string): ClassDiff;
}

export interface LeakOptions extends ComparisonOptions {
  /** Most leaks to return. Default: 20. */
  limit?: number | undefined;
  /**
   * How often the program did its work between two snapshots: one number for every interval, or one for each. Growth by
   * a multiple of it counts however small it is (from 3 operations on; a prime number is best), and intervals of
   * unequal work are compared by the operation.
   */
  operations?: number | number[] | undefined;
  /** Leaks to leave out, as `ignoreLeaks` does; `ignored` in the document counts them. */
  ignore?: IgnorePattern | IgnorePattern[] | undefined;
  /**
   * More known leaks of libraries, looked at before those that the package brings: rows, or the path of a JSON file `{
   * "leaks": [row, …] }`.
   */
  catalogue?: CatalogueRow[] | string | undefined;
  /**
   * Whether source files of this machine are read: for the lines of places, and for the lines that call a package. A
   * path is the folder below which they are; `true` is the working folder. A file of more than 2 MB is not read.
   * Default: true when the option `sourceMaps` is set, else false.
   */
  sources?: boolean | string | undefined;
  /** Lines of the source on each side of a place. Default: 0. */
  sourceLines?: number | undefined;
  /** Beginning of a fingerprint: for the leaks that have it, `freed` says what cutting the reference frees. */
  explain?: string | undefined;
}

/**
 * What to leave out. A text: a fingerprint, a whole name of a class or of a step of the path, or the end of a file's
 * path. A regular expression: part of any of these. A function: true for a leak to be left out.
 */
export type IgnorePattern = string | RegExp | ((leak: Leak) => boolean);

/** Leaks sorted by whether they are to be left out, each list in the order that it had. */
export interface SortedLeaks {
  leaks: Leak[];
  ignored: Leak[];
}

/**
 * A known leak of a library, or of Node.js. All patterns that a row has must fit. A place of the leak must lie in the
 * package; of Node.js, what the patterns fit must be its own.
 */
export interface CatalogueRow {
  /** Name of the npm package; `node` for Node.js itself. */
  package: string;
  /** Affected versions of the package or of Node.js, as npm writes ranges; `*` for all. */
  versions: string;
  /** The leak in a few words. */
  title: string;
  /** Regular expression for the class of the leaked objects. */
  className?: string | undefined;
  /** The same for the class of the container. */
  container?: string | undefined;
  /** The same for references and classes of the retaining path: each must be there, in this order, from the root on. */
  path?: string[] | undefined;
  kind?: LeakKind | undefined;
  /** What to do. */
  advice: string;
  /** Where that is known from. */
  source: string;
}

/** Why a leak is known. */
export interface KnownLeak {
  package: string;
  /**
   * The one that is installed; null when its `package.json` is not on this machine, or `sourceMaps` is false. Of
   * Node.js the one in the heap, null where it has none.
   */
  version: string | null;
  /** Affected versions, as npm writes ranges. */
  versions: string;
  title: string;
  advice: string;
  source: string;
}

/** The object that accumulates what leaks. */
export interface LeakContainer extends NodeReference {
  /** Edge of its owner that holds it. */
  edge: string;
  location?: SourceLocation;
}

/**
 * A place in the program's own code: not of Node.js, not of a package, not of heaphound, by the original file where a
 * source map has it.
 */
export interface ResponsiblePlace {
  location: SourceLocation;
  /** `'made'`: it makes the leaked objects, or what they wait for; `'held'`: it holds what holds them. */
  role: 'made' | 'held';
  /**
   * How it was found, best first: a step of `retainingPath`; a function that the leaked objects lead to; the first own
   * function on `allocationStack`; an own file that loads the package, or the module of Node.js.
   */
  evidence: 'path' | 'callback' | 'allocation' | 'module' | 'call';
  /** The same in words. */
  because: string;
  /** True where it may be another place as well. */
  probably: boolean;
  /** The id of the step of `retainingPath` that shows it. */
  step?: number;
  /** Other own files that it may be, by name. */
  others?: SourceLocation[];
}

/** No own line is known. */
export interface UnknownPlace {
  evidence: 'unknown';
  /** Why. */
  because: string;
  /** What to run in order to know: `APP` stands for the program. */
  command: string;
  location?: undefined;
}

/** Objects of one class that a container accumulates. */
export interface Leak {
  className: string;
  /** Where the class or function of the leaked objects stands. */
  location?: SourceLocation;
  /** The place in the program's own code that is responsible, and how it was found. */
  responsible: ResponsiblePlace | UnknownPlace;
  container: LeakContainer;
  /** Objects more, for each interval between two snapshots. */
  countGrowth: number[];
  /** Bytes more for each interval, of everything that accumulates there. */
  sizeGrowth: number[];
  /** The same from the first to the last snapshot. */
  retainedGrowth: number;
  /** Objects for each operation; only with the option `operations`. */
  perOperation?: number;
  /**
   * From the root through the container to one of the leaked objects. Where most of its bytes are memory outside of the
   * heap or one text, on to that; also to an object of Node.js or a package that makes most of it and says more than
   * the class.
   */
  retainingPath: LeakStep[];
  /** What one of the leaked objects is made of. */
  item: LeakPart;
  /** What sort of leak it is, recognised from the objects and references on the path. */
  kind: LeakKind;
  /** What usually repairs this kind, or leaks of this class; a sentence or two. */
  advice: string;
  /** What the kind tells beyond the path; only what was found. */
  detail?: LeakDetail;
  /** How sure it is that this grows without end; two snapshots never allow `'high'`. */
  confidence: 'high' | 'medium' | 'low';
  /** Why, strongest first: short sentences. */
  evidence: string[];
  /** Only when the catalogue has it. */
  known?: KnownLeak;
  /** The same for the same leak in another run, on another machine and in another line of Node.js. */
  fingerprint: string;
  /** Ids of leaked objects, in the last snapshot. */
  examples: number[];
  /** What else came with them, biggest first. */
  classes: LeakClass[];
  /** Who allocated most of them, innermost first: when allocations were recorded (`trackAllocations`). */
  allocationStack?: StackFrame[];
  /**
   * Leaked objects of the last snapshot that were allocated so. Others may have another stack, or none: V8 forgets that
   * of an object which a collection moves, and only an earlier snapshot of the same ids has it then.
   */
  allocationStackCount?: number;
  /** Only with the option `explain`. */
  freed?: LeakFreed;
}

/**
 * - `growing-map`, `growing-set`, `growing-array`, `growing-object`: a collection that only gains; `growing-object` is
 *   an object used as a map.
 * - `growing-list`: a list of objects that are linked to one another. `growing-text`: one text to which more is added.
 * - `weak-map-live-keys`: values of a WeakMap whose keys never go.
 * - `event-listeners`, `abort-listeners`: listeners of an emitter or an EventTarget; of an AbortSignal.
 * - `timers`: timers that nobody clears. `promises`: reactions of a promise that is not settled, or promises that stay
 *   pending.
 * - `closures`: functions that share a scope, each keeping the one before. `globals`: what hangs from `globalThis`.
 * - `modules`: modules that are loaded again and again. `async-context`: stores of `AsyncLocalStorage`, resources of
 *   async hooks.
 * - `streams`, `sockets`, `requests`: held, or never finished. `instances`: one for each request of what should be made
 *   once.
 * - `string-slices`, `buffer-slices`: short pieces that keep a long parent. `external-memory`: bytes outside of V8's
 *   heap.
 * - `contexts`, `workers`, `ports`: of `node:vm`, of `node:worker_threads`. `finalization-registry`: what a registry
 *   holds for its callback.
 * - `native-handles`: objects of Node.js that the event loop or native code holds. `other`: none of these.
 */
export type LeakKind =
  | 'growing-map'
  | 'growing-set'
  | 'growing-array'
  | 'growing-object'
  | 'growing-list'
  | 'growing-text'
  | 'weak-map-live-keys'
  | 'event-listeners'
  | 'abort-listeners'
  | 'timers'
  | 'promises'
  | 'closures'
  | 'globals'
  | 'modules'
  | 'async-context'
  | 'streams'
  | 'sockets'
  | 'requests'
  | 'instances'
  | 'string-slices'
  | 'buffer-slices'
  | 'external-memory'
  | 'contexts'
  | 'workers'
  | 'ports'
  | 'finalization-registry'
  | 'native-handles'
  | 'dom-nodes'
  | 'dom-listeners'
  | 'dom-observers'
  | 'browser-handles'
  | 'other';

export interface LeakDetail {
  /** Class of the object that is listened to. */
  emitter?: string;
  /** Name of the event; of several, the first on the path. */
  event?: string;
  /**
   * Name of the listener, of the callback of a timer, of the function whose variable it is; where that one is of
   * Node.js, of the function of the program that waits for it.
   */
  function?: string;
  /** Where that function stands. */
  location?: SourceLocation;
  /** Bytes of the text that the slice at the end of the path keeps, or of the memory that its view does. */
  parentSize?: number;
  /** The file of a module that is loaded again and again. */
  module?: string;
}

/** A step of a leak's path. */
export interface LeakStep extends PathStep {
  /**
   * `'no'`: was there before, and is meant to be there. `'yes'`: one of the objects that pile up, or held only by such.
   * `'unknown'`: between the two; the reference to cut is in this stretch.
   */
  leaking: 'no' | 'unknown' | 'yes';
  /** Why, in a few words. */
  because?: string;
  /** True for the reference that keeps what should have gone: the one by which the first leaking object is held. */
  cut?: true;
}

/** Objects of one class at one place of a leaked object: the mean over all that leaked. */
export interface LeakPart {
  name: string;
  /** The reference that holds it; `[]` stands for a position. */
  edge: string;
  /** Objects in each leaked object; 1 for itself. */
  count: number;
  /**
   * Bytes in each leaked object, with all that hangs from them. What is reached on several paths counts on the cheapest
   * one.
   */
  size: number;
  /** Heaviest first; what is less than a hundredth of the leaked object is left out. */
  children: LeakPart[];
}

export interface LeakClass {
  className: string;
  /** Objects more in the last snapshot than in the first. */
  count: number;
  /** Bytes more, backing stores included. */
  size: number;
  /** The same for each interval. */
  countGrowth: number[];
  sizeGrowth: number[];
}

export interface LeakDocument {
  /** Oldest first. */
  snapshots: ReadInfo[];
  /**
   * `'leak'`: there are some, beside those that are ignored. `'none'`: nothing leaks, and the growth has reasons.
   * `'unknown'`: no leak was found, but more than a tenth of the growth, and more than 64 KiB an interval, has no
   * explanation (`accounting`), or the process grew by far more than its heap (`outside`).
   */
  verdict: 'leak' | 'none' | 'unknown';
  order: SnapshotOrder;
  /** `process.version` in the last heap, without its `v`; absent where the heap has none, as in a redacted one. */
  nodeVersion?: string;
  comparison: Comparison;
  /** Most important first. */
  leaks: Leak[];
  /** What grew but is no leak, biggest first; a few rows. */
  oneOff: OneOffGrowth[];
  /**
   * Growth that a rule dropped: it came in every interval, as a leak does, and one of the rules of the search says why
   * it is none. Biggest first, twenty at most. A document of an older version has no such member.
   */
  dropped?: DroppedGrowth[];
  /** Leaks that the option `ignore` left out. */
  ignored: number;
  /** Every byte of growth, with what it belongs to. */
  accounting: Accounting;
  /** Only where the sidecars of all snapshots have the memory of the process. */
  outside?: OutsideGrowth;
  /**
   * Where the answer is not sure, what would decide it, the most decisive first. Empty where it is sure; a document of
   * an older version has no such member.
   */
  next?: NextStep[];
}

/** A measurement or a look that makes an answer sure. */
export interface NextStep {
  /** What it decides, and what to do before. */
  why: string;
  /** To be copied into a shell, with the files of this run. */
  command: string;
}

/** All growth from the first snapshot to the last: the lines add up to it, in every interval. */
export interface Accounting {
  /** `totalSize` of the last snapshot less that of the first. */
  size: number;
  /** The same for each interval. */
  sizeGrowth: number[];
  /** Bytes that nobody can tell the reason of. */
  unexplainedSize: number;
  /** False: that is too much for the verdict `'none'`. */
  isExplained: boolean;
  /** Most first. */
  lines: AccountLine[];
}

export interface AccountLine {
  /**
   * `'leak'`: what a leak explains, with the tables of its container and the code that only it holds. `'oneOff'`: no
   * leak, for the reason `why`. `'unexplained'`: grew in every interval or by the steps of a table, and no rule makes
   * it a leak or tells it from one. `'unheld'`: no reference of the file keeps it, as what is in a Map of Bun.
   * `'outside'`: what V8 reports outside of its heap. `'rest'`: many places with little each. `'freed'`: what is gone
   * or became less; not above 0.
   */
  what: 'leak' | 'oneOff' | 'unexplained' | 'unheld' | 'outside' | 'rest' | 'freed';
  /** Of the leak. */
  fingerprint?: string;
  /** The leak is one that the option `ignore` left out. */
  ignored?: true;
  /** Of one-off growth. */
  why?: OneOffGrowth['why'];
  /** One sentence. */
  because: string;
  size: number;
  /** Bytes for each interval. */
  sizeGrowth: number[];
  /** Which classes grow, most first, at most 8: of `'unexplained'` and `'unheld'`. */
  classes?: LeakClass[];
}

/** What a process took of memory, in bytes, as `process.memoryUsage()` has it. */
export interface ProcessMemory {
  rss: number;
  heapTotal: number;
  heapUsed: number;
  external: number;
  arrayBuffers: number;
  /** Of the C library: what native code has of it, and what is freed and kept. glibc 2.33 and later. */
  malloc?: { inUse: number; free: number };
  /** Of the process's own control group; Linux. */
  cgroup?: { usedBytes: number; limitBytes?: number };
}

/** The growth of the process beside that of its heap, from the first snapshot to the last, in bytes. */
export interface OutsideGrowth {
  rssGrowth: number;
  /** Of the pages that V8 has for its heap. */
  heapGrowth: number;
  /** Of what V8 knows outside of its heap: Buffers. */
  externalGrowth: number;
  /** What the snapshots explain: the difference of their totals. */
  explainedSize: number;
  /** Of what native code has of `malloc`, where the sidecars know. */
  mallocGrowth?: number;
  /** Of the last snapshot. */
  cgroup?: { usedBytes: number; limitBytes?: number };
  /** What neither the heap nor its Buffers explain. */
  outsideSize: number;
  /** True: it grew on, by 16 MB an interval at least, and by more than twice what the heap gained. */
  isUnexplained: boolean;
}

/** Growth in every interval that a rule of the search dropped. */
export interface DroppedGrowth {
  className: string;
  location?: SourceLocation;
  container: LeakContainer;
  countGrowth: number[];
  sizeGrowth: number[];
  /** The reason of the rule: one of those that `oneOff` has. */
  rule: OneOffGrowth['why'];
  /** The rule in a sentence. Several rules have one reason, and each has a sentence of its own. */
  because: string;
}

/** Growth that happened and ended, or that belongs to V8. Never counted as a leak. */
export interface OneOffGrowth {
  className: string;
  location?: SourceLocation;
  container: LeakContainer;
  /** Objects more, for each interval between two snapshots. */
  countGrowth: number[];
  /** Bytes more, for each interval. */
  sizeGrowth: number[];
  /** Bytes more in the last snapshot than in the first. */
  size: number;
  /**
   * `'code'`: compiled code, feedback and tables of V8. `'modules'`: a module that was loaded late. `'filled'`: grew,
   * then stopped or slowed down. `'bounded'`: Node.js keeps a fixed number of these, as the 250 timings of fetches.
   * `'passing'`: objects that come and go, as requests that are under way; told with ids and three snapshots or more.
   * `'recent'`: only in the last interval, as the buffers of the last request. `'parts'`: parts of objects whose number
   * stopped. `'load'`: objects of Node.js that follow the load. `'few'`: too little in each interval to tell anything.
   * `'tables'`: only tables of V8 hold it, as the names and sources of functions.
   */
  why: 'code' | 'modules' | 'filled' | 'bounded' | 'passing' | 'recent' | 'parts' | 'load' | 'few' | 'tables';
  /** The same in one sentence. */
  because: string;
}

/** Reads a snapshot on threads of its own and computes everything that DevTools shows of it. */
export function openSnapshot(source: Source, options?: OpenOptions): Promise<Snapshot>;

/**
 * DevTools' Comparison and more. An opened `before` is kept open; a source is read, and its memory given back early.
 * The older one is `before` in the document, whichever way round they are given. `before` alone is the path of a
 * directory: its oldest snapshot and its newest.
 */
export function diffSnapshots(
  before: SnapshotOrSource,
  after?: SnapshotOrSource,
  options?: DiffOptions,
): Promise<DiffDocument>;

/**
 * What grows over two or more snapshots of one program, and what holds it. They are put in the order in which they were
 * taken; the path of a directory stands for the snapshots in it.
 */
export function findLeaks(snapshots: SnapshotOrSource[], options?: LeakOptions): Promise<LeakDocument>;

/** Options of `findSuspects`. */
export interface SuspectOptions extends OpenOptions {
  /** Most suspects to return. Default: 20. */
  limit?: number | undefined;
  /** Suspects to leave out, as `ignoreLeaks` does it with leaks; `ignored` in the document counts them. */
  ignore?: IgnorePattern | IgnorePattern[] | undefined;
}

/** Options of `Snapshot.suspects`. */
export interface SnapshotSuspectOptions extends WorkOptions {
  /** Most suspects to return. Default: 20. */
  limit?: number | undefined;
}

export interface SuspectDocument {
  snapshot: SnapshotInfo;
  /** Bytes of the whole heap, with those outside of it that V8 counts. */
  totalSize: number;
  /** Those that look like leaks first; the heaviest first. */
  suspects: Suspect[];
  /** Suspects that `ignore` left out. Only of `findSuspects`. */
  ignored?: number;
  /** All bytes of the heap: the sizes add up to `totalSize`. */
  accounting: HeapLine[];
  sections: SuspectSections;
}

/** Objects of one class that pile up in a container, or one object that is large by itself. */
export interface Suspect {
  className: string;
  /** Where the class or function of the objects stands. */
  location?: SourceLocation;
  /** Objects in all containers. */
  count: number;
  /** Bytes of the objects, of what only paths over them lead to, and of the tables of the containers. */
  size: number;
  /** True for one object that is large by itself; its holder is the container then. */
  single: boolean;
  /** The container that has most of them. */
  container: LeakContainer;
  /** Objects in that one. */
  containerItemCount: number;
  /** Bytes that would be freed with that one. */
  containerRetainedSize: number;
  /** Containers of the same sort that hold some. */
  containerCount: number;
  /**
   * `'leak'`: objects that should have gone; `'bounded'`: a collection with a limit, or one that loses entries as it
   * gains others; `'loaded'`: data that was loaded once. One snapshot shows no growth: none of them is a proof.
   */
  looksLike: 'leak' | 'bounded' | 'loaded';
  confidence: 'high' | 'medium' | 'low';
  /** What speaks for a leak. */
  evidence: string[];
  /** What speaks against one. */
  counterEvidence: string[];
  kind: LeakKind;
  /** What usually repairs this kind. */
  advice: string;
  detail?: LeakDetail;
  /** The place in the program's own code that has to do with it. */
  responsible: SuspectPlace;
  /** What one of the objects is made of: the mean of all. */
  item: LeakPart;
  /** Other classes that pile up in the same containers, heaviest first. */
  classes: SuspectClass[];
  /** From the root over the container to one of the objects. */
  retainingPath: PathStep[];
  /** Ids of objects, those with the highest ids. */
  examples: number[];
  /** The same for the same accumulation in another run. */
  fingerprint: string;
}

export interface SuspectPlace {
  /** Missing when the snapshot does not know: then `evidence` is `'unknown'`. */
  location?: SourceLocation;
  /** Whether the code there made the objects or holds them. */
  role?: 'made' | 'held';
  /** A step of the path; a function that one of the objects holds. */
  evidence: 'path' | 'callback' | 'unknown';
  because: string;
  probably?: boolean;
  /** What to call or run to learn it. */
  command?: string;
}

export interface SuspectClass {
  className: string;
  count: number;
  size: number;
}

/** Bytes of one use. */
export interface HeapLine {
  what: 'suspect' | 'objects' | 'strings' | 'native' | 'code' | 'engine' | 'unheld' | 'outside';
  /** Of the suspect. */
  fingerprint?: string;
  because: string;
  size: number;
}

/** What else takes memory and shows in one snapshot. */
export interface SuspectSections {
  /** Texts that are there more than once: `count` copies, and the bytes of all but one of each. */
  duplicateStrings: { count: number; size: number; most: { value: string; count: number; size: number }[] };
  /** Texts of a megabyte and more, longest first, with their beginning. */
  hugeStrings: { id: number; start: string; size: number }[];
  /** Nodes of a page that no document shows, and objects of Node.js that only native code still holds. */
  detached: { count: number; size: number };
  /** Contexts of `node:vm`, of workers and of Node.js itself. */
  contextCount: number;
  /** Buffers and texts outside of V8's heap. */
  external: { count: number; size: number };
}

/**
 * The largest accumulations of one snapshot: for the file that Node.js writes before it runs out of memory. What grows
 * only two snapshots show (`findLeaks`).
 */
export function findSuspects(source: SnapshotOrSource, options?: SuspectOptions): Promise<SuspectDocument>;

/** Sorts out the leaks that somebody knows and accepts: for documents that were kept, and for tests. */
export function ignoreLeaks(leaks: Leak[], ignore?: IgnorePattern | IgnorePattern[]): SortedLeaks;

export interface CaptureOptions {
  /**
   * `'fork'`: a copy of this process writes, and this thread stands still for the copying only; Linux with glibc, on
   * x86-64 and aarch64. `'inline'`: V8 writes in this process, and this thread stands still until it is done. `'auto'`,
   * the default: fork where it is safe.
   */
  mode?: 'auto' | 'fork' | 'inline' | undefined;
  /** The thread whose heap it is; only that thread stands still. Default: the one that calls. */
  worker?: Worker | undefined;
  /** The file to write, which must not exist. Not together with `dir`. */
  path?: string | undefined;
  /** An existing directory for a file with a name of its own. Default: a private one (0700) under `os.tmpdir()`. */
  dir?: string | undefined;
  /** Default: `'zstd'`. Chrome DevTools opens only `'none'`. */
  compression?: 'zstd' | 'gzip' | 'none' | undefined;
  /**
   * Ends the copy of `'fork'` at once. With `'inline'` it is looked at before V8 starts and after it has ended: V8
   * holds the thread.
   */
  signal?: AbortSignal | undefined;
  /**
   * Milliseconds from the call, the wait of `queue` included: then `HEAPHOUND_ERR_TIMEOUT`. Looked at as `signal` is.
   */
  timeoutMs?: number | undefined;
  /**
   * Wait while other captures of this process are under way, in the order of the calls, instead of
   * `HEAPHOUND_ERR_BUSY`. Default: false.
   */
  queue?: boolean | undefined;
  /** Most bytes on the disk: a snapshot that takes more ends with `HEAPHOUND_ERR_MAX_BYTES`. */
  maxBytes?: number | undefined;
  /**
   * Most bytes of memory that the capture may be expected to take: else `HEAPHOUND_ERR_NO_HEADROOM`, as when the system
   * has no more.
   */
  maxMemoryBytes?: number | undefined;
  /** Longest time that the thread may be expected to stand still: else `HEAPHOUND_ERR_MAX_PAUSE`. */
  maxPauseMs?: number | undefined;
  /** False: capture whatever the estimates say. Default: true. */
  checkHeadroom?: boolean | undefined;
  /** True for all but the last capture of a series that is compared by id: see `idsKept`. Default: false. */
  keepIds?: boolean | undefined;
  /**
   * Captures of one thread by `'fork'` have ids that name the same objects, by way of the table `FILE.ids` beside the
   * last file; it may be removed when no further capture is to be compared. False: no table, and ids of this capture
   * alone. Default: true.
   */
  comparable?: boolean | undefined;
  /**
   * `'strings'`: contents do not reach the disk; placeholders stand for them, and names stay: `docs/redaction.md`.
   * Equal contents have equal placeholders in all captures of one thread. Default: everything is in the file.
   */
  redact?: 'strings' | undefined;
  /** More of V8's own objects, for people who work on V8. Default: false. */
  exposeInternals?: boolean | undefined;
  /** Numbers as nodes of their own, with their values. Default: false. */
  exposeNumericValues?: boolean | undefined;
}

export interface CaptureToStreamOptions extends Omit<CaptureOptions, 'path' | 'dir' | 'worker'> {
  /**
   * Gets the compressed snapshot, as fast as it takes it, and is ended. On failure it is destroyed, and what it got is
   * no snapshot. `'fork'`: it gets bytes while the copy writes, and a slow stream makes the copy wait. `'inline'`: its
   * first byte comes when the snapshot is whole; until then all stored bytes wait in native memory (`maxBytes` limits
   * them), since V8 holds the thread.
   */
  stream: Writable;
}

export interface CaptureAndOpenOptions
  extends OpenOptions, Omit<CaptureOptions, 'path' | 'dir' | 'worker' | 'compression' | 'maxBytes'> {}

/** A snapshot that was taken, found complete, and is on the disk. */
export interface CaptureResult {
  path: string;
  mode: 'fork' | 'inline';
  /** Why this mode. */
  reason: string;
  /** Milliseconds that the thread stood still, at most at a time. */
  pauseMs: number;
  /** Copies that were made: a copy that was made at a bad moment is thrown away. */
  tries: number;
  /** Milliseconds from the call to the durable file. */
  durationMs: number;
  /** Bytes before compression. */
  rawBytes: number;
  /** Bytes on disk. */
  storedBytes: number;
  nodeCount: number;
  edgeCount: number;
  /** Of the stored bytes, in hexadecimal. */
  sha256: string;
  /** There when the option was. */
  redact?: 'strings';
  /** Snapshots with the same one can be compared by id. */
  idSpace: string;
  /** Why it is not that of the forked capture before. */
  idSpaceReason?: string;
  /**
   * True: the next snapshot of this thread continues the ids, and until they are forgotten garbage collection is
   * slower.
   */
  idsKept: boolean;
  runtime: Runtime;
  /** `process.version`. */
  node: string;
  pid: number;
  /** 0 for the main thread. */
  threadId: number;
  /** ISO 8601, UTC. */
  startedAt: string;
  /**
   * Of this process when the capture began, not of the copy that wrote. Of a worker the heap is its own, and the rest
   * that of the process.
   */
  memory?: ProcessMemory;
}

/**
 * The document `FILE.json` beside a captured file (0600). It is written last: a file without it is whole too, but
 * nobody vouches for it.
 */
export interface SnapshotSidecar extends Omit<CaptureResult, 'path'> {
  /** Of this shape. It grows only when the meaning of a member changes. */
  version: 1;
}

/**
 * Takes a snapshot of this thread's heap into a private file. `docs/capture.md` has what it costs.
 * Rejects with `HEAPHOUND_ERR_BUSY` while another capture of the process is under way, and with
 * `HEAPHOUND_ERR_NO_HEADROOM` when there is no memory for it.
 */
export function captureSnapshot(options?: CaptureOptions): Promise<CaptureResult>;

/**
 * The same into a stream instead of a file, with no sidecar and in an id space of its own; with `keepIds` `'auto'`
 * captures in the process, whose ids go on. Rejects with `HEAPHOUND_ERR_STREAM` when the stream fails or is closed
 * before its end.
 */
export function captureSnapshot(options: CaptureToStreamOptions): Promise<Omit<CaptureResult, 'path'>>;

/**
 * Takes a snapshot of this thread's heap and opens it, without a file: a native thread parses while V8 writes. Ids as
 * with a stream. The analysis does not hold this thread. What tests want.
 */
export function captureAndOpen(options?: CaptureAndOpenOptions): Promise<Snapshot>;

export interface RedactOptions extends WorkOptions {
  /** Default: as the path says: `.zst`, `.gz`, else none. */
  compression?: 'zstd' | 'gzip' | 'none' | undefined;
  /**
   * Equal contents have equal placeholders in all files that one key made. 16 bytes at least, and nobody may be able to
   * guess it: who has it can try out contents. Default: a random one, which all redactions of this thread share and
   * which nobody learns.
   */
  key?: string | Uint8Array | undefined;
}

/** A redacted snapshot that was written. */
export interface RedactResult {
  path: string;
  compression: 'none' | 'gzip' | 'zstd';
  /** Bytes of the redacted snapshot before compression. */
  rawBytes: number;
  /** Bytes on disk. */
  storedBytes: number;
  nodeCount: number;
  edgeCount: number;
  /** Texts of the snapshot. */
  stringCount: number;
  /** Of them, those that were replaced, as a whole or in part. */
  redactedCount: number;
  /** Of the stored bytes, in hexadecimal. */
  sha256: string;
}

/**
 * Copies a snapshot into the new file `path` with a placeholder for each content: strings, numbers, regular
 * expressions, sources. Names stay, of classes, properties, variables, functions and files: `docs/redaction.md`. `path`
 * must not exist; its directory must.
 *
 * Cost: one pass, memory of about a byte for each text. Rejects with `HEAPHOUND_ERR_ORDER` for a stream whose sections
 * are not in V8's order.
 */
export function redactSnapshot(source: Source, path: string, options?: RedactOptions): Promise<RedactResult>;
/** Which other process. */
export interface InspectOptions {
  /** Its inspector: a port of this machine, `host:port`, or the URL that Node.js prints (`ws:`, `http:`). */
  inspect?: number | string | undefined;
  /** Its id, instead of `inspect`: its inspector is opened by SIGUSR1 when it is closed, and closed again. Linux. */
  pid?: number | undefined;
  signal?: AbortSignal | undefined;
  /** Milliseconds from the call: then `HEAPHOUND_ERR_TIMEOUT`. */
  timeoutMs?: number | undefined;
}

/** Options of `captureFrom`; those that `captureSnapshot` has too mean the same, for the other process. */
export interface CaptureFromOptions
  extends
    InspectOptions,
    Pick<
      CaptureOptions,
      | 'path'
      | 'dir'
      | 'compression'
      | 'exposeInternals'
      | 'exposeNumericValues'
      | 'maxBytes'
      | 'maxMemoryBytes'
      | 'maxPauseMs'
      | 'checkHeadroom'
    > {
  /** Replace the contents of strings before they reach the disk: `docs/redaction.md`. */
  redact?: 'strings' | undefined;
  /** As of `redactSnapshot`; needs `redact`. */
  key?: string | Uint8Array | undefined;
  /** The heap of a worker thread, by its `threadId`. Default: the main thread. */
  worker?: number | undefined;
  /** @deprecated No effect: V8 forgets the ids of objects when a session of the inspector ends. `captureSeriesFrom` takes several in one. */
  keepIds?: boolean | undefined;
  onProgress?: ((progress: Progress) => void) | undefined;
}

export interface CaptureFromResult extends Omit<CaptureResult, 'mode' | 'path' | 'tries' | 'runtime' | 'node' | 'pid'> {
  path: string;
  runtime: Runtime;
  /** As the process says it; of a browser its user agent, empty when it says nothing. */
  runtimeVersion: string;
  /** `process.version`, of Node.js only. */
  node?: string;
  /** Absent for a page of a browser. */
  pid?: number;
  mode: 'inspector';
  /** What was done to its inspector. */
  inspector?: 'was open' | 'opened and closed again';
}

export interface InspectedWorker {
  threadId: number;
  name: string;
  url: string;
}

/**
 * Takes a snapshot of another process, which stands still meanwhile (`pauseMs` is the time until all of it was here),
 * into a private file. Rejects with `HEAPHOUND_ERR_INSPECTOR` when its inspector cannot be used.
 */
export function captureFrom(options: CaptureFromOptions): Promise<CaptureFromResult>;

export interface CaptureSeriesOptions extends CaptureFromOptions {
  /** Snapshots to take. Default: 3. */
  count?: number | undefined;
  /** Milliseconds from the end of one to the beginning of the next. Default: 0. */
  intervalMs?: number | undefined;
}

/**
 * Several snapshots of another process in one session of its inspector, so that ids go on from one to the next: V8
 * forgets them when a session ends. The session stays open between them. `timeoutMs` is for each. Leaving the loop ends
 * the session.
 */
export function captureSeriesFrom(options: CaptureSeriesOptions): AsyncGenerator<CaptureFromResult, void, void>;

/** What `trackAllocations` began. */
export interface AllocationTracking extends Disposable {
  /** Ends it; what was recorded is forgotten. Stopping twice is fine. */
  stop(): void;
}

/**
 * From now on V8 remembers of every object that this thread allocates which functions were running. Snapshots hold
 * those stacks until `stop`: `leaks` and `node` show them. Everything that allocates is slower meanwhile, and ids go on
 * from snapshot to snapshot (`keepIds`).
 */
export function trackAllocations(): AllocationTracking;

export interface CollectOptions {
  /** An existing directory for the packed files. Default: the same. */
  out?: string | undefined;
  /** Default: `'zstd'`. `'none'` needs `out`. */
  compression?: 'zstd' | 'gzip' | 'none' | undefined;
  /** Replace the contents of strings in the packed file. */
  redact?: 'strings' | undefined;
  /** As of `redactSnapshot`; needs `redact`. */
  key?: string | Uint8Array | undefined;
  /** Let the originals stay. Default: false. */
  keep?: boolean | undefined;
  /** End when everything that is there has been looked at. Default: false, until `signal` fires. */
  once?: boolean | undefined;
  signal?: AbortSignal | undefined;
}

/** What became of one file. */
export interface CollectedSnapshot {
  /** `'incomplete'`: whoever wrote it was stopped in the middle. */
  event: 'stored' | 'incomplete' | 'failed';
  /** The original. */
  file: string;
  removed: boolean;
  /** The packed file. */
  path?: string;
  rawBytes?: number;
  storedBytes?: number;
  nodeCount?: number;
  edgeCount?: number;
  sha256?: string;
  /** An earlier run that was killed had stored it. */
  already?: true;
  /** Why it was not stored. */
  code?: ErrorCode;
  message?: string;
}

/**
 * Waits for snapshots that Node.js writes into a directory by itself (`--heapsnapshot-signal`,
 * `--heapsnapshot-near-heap-limit`, `--heap-snapshot-on-oom`), and makes private, compressed, verified files of those
 * that are whole. Ends when `signal` fires.
 */
export function collectSnapshots(
  directory: string,
  options?: CollectOptions,
): AsyncGenerator<CollectedSnapshot, void, void>;

export interface DecryptOptions {
  /** Private keys of age (`AGE-SECRET-KEY-1…`); one of them has to fit. */
  identities: string | string[];
  signal?: AbortSignal | undefined;
}

export interface DecryptResult {
  path: string;
  /** Bytes on disk. */
  storedBytes: number;
}

/**
 * Decrypts what a store has encrypted (`encryptTo`) into the new private file `path`, as `age -d` does. Needs the
 * package `age-encryption`. Rejects with `HEAPHOUND_ERR_ENCRYPTED` when none of the keys fits or the file is damaged;
 * then there is no file.
 */
export function decryptSnapshot(
  source: string | Readable,
  path: string,
  options: DecryptOptions,
): Promise<DecryptResult>;

/** Opens the place where snapshots and reports are kept: `docs/store.md`. */
export function openStore(config?: StoreConfig): Promise<Store>;

/** The worker threads of another process. */
export function listWorkers(options: InspectOptions): Promise<InspectedWorker[]>;

/** What heaphound does in a service, without HTTP. `heaphound/fastify` and `heaphound/http` are on top of it. */
export function createService(options: ServiceOptions): Service;

/** Like pino's. */
export interface WatchLog {
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
}

export type RuleName = 'heap-trend' | 'external-trend' | 'rss-gap' | 'heap-limit' | 'container-limit';
/**
 * `'rising'`: found, and waiting its turn. `'alarm'`: an alarm was raised, and for `limits.repeatMs` there will be no
 * other.
 */
export type RuleState = 'off' | 'quiet' | 'rising' | 'investigating' | 'alarm';

export interface RuleSetting {
  enabled?: boolean | undefined;
  /**
   * Share of the limit from which on it is near, above 0 and up to 1; for `'heap-limit'` (0.7) and `'container-limit'`
   * (0.85).
   */
  share?: number | undefined;
}

/** How far a rule is. */
export interface RuleProgress {
  /** Windows that were measured, of those that are needed; 1 for a rule about a limit whose level is known. */
  samples: number;
  /** So many make a judgement. */
  needed: number;
  /** When the measurement began, as an ISO time: the start of the watcher, or the end of the last investigation. */
  since: string;
  /** When the watcher looks again, as an ISO time. */
  nextLook: string;
  /** In words: "5 more windows of 15 s, each with a major collection of V8 in it". */
  waitsFor: string;
}

export interface WatchRule {
  name: RuleName;
  enabled: boolean;
  state: RuleState;
  meaning: string;
  share?: number | undefined;
  progress: RuleProgress;
}

export interface WatchLimits {
  /** Most snapshots of one process. Default: 12. */
  maxCaptures?: number | undefined;
  /** Most snapshots in 24 hours. Default: 6. */
  maxPerDay?: number | undefined;
  /** Milliseconds between two snapshots of one rise, at the least. Default: 60,000. */
  spacingMs?: number | undefined;
  /** Milliseconds after a rise was looked into, before another is. Default: 600,000. */
  cooldownMs?: number | undefined;
  /** Milliseconds between two alarms of one rule. Default: 24 hours. */
  repeatMs?: number | undefined;
  /**
   * Most milliseconds of a random wait before the first snapshot, so that replicas do not act at once. Default: 15,000.
   */
  jitterMs?: number | undefined;
  /**
   * Milliseconds that the lock in the store is held at the most: of all processes with one store, one looks into its
   * memory at a time. Default: 1 hour.
   */
  lockMs?: number | undefined;
}

export interface Webhook {
  /** Https, or this machine. */
  url: string;
  headers?: Record<string, string> | undefined;
  /** Of one attempt. Default: 5,000. */
  timeoutMs?: number | undefined;
  /** After the first attempt; only where a later one may succeed. Default: 3. */
  retries?: number | undefined;
  /** Before the first retry; doubles with each. Default: 1,000. */
  retryMs?: number | undefined;
  /** Allow http to other machines. Default: false. */
  allowHttp?: boolean | undefined;
}

export interface WatchOptions {
  /**
   * Takes the snapshots and analyses them. Not together with `store` or `capture`. Default: one of its own over
   * `store`.
   */
  service?: Service | undefined;
  /** An opened store, or what `openStore` takes. Default: a directory. */
  store?: Store | StoreConfig | undefined;
  /** Takes a snapshot; what `analyse` gets is the `id`. Only with `analyse`. */
  capture?:
    | ((reason: string, options: { signal: AbortSignal }) => Promise<{ id: string; location?: string | undefined }>)
    | undefined;
  analyse?: ((ids: string[], options: { signal: AbortSignal }) => Promise<LeakDocument>) | undefined;
  log?: WatchLog | undefined;
  /** An address that alarms are posted to, as JSON. */
  webhook?: string | Webhook | undefined;
  rules?: Partial<Record<RuleName, boolean | RuleSetting>> | undefined;
  limits?: WatchLimits | undefined;
  /** Milliseconds between two looks. Default: 15,000. */
  sampleMs?: number | undefined;
  /** Milliseconds of a window, whose least value counts. Default: 15,000. */
  windowMs?: number | undefined;
  /** Milliseconds after the start in which no rise is looked for. Default: 60,000. */
  settleMs?: number | undefined;
  /** Windows with a major collection in them that make a trend, 5 to 40. Default: 8. */
  minWindows?: number | undefined;
  /** Milliseconds of sampling allocations, where no snapshot can be taken. Default: 30,000. */
  samplingMs?: number | undefined;
  /** Threads of an analysis, without a `service`. Default: 1. */
  threads?: number | undefined;
  /** Milliseconds of a clock that never goes back. Default: `performance.now`. */
  now?: (() => number) | undefined;
}

export interface AlarmLeak {
  className: string;
  location?: SourceLocation;
  /** The place in the program's own code that is responsible, and how it was found. */
  responsible?: ResponsiblePlace | UnknownPlace;
  container: { name: string; edge: string; location?: SourceLocation };
  /** Objects more, for each interval between two snapshots. */
  countGrowth: number[];
  /** Bytes more, from the first to the last snapshot. */
  retainedGrowth: number;
  fingerprint: string;
}

/** What the log, the channel `heaphound:alarm` and the webhook get. */
export interface MemoryAlarm {
  /** ISO 8601. */
  at: string;
  rule: RuleName;
  /** One line. */
  message: string;
  diagnosis: string;
  host: string;
  pid: number;
  threadId: number;
  /** Bytes of what the rule looks at. */
  levelBytes: number;
  /** How fast it rises. */
  bytesPerSecond?: number;
  limitBytes: number;
  /** Oldest first. */
  snapshots: Array<{ id: string; location?: string }>;
  /** Under which the store has the whole verdict. */
  report?: string;
  /** Most important first, at most 5. */
  leaks: AlarmLeak[];
  /** Of the three snapshots; absent where they could not be compared. */
  verdict?: LeakDocument['verdict'];
  /** Without a verdict: the best that there was room for. */
  rung?: 'snapshot' | 'allocation-sites' | 'statistics';
  /** Functions that allocated what was alive at the end of the sampling; bytes are an estimate. */
  sites?: Array<{ function: string; file: string; line: number; liveBytes: number }>;
  /** Bytes. */
  statistics?: object;
  /** What could not be done, and why. */
  skipped: string[];
}

/** All bytes; what is not known yet is absent. */
export interface MemoryLevels {
  heapLimitBytes: number;
  /** Of the tightest control group. */
  memoryLimitBytes?: number;
  /** What objects that outlived the last major collection take. */
  heapAfterCollectionBytes?: number;
  externalBytes?: number;
  heapBytesPerSecond?: number;
}

export interface MemoryWatcher extends AsyncDisposable {
  rules(): WatchRule[];
  setRule(name: RuleName, setting: RuleSetting): WatchRule;
  switchRule(name: RuleName, enabled: boolean): WatchRule;
  levels(): MemoryLevels;
  /** Ends the watch, and what it has under way. A service or store that was passed in stays open. */
  stop(): Promise<void>;
  close(): Promise<void>;
}

/** Watches the memory of this thread, and finds out what leaks when it rises: `docs/watcher.md`. */
export function watchMemory(options?: WatchOptions): Promise<MemoryWatcher>;

export interface EmbeddedMetricsOptions {
  /** Default: `process.stdout`. */
  stream?: { write(text: string): unknown } | undefined;
  /** Default: `'heaphound'`. */
  namespace?: string | undefined;
  /** Names and values, at most 30. Default: `{ service: 'node' }`. */
  dimensions?: Record<string, string> | undefined;
  /** Milliseconds between two lines of levels. Default: 60,000. */
  everyMs?: number | undefined;
}

export interface MetricsOptions {
  /** A registry of prom-client. It is never the global one unless that is what you pass. */
  registry?: object | undefined;
  /** A meter of OpenTelemetry. */
  meter?: object | undefined;
  /** Lines of the CloudWatch embedded metric format. */
  emf?: boolean | EmbeddedMetricsOptions | undefined;
  /** Whose levels and rules are exported too. */
  watcher?: Pick<MemoryWatcher, 'levels' | 'rules'> | undefined;
}

/**
 * Exports what the channels of heaphound and a watcher tell: `docs/watcher.md`. `stop` takes everything back that it
 * registered.
 */
export function observeMetrics(options: MetricsOptions): { stop(): void };

/** Every error's `code`; `docs/errors.md` has a heading for each. */
export type ErrorCode =
  | 'HEAPHOUND_ERR_CANCELLED'
  | 'HEAPHOUND_ERR_FORMAT'
  | 'HEAPHOUND_ERR_TRUNCATED'
  | 'HEAPHOUND_ERR_ORDER'
  | 'HEAPHOUND_ERR_FOREIGN'
  | 'HEAPHOUND_ERR_SAME'
  | 'HEAPHOUND_ERR_UNRELATED'
  | 'HEAPHOUND_ERR_TOO_LARGE'
  | 'HEAPHOUND_ERR_COMPRESSION'
  | 'HEAPHOUND_ERR_IO'
  | 'HEAPHOUND_ERR_NO_SPACE'
  | 'HEAPHOUND_ERR_NO_HEADROOM'
  | 'HEAPHOUND_ERR_MAX_BYTES'
  | 'HEAPHOUND_ERR_MAX_PAUSE'
  | 'HEAPHOUND_ERR_TIMEOUT'
  | 'HEAPHOUND_ERR_EXISTS'
  | 'HEAPHOUND_ERR_NODE'
  | 'HEAPHOUND_ERR_OPTION'
  | 'HEAPHOUND_ERR_BUSY'
  | 'HEAPHOUND_ERR_STREAM'
  | 'HEAPHOUND_ERR_CAPTURE'
  | 'HEAPHOUND_ERR_INSPECTOR'
  | 'HEAPHOUND_ERR_KILLED'
  | 'HEAPHOUND_ERR_CLOSED'
  | 'HEAPHOUND_ERR_STORE'
  | 'HEAPHOUND_ERR_STORE_ACCESS'
  | 'HEAPHOUND_ERR_STORE_DIRECTORY'
  | 'HEAPHOUND_ERR_NOT_STORED'
  | 'HEAPHOUND_ERR_WRITE_ONLY'
  | 'HEAPHOUND_ERR_ENCRYPTED'
  | 'HEAPHOUND_ERR_MODULE'
  | 'HEAPHOUND_ERR_ADDON'
  | 'HEAPHOUND_ERR_LEAK'
  | 'HEAPHOUND_ERR_UNEXPLAINED'
  | 'HEAPHOUND_ERR_BASELINE'
  | 'HEAPHOUND_ERR_COOLDOWN'
  | 'HEAPHOUND_ERR_DAY_LIMIT'
  | 'HEAPHOUND_ERR_RATE_LIMIT'
  | 'HEAPHOUND_ERR_REFUSED'
  | 'HEAPHOUND_ERR_SHUTDOWN'
  | 'HEAPHOUND_ERR_NO_OPERATION'
  | 'HEAPHOUND_ERR_NO_AUTH'
  | 'HEAPHOUND_ERR_UNAUTHORIZED'
  | 'HEAPHOUND_ERR_AUTH'
  | 'HEAPHOUND_ERR_FORBIDDEN'
  | 'HEAPHOUND_ERR_CROSS_SITE'
  | 'HEAPHOUND_ERR_BODY'
  | 'HEAPHOUND_ERR_BODY_TOO_LARGE'
  | 'HEAPHOUND_ERR_MEDIA_TYPE'
  | 'HEAPHOUND_ERR_NO_ROUTE'
  | 'HEAPHOUND_ERR_METHOD'
  | 'HEAPHOUND_ERR_NO_WATCHER'
  | 'HEAPHOUND_ERR_INTERNAL';

/** The shape of what calls reject with. There is no class: match on `code`. */
export interface HeaphoundError extends Error {
  code: ErrorCode;
  /** Path of the snapshot that could not be opened, as the caller gave it. */
  file?: string;
  /** Table of the snapshot file that the fault lies in. */
  table?: string;
  /** Byte offset of the fault in the uncompressed file; for `HEAPHOUND_ERR_COMPRESSION` in the compressed one. */
  offset?: number;
  /**
   * What a capture was expected to take, or a snapshot takes at least: bytes, or for `HEAPHOUND_ERR_MAX_PAUSE`
   * milliseconds.
   */
  need?: number;
  /** What there is of it. */
  have?: number;
  /** Of the HTTP answer of a store. */
  status?: number;
}
