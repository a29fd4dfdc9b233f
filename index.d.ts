/// <reference types="node" />

import type { Readable, Writable } from 'node:stream';
import type { Worker } from 'node:worker_threads';
import type { Service, ServiceOptions } from './lib/service/types';
import type { Store, StoreConfig } from './lib/store/types';

export * from './lib/service/types';
export * from './lib/store/types';

/**
 * Where a snapshot comes from: a path, the bytes, or a stream of them. Plain, gzip or zstd: the first bytes decide, not
 * the name. A stream is read to its end and destroyed when reading fails. The path of a frozen image stands for its
 * snapshot: the image is thawed anew by each call (`thawImage` keeps the snapshot).
 */
export type Source = string | URL | Uint8Array | Readable;

/** An opened snapshot, or its source. An opened snapshot stays open; its owner closes it. */
export type SnapshotOrSource = Snapshot | Source;

/**
 * heaphound's numbers, or exactly those of Chrome DevTools, the limits of its implementation included
 * (`docs/design.md`, "Parity").
 */
export type Parity = 'heaphound' | 'devtools';

/** How far a long call is. */
export interface Progress {
  stage: 'waiting' | 'capturing' | 'reading' | 'graph' | 'dominators' | 'analysis' | 'writing' | 'done';
  /** In the stage's own unit: stored bytes while reading, steps otherwise. */
  done: number;
  /** 0 while it is not known. */
  total: number;
  /** For a call with several snapshots: position of the current one, from 0. */
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
   * True: map positions and short names to those of the original source, through the source maps that the scripts name.
   * A path: a folder with maps, each under the name in the script's comment or as `FILE.map`. Default: false.
   */
  sourceMaps?: boolean | string | undefined;
  /**
   * Bytes of memory that all snapshots of a call may take together. It is compared with the tables while they grow:
   * when they need more, the call rejects with `HEAPHOUND_ERR_NO_HEADROOM`. Default: the memory that the control groups
   * and the machine leave at that moment (Linux; elsewhere no limit).
   */
  maxMemoryBytes?: number | undefined;
  /**
   * Private keys of age (`AGE-SECRET-KEY-1…`) for snapshots and frozen images that are encrypted. They are decrypted
   * while they are read: nothing plain of them reaches a disk. For files; not for bytes and streams. Needs the package
   * `age-encryption`.
   */
  identities?: string | string[] | undefined;
}

/** Facts about an opened snapshot. */
export interface SnapshotInfo {
  /** The path it was opened from; absent for bytes and streams. */
  file?: string;
  /** From the capture's sidecar, `FILE.json`: in all captures of one id space, an object has the same id. */
  idSpace?: string;
  /** When it was taken, ISO 8601 in UTC. Absent for bytes and streams. */
  takenAt?: string;
  /** From the sidecar: the memory of the process when the capture began. */
  memory?: ProcessMemory;
  /**
   * The source of `takenAt`. `'capture'`: the sidecar. `'name'`: the name that Node.js or a capture gave the file.
   * `'file'`: the time at which the file was last written, which a copy changes.
   */
  takenAtFrom?: 'capture' | 'name' | 'file';
  /** The process, from the sidecar or the name that Node.js gave the file. */
  pid?: number;
  /** 0: the main thread. */
  threadId?: number;
  /** From the sidecar. */
  runtime?: Runtime;
  nodeCount: number;
  edgeCount: number;
  stringCount: number;
  /**
   * Nodes of size 0. Backing stores whose bytes count for their owner are among them. `summary` leaves them out, as
   * DevTools does.
   */
  zeroSizeCount: number;
  /** Bytes: the shallow sizes of all nodes, plus `extraNativeSize`. */
  totalSize: number;
  /** Bytes outside of the heap that V8 reports in the header (V8 13.6 and later). */
  extraNativeSize: number;
  /** Nodes that the root does not reach. */
  unreachableCount: number;
  /** Largest id of a JavaScript object, which is odd. Use it as a bound in `idRange` of a later snapshot. */
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

/** The runtime of a process. `'V8'`: another program with V8, such as a browser. */
export type Runtime = 'Node.js' | 'Deno' | 'Bun' | 'V8';

/** Facts about a snapshot that was read for a comparison only. */
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
  /** The position in the original source, by a source map; only with the option `sourceMaps`. */
  original?: SourcePosition;
  /**
   * True: line and column are not those of the file, because the code that ran is not the text of the file, and no
   * source map leads back to it. Only with the option `sourceMaps`.
   */
  unmapped?: true;
  /** Only the file is known; line and column are 1. */
  wholeFile?: true;
  /** The line of the source, if the file is on this machine and fits. Only for leaks, with the option `sources`. */
  source?: SourceText;
  /** The reason why `source` is missing although the file is on this machine: its text is not the code that ran. */
  noSource?: string;
}

/** A line of a source file, with lines around it by the option `sourceLines`. */
export interface SourceText {
  line: number;
  /** Column of the place in `text`, from 1. */
  column: number;
  /** A long line is cut around the column; an ellipsis stands for the missing part. */
  text: string;
  before?: string[];
  after?: string[];
}

/** The memory that is freed when the leaked objects lose the reference to cut, in the last snapshot. */
export interface LeakFreed {
  /** Bytes of the objects themselves. */
  size: number;
  /** Number of objects, including those that only the leaked ones hold. */
  count: number;
  /** Leaked objects that lose the reference. */
  cutCount: number;
  /** Only where another object holds some of them. */
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
  /** Column in the line, from 1. */
  column: number;
  /** The line, cut around the column when it is long. */
  text: string;
  /** The use of the package, and the name that fits: `'constructs Pool of pg; the name fits Pool'`. */
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
 * Ids above `after` up to and including `upTo`. With the `info.maxObjectId` of two snapshots, these are the objects
 * that were allocated between them.
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
  /** Bytes that would be freed with all objects of the class; nested objects count once. */
  retainedSize: number;
  /**
   * Fewest edges from a root to an object of the class. -5: unreachable. 100,000,000 or more: only V8's internals reach
   * it.
   */
  distance: number;
  /** True when only V8's internals reach the class: `distance` is then 100,000,000 plus the number of edges. */
  system?: true;
  /** Where the class or constructor stands. */
  location?: SourceLocation;
}

export interface SummaryDocument {
  snapshot: SnapshotInfo;
  classes: ClassSummary[];
}

export interface OwnerOptions extends WorkOptions {
  /** What a row stands for. Default: `'package'`. */
  by?: 'package' | 'file' | undefined;
  /** Default: `'shallowSize'`. */
  sort?: 'shallowSize' | 'count' | 'name' | undefined;
  /** Most owners to return. Default: all. */
  limit?: number | undefined;
}

/** Nodes of the heap, and their bytes. Each node is counted once in a document. */
export interface OwnerSum {
  /** Nodes: objects, and the parts of V8 that belong to them. */
  count: number;
  /** Shallow bytes. */
  shallowSize: number;
}

/** Whose objects: by the place of their class or function, else by the nearest owner that holds them. */
export interface OwnerSummary extends OwnerSum {
  /**
   * By package: `'(own code)'`, the name of a package, `'node:'`, `'(V8)'`, `'(other code)'`. By file: the path, of the
   * original file where a source map has it; `'(V8)'`, `'node:'` for native code, `'(no file)'`.
   */
  name: string;
  /**
   * `'own'`: code of the program. `'other'`: code of `eval`, of a bundler or a package manager, which is in no file that
   * says whose it is. Name and kind together are unique in a document.
   */
  kind: 'own' | 'package' | 'node' | 'v8' | 'other';
}

/** What belongs to no owner. */
export interface OwnerRest extends OwnerSum {
  /** Nodes that two owners or more hold equally closely. */
  several: OwnerSum;
  /** Nodes that no owner holds: the global object, what only the roots hold. */
  nobody: OwnerSum;
  /** Bytes outside of all nodes (`info.extraNativeSize`); they are in `shallowSize`. */
  extraNativeSize: number;
}

/** The sums of `owners`, `more` and `rest` together are `snapshot.totalSize` and `snapshot.nodeCount`. */
export interface OwnerDocument {
  snapshot: SnapshotInfo;
  by: 'package' | 'file';
  owners: OwnerSummary[];
  /** Owners that the option `limit` left out. */
  more: OwnerSum & { owners: number };
  rest: OwnerRest;
}

/** All bytes. */
export interface Statistics {
  total: number;
  native: { total: number; typedArrays: number };
  v8heap: { total: number; code: number; jsArrays: number; strings: number; system: number };
}

/**
 * The objects that scopes of functions keep alive, and the bytes of each global object. All bytes are shallow sizes;
 * nodes of size 0 are not counted.
 */
export interface ContextSizes {
  closures: {
    /** Scopes whose variables closures captured. */
    contextCount: number;
    /** Objects that would be freed without those scopes, and their bytes. */
    retainedCount: number;
    retainedSize: number;
    /** All others. */
    otherCount: number;
    otherSize: number;
  };
  /** One for the program, one for each context of `node:vm`, one for each frame of a browser. */
  realms: Array<
    NodeReference & {
      /** Bytes that only this realm holds. */
      size: number;
      retainedSize: number;
    }
  >;
  /** Bytes that several realms hold. */
  sharedSize: number;
  /** Bytes that no realm holds. */
  unattributedSize: number;
}

/** Type of an edge, as V8 names it. */
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
  /** Bytes that would be freed with the target. */
  retainedSize: number;
}

/** One step of a retaining path, which runs from the root to the object. */
export interface PathStep {
  /** Class of the node of this step: `Session`, `onClose()` for a function, `(string)`. */
  name: string;
  /** Properties of an object without a class, where they are few: `{id, user}`. */
  shape?: string;
  /**
   * Edge from the node of the step before to this one: a property or a variable, `[3]` for an element, `table[3]` for a
   * slot of a Map or Set. Empty on the first step, and on a step that only roots hold.
   */
  edge: string;
  /**
   * The reference as code would write it: `.sessions`, `["content-type"]`, `[Symbol(kEvents)]`, `variable cache in
   * createStore()`, `Map entry`, `[]`, `[[PromiseReaction]]`; empty at the root. References that begin with `.` or `[`
   * can be joined: `._events` `.data` `[]`.
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
  /** Return the whole name of the node as `fullName`, of any length. Default: false. */
  fullName?: boolean | undefined;
}

/** Everything about one object. */
export interface NodeDocument {
  id: number;
  /**
   * Some 2,500 characters at most, like all texts of documents. A longer name is cut: its start and its end, and
   * between them the number of bytes that are missing.
   */
  name: string;
  /** The whole name, with the option `fullName`. */
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
  /** Number of all retainers, including those that `limit` cut off. */
  retainerCount: number;
  retainers: RetainerRow[];
  /** Number of all edges, including those that `limit` cut off. */
  edgeCount: number;
  edges: EdgeRow[];
  retainingPath: PathStep[];
  location?: SourceLocation;
  allocationStack?: StackFrame[];
}

export interface EdgeOptions extends WorkOptions {
  /** Default: `'retainedSize'`, DevTools' order. */
  sort?: 'retainedSize' | 'shallowSize' | 'name' | undefined;
  /** Rows to leave out at the beginning. Default: 0. */
  offset?: number | undefined;
  /** Default: all. */
  limit?: number | undefined;
}

export interface RetainerOptions extends WorkOptions {
  /** Ids of nodes to look past, as DevTools' "Ignore this retainer". */
  ignored?: number[] | undefined;
  /** Rows to leave out at the beginning. Default: 0. */
  offset?: number | undefined;
  /** Default: all. */
  limit?: number | undefined;
}

export interface PathOptions extends WorkOptions {
  /** Ids of nodes that the path must avoid: the result shows another reason why the object is alive. */
  ignored?: number[] | undefined;
}

export interface DominatorOptions extends WorkOptions {
  /** Return the children of this node in the dominator tree. Default: the biggest retainers of the whole heap. */
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

export interface BoxOptions extends WorkOptions {
  /**
   * `'class'`: all objects of one class inside the same box are one box, and so are those of its own class below them.
   * `'object'`: a box for each object. Default: `'class'`.
   */
  by?: 'class' | 'object' | undefined;
  /** Begin with this object. Default: the root. */
  id?: number | undefined;
  /** Begin with the box that is reached by these class keys, from outside inwards. */
  path?: string[] | undefined;
  /** Most boxes, 1 to 2,000. Default: 600. */
  limit?: number | undefined;
  /** Bytes of a box at least; the smaller ones are one box, the rest. Default: 1/200 of the outermost box. */
  leastSize?: number | undefined;
}

/** Objects in the dominator tree, and what only they keep alive. */
export interface DominatorBox {
  /** The class, or the object; empty for the outermost box and the rest. */
  name: string;
  /** Objects of the box itself; of the rest those at its top. */
  count: number;
  /** Bytes that would be freed with them: `ownSize` and the sizes of all `children`, exactly. */
  size: number;
  /** Bytes of the objects themselves. Of a box without children all its bytes. */
  ownSize: number;
  /** Class key, where the boxes are classes. */
  key?: string;
  /** Where the boxes are objects. */
  id?: number;
  /** What is too small for boxes of its own. */
  rest?: true;
  /** There is more inside than the limit allowed: ask for this box. */
  closed?: true;
  /** Biggest first, the rest last. */
  children: DominatorBox[];
}

export interface BoxDocument {
  /** Bytes of the whole heap that are reached. */
  totalSize: number;
  box: DominatorBox;
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
  /** Bytes that would be freed with all of them. */
  retainedSize: number;
  /** Shallow bytes that the program would save with a single copy. */
  wastedSize: number;
  /** V8 cut the text; the strings are of one length and hash. */
  truncated?: true;
  /** The text is as long as V8 writes texts, so V8 may have cut it: the strings may differ after it. */
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
  /** Those that are in the snapshot, and their bytes. */
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
  /** The dominator tree as nested boxes, few enough to be drawn. O(nodes). */
  dominatorBoxes(options?: BoxOptions): Promise<BoxDocument>;
  duplicateStrings(options?: StringOptions): Promise<StringGroup[]>;
  /**
   * One pass over all nodes. The last long lists stay in memory, 8 bytes for each node at most, so that the next page
   * of a list needs no new sort.
   */
  query(options?: QueryOptions): Promise<QueryRow[]>;
  allocations(options?: WorkOptions): Promise<AllocationsDocument>;
  /** The largest accumulations, as in `findSuspects`. */
  suspects(options?: SnapshotSuspectOptions): Promise<SuspectDocument>;
  /** Whose objects the heap has, for each package or file. O(nodes + edges). */
  owners(options?: OwnerOptions): Promise<OwnerDocument>;
  /** Stops running calls and frees the memory. Closing twice is fine. */
  close(): Promise<void>;
}

/** How the objects of several snapshots are matched. */
export interface ComparisonOptions extends OpenOptions {
  /**
   * `'ids'`: an object has the same id in all snapshots. `'structure'`: by class and by the path from the roots; also
   * right for restarts, replicas and forks. Default: `'auto'`, by id where the ids of a sample name the same objects,
   * and the captures do not have different id spaces.
   */
  compareBy?: 'auto' | 'ids' | 'structure' | undefined;
  /**
   * `'auto'` (default): the snapshots are put in the order in which they were taken. `'given'`: they keep the order of
   * the call.
   */
  order?: 'auto' | 'given' | undefined;
  /**
   * Accept a comparison that is refused otherwise. `'same'`: a snapshot twice, also under two names or compressions
   * (`HEAPHOUND_ERR_SAME`). `'unrelated'`: snapshots of different programs, or several of one process among those of
   * others (`HEAPHOUND_ERR_UNRELATED`).
   */
  allow?: ('same' | 'unrelated')[] | undefined;
}

/** The order in which the snapshots of a comparison stand in the document: oldest first. */
export interface SnapshotOrder {
  /** True: it differs from the order of the call. */
  sorted: boolean;
  /**
   * The source of the order. `'ids'`: a later snapshot of one process has higher ids. `'time'`: `takenAt`. `'names'`:
   * the numbers in the names of the files. `'given'`: the order of the call, by the option `order` or for lack of a
   * source.
   */
  by: 'ids' | 'time' | 'names' | 'given';
  /** False: it is the best guess, and may be wrong. */
  known: boolean;
  /**
   * With the option `order: 'given'`: the source of another order. If that order is the right one, growth in the
   * document is really a decrease.
   */
  contradictedBy?: 'ids' | 'time' | 'names' | 'given';
  /** The position in the call of each snapshot in the document. A directory counts as the snapshots in it. */
  given: number[];
  /** Why, in one sentence. */
  reason: string;
  /** Positions in `snapshots` of two that are one and the same snapshot. Only with `allow: ['same']`. */
  same?: [number, number];
}

/** How the objects of several snapshots were matched. */
export interface Comparison {
  /** True: by id. False: by class and structure; members that need ids are null. */
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
 * The changes of one class from `before` to `after`. Members that need ids are null where `comparison.ids` is false.
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
  /** Shallow bytes: added minus removed. Without ids: all of the class in `after` minus all in `before`. */
  sizeDelta: number;
  /** Bytes that would be freed with all added objects; nested objects count once. */
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
  /** Classes that gained or lost objects; without ids, also classes that gained or lost bytes. DevTools' Comparison. */
  classes: ClassDiff[];
  /**
   * Classes that only have survivors of another size, which DevTools does not show; largest growth first. Empty without
   * ids.
   */
  resized: ClassDiff[];
  /** Rows of `classes` and `resized` beyond the option `limit`. */
  leftOut: number;
  /**
   * The sum of the changes of all classes of this name; zeros when nothing changed. `key` and `location` are those of
   * the first class. Not enumerable. Throws `HEAPHOUND_ERR_OPTION` when the option `limit` left classes out, and for a
   * name of which the snapshots know neither objects nor a function: it would have no growth for ever.
   */
  class(name: string): ClassDiff;
}

export interface OwnerDiffOptions extends OpenOptions {
  /** What a row stands for. Default: `'package'`. */
  by?: 'package' | 'file' | undefined;
  /** Default: `'sizeDelta'`. */
  sort?: 'sizeDelta' | 'countDelta' | 'name' | undefined;
  /** Most owners to return. Default: all, also those that did not change. */
  limit?: number | undefined;
  /** As in `ComparisonOptions`. */
  order?: ComparisonOptions['order'] | undefined;
  /** As in `ComparisonOptions`. */
  allow?: ComparisonOptions['allow'] | undefined;
}

/** Nodes and shallow bytes in both snapshots. An object whose nearest owner changed counts for both of them. */
export interface OwnerChange {
  countBefore: number;
  countAfter: number;
  countDelta: number;
  sizeBefore: number;
  sizeAfter: number;
  sizeDelta: number;
}

/** The change of one owner; `name` and `kind` as in `OwnerSummary`. */
export interface OwnerDiff extends OwnerChange {
  name: string;
  kind: OwnerSummary['kind'];
}

export interface OwnerRestDiff extends OwnerChange {
  several: OwnerChange;
  nobody: OwnerChange;
  extraNativeDelta: number;
}

/**
 * The sums of `owners`, `more` and `rest` together are the sizes and nodes of the two snapshots. It needs no ids:
 * snapshots of restarts and replicas compare as well.
 */
export interface OwnerDiffDocument {
  before: SnapshotInfo;
  after: SnapshotInfo;
  order: SnapshotOrder;
  by: 'package' | 'file';
  owners: OwnerDiff[];
  /** Owners that the option `limit` left out. */
  more: OwnerChange & { owners: number };
  rest: OwnerRestDiff;
}

export interface LeakOptions extends ComparisonOptions {
  /** Most leaks to return. Default: 20. */
  limit?: number | undefined;
  /**
   * How often the program did its work between two snapshots: one number for all intervals, or one for each. From 3
   * operations on, growth by a multiple of this number counts, however small it is; a prime number is best. Intervals
   * of unequal work are compared per operation.
   */
  operations?: number | number[] | undefined;
  /** Leaks to leave out, as `ignoreLeaks` does; `ignored` in the document counts them. */
  ignore?: IgnorePattern | IgnorePattern[] | undefined;
  /**
   * More known leaks of libraries: rows, or the path of a JSON file `{ "leaks": [row, …] }`. They are tried before the
   * rows of the package.
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
  /** Beginning of a fingerprint. Leaks with it get `freed`: the memory that is freed without the reference to cut. */
  explain?: string | undefined;
}

/**
 * The leaks to leave out. A text: a fingerprint, a whole name of a class or of a step of the path, or the end of a
 * file's path. A regular expression: part of any of these. A function: true for a leak to be left out.
 */
export type IgnorePattern = string | RegExp | ((leak: Leak) => boolean);

/** Leaks that stay and leaks that are left out, both in their former order. */
export interface SortedLeaks {
  leaks: Leak[];
  ignored: Leak[];
}

/**
 * A known leak of a library, or of Node.js. It fits when all patterns of the row match, and a place of the leak lies in
 * the package. For Node.js, the objects that the patterns match must be its own.
 */
export interface CatalogueRow {
  /** Name of the npm package; `node` for Node.js itself. */
  package: string;
  /** Affected versions of the package or of Node.js, as a range of npm, such as `>=1.2.0 <2`; `*` for all. */
  versions: string;
  /** The leak in a few words. */
  title: string;
  /** Regular expression for the class of the leaked objects. */
  className?: string | undefined;
  /** The same for the class of the container. */
  container?: string | undefined;
  /**
   * Regular expressions for references and classes of the retaining path: each must match, in this order from the root
   * on.
   */
  path?: string[] | undefined;
  kind?: LeakKind | undefined;
  /** What to do. */
  advice: string;
  /** Source of the row, such as the address of an issue. */
  source: string;
}

/** The row of the catalogue that a leak fits. */
export interface KnownLeak {
  package: string;
  /**
   * The installed version; null when its `package.json` is not on this machine, or `sourceMaps` is false. For Node.js
   * the version in the heap; null when the heap has none.
   */
  version: string | null;
  /** Affected versions, as a range of npm. */
  versions: string;
  title: string;
  advice: string;
  source: string;
}

/** The object in which a leak collects. */
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
  /** `'made'`: it makes the leaked objects, or the objects that they wait for. `'held'`: it holds their holder. */
  role: 'made' | 'held';
  /**
   * The source of this place, best first: a step of `retainingPath`; a function that the leaked objects lead to; the
   * first function of the program on `allocationStack`; a file of the program that loads the package, or the module of
   * Node.js.
   */
  evidence: 'path' | 'callback' | 'allocation' | 'module' | 'call';
  /** The same in words. */
  because: string;
  /** True when it may also be another place. */
  probably: boolean;
  /** The id of the step of `retainingPath` that shows it. */
  step?: number;
  /** Other files of the program that it may be, by name. */
  others?: SourceLocation[];
}

/** No line of the program is known. */
export interface UnknownPlace {
  evidence: 'unknown';
  /** Why. */
  because: string;
  /** The command that shows it: `APP` stands for the program. */
  command: string;
  location?: undefined;
}

/** Objects of one class that collect in a container. */
export interface Leak {
  className: string;
  /** Where the class or function of the leaked objects stands. */
  location?: SourceLocation;
  /** The place in the program's own code that is responsible, and how it was found. */
  responsible: ResponsiblePlace | UnknownPlace;
  container: LeakContainer;
  /** Objects more, for each interval between two snapshots. */
  countGrowth: number[];
  /** Bytes more for each interval, of all objects that collect there. */
  sizeGrowth: number[];
  /** The same from the first to the last snapshot. */
  retainedGrowth: number;
  /** Objects for each operation; only with the option `operations`. */
  perOperation?: number;
  /**
   * From the root through the container to one of the leaked objects. The path goes on to the part that has most of its
   * bytes, when that is memory outside of the heap, one text, or an object of Node.js or a package that says more than
   * the class.
   */
  retainingPath: LeakStep[];
  /** The parts of one leaked object. */
  item: LeakPart;
  /** The sort of leak, by the objects and references on the path. */
  kind: LeakKind;
  /** The usual repair for this kind, or for leaks of this class; a sentence or two. */
  advice: string;
  /** More facts of this kind of leak, beyond the path. */
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
  /** Classes of the objects that came with them, biggest first. */
  classes: LeakClass[];
  /**
   * The stack that allocated most of them, innermost frame first. Only with recorded allocations (`trackAllocations`).
   */
  allocationStack?: StackFrame[];
  /**
   * Leaked objects of the last snapshot with this stack. Others may have another stack, or none: V8 forgets the stack
   * of an object that a collection moves. Only an earlier snapshot of the same ids has it then.
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
 * - `timers`: timers that are never cleared. `promises`: reactions of a promise that is not settled, or promises that
 *   stay
 *   pending.
 * - `closures`: functions that share a scope, each keeping the one before. `globals`: objects that `globalThis` holds.
 * - `modules`: modules that are loaded again and again. `async-context`: stores of `AsyncLocalStorage`, resources of
 *   async hooks.
 * - `streams`, `sockets`, `requests`: held, or never finished. `instances`: one object for each request, where the
 *   program should make it once.
 * - `string-slices`, `buffer-slices`: short pieces that keep a long parent. `external-memory`: bytes outside of V8's
 *   heap.
 * - `contexts`, `workers`, `ports`: of `node:vm`, of `node:worker_threads`. `finalization-registry`: values that a
 *   registry holds for its callback.
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
  /** Class of the object that has the listeners. */
  emitter?: string;
  /** Name of the event; of several, the first on the path. */
  event?: string;
  /**
   * Name of the listener, of the callback of a timer, or of the function whose variable holds the leak. When that
   * function is Node.js's, the name of the program's function that waits for it.
   */
  function?: string;
  /** Where that function stands. */
  location?: SourceLocation;
  /**
   * Bytes of the text that the slice at the end of the path keeps alive, or of the memory that the view there keeps
   * alive.
   */
  parentSize?: number;
  /** The file of a module that is loaded again and again. */
  module?: string;
}

/** A step of a leak's path. */
export interface LeakStep extends PathStep {
  /**
   * `'no'`: was there before, and belongs there. `'yes'`: one of the objects that pile up, or held only by them.
   * `'unknown'`: between the two; the reference to cut is in this stretch.
   */
  leaking: 'no' | 'unknown' | 'yes';
  /** Why, in a few words. */
  because?: string;
  /** Where the reference is an entry of a WeakMap, of which the step before is the key. */
  weakMap?: WeakMapOfEntry;
  /** True for the reference to remove: the one by which the first leaking object is held. */
  cut?: true;
}

/** A WeakMap on a path: its entry keeps the value alive as long as both the key and the WeakMap live. */
export interface WeakMapOfEntry {
  id: number;
  /**
   * The reference that holds it: `variable audits in audits.js`, `Registry.audits`, `state.audits` of a variable that
   * holds a plain object; empty where only roots do.
   */
  heldBy: string;
  /** The place of its nearest holder that has one. */
  location?: SourceLocation;
}

/** Objects of one class at one place of a leaked object: the mean over all that leaked. */
export interface LeakPart {
  name: string;
  /** The reference that holds it; `[]` stands for a position. */
  edge: string;
  /** Objects in each leaked object; 1 for itself. */
  count: number;
  /**
   * Bytes in each leaked object, with all objects below them. An object on several paths counts on the shortest path.
   */
  size: number;
  /** Heaviest first; parts below a hundredth of the leaked object are left out. */
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
  /** Leaks beyond the option `limit`. The verdict counts them. A document of an older version has no such member. */
  leftOut?: number;
  /** Explained growth: no leaks. Biggest first; a few rows. */
  oneOff: OneOffGrowth[];
  /**
   * Growth that a rule dropped: it came in every interval, as a leak does, and one of the rules of the search says why
   * it is none. Biggest first, twenty at most. A document of an older version has no such member.
   */
  dropped?: DroppedGrowth[];
  /** Leaks that the option `ignore` left out. */
  ignored: number;
  /** All growth, line by line. */
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
  /** Bytes without an explanation. */
  unexplainedSize: number;
  /** False: `unexplainedSize` is too large for the verdict `'none'`. */
  isExplained: boolean;
  /** Most first. */
  lines: AccountLine[];
}

export interface AccountLine {
  /**
   * `'leak'`: growth that a leak explains, with the tables of its container and the code that only it holds.
   * `'oneOff'`: no leak, for the reason `why`. `'unexplained'`: grew in every interval or by the steps of a table, and
   * no rule can decide whether it leaks. `'unheld'`: no reference in the file keeps it, such as the contents of a Map
   * in Bun. `'outside'`: memory that V8 reports outside of its heap. `'rest'`: many places with little each. `'freed'`:
   * memory that was freed; 0 or less.
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
  /** For `'unexplained'` and `'unheld'`: the classes that grow, most first, at most 8. */
  classes?: LeakClass[];
}

/** The memory of a process, in bytes, by `process.memoryUsage()`. */
export interface ProcessMemory {
  rss: number;
  heapTotal: number;
  heapUsed: number;
  external: number;
  arrayBuffers: number;
  /** Memory of the C library: in use by native code, and freed but not returned to the system. glibc 2.33 and later. */
  malloc?: { inUse: number; free: number };
  /** The process's own control group; Linux. */
  cgroup?: { usedBytes: number; limitBytes?: number };
}

/** The growth of the process beside that of its heap, from the first snapshot to the last, in bytes. */
export interface OutsideGrowth {
  rssGrowth: number;
  /** Growth of the pages that V8 has for its heap. */
  heapGrowth: number;
  /** Growth of the memory outside of the heap that V8 knows: Buffers. */
  externalGrowth: number;
  /** Growth that the snapshots explain: the difference of their totals. */
  explainedSize: number;
  /** Growth of the memory that native code has from `malloc`, if the sidecars have it. */
  mallocGrowth?: number;
  /** Of the last snapshot. */
  cgroup?: { usedBytes: number; limitBytes?: number };
  /** Growth that neither the heap nor its Buffers explain. */
  outsideSize: number;
  /** True: it grew in each interval, by 16 MB at least, and by more than twice the growth of the heap. */
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
   * then stopped or slowed down. `'bounded'`: Node.js keeps a fixed number of these, such as the 250 timings of
   * fetches. `'passing'`: objects that come and go, such as requests under way; recognised with ids and three snapshots
   * or more. `'recent'`: only in the last interval, such as the buffers of the last request. `'parts'`: parts of
   * objects whose number stopped. `'load'`: objects of Node.js that follow the load. `'few'`: too few in each interval
   * to decide. `'tables'`: only tables of V8 hold it, such as the names and sources of functions.
   */
  why: 'code' | 'modules' | 'filled' | 'bounded' | 'passing' | 'recent' | 'parts' | 'load' | 'few' | 'tables';
  /** The same in one sentence. */
  because: string;
}

/** Reads a snapshot on threads of its own, and computes all the facts that DevTools shows. */
export function openSnapshot(source: Source, options?: OpenOptions): Promise<Snapshot>;

/**
 * DevTools' Comparison and more. An opened `before` stays open; the memory of a source is freed early. The older
 * snapshot is `before` in the document, in either order of the arguments. `before` alone is the path of a directory:
 * its oldest snapshot is compared with its newest.
 */
export function diffSnapshots(
  before: SnapshotOrSource,
  after?: SnapshotOrSource,
  options?: DiffOptions,
): Promise<DiffDocument>;

/**
 * How many bytes each package, or each file, gained between two snapshots. Both are analysed, and take memory at the
 * same time. `before` alone is the path of a directory, as in `diffSnapshots`.
 */
export function diffOwners(
  before: SnapshotOrSource,
  after?: SnapshotOrSource,
  options?: OwnerDiffOptions,
): Promise<OwnerDiffDocument>;

/**
 * Finds the leaks in two or more snapshots of one program. The snapshots are sorted by the time at which they were
 * taken; the path of a directory stands for the snapshots in it.
 */
export function findLeaks(snapshots: SnapshotOrSource[], options?: LeakOptions): Promise<LeakDocument>;

/** Snapshots of the program before the fix, and after it: the same work in both. Three of each are enough. */
export interface VerifySeries {
  before: SnapshotOrSource[];
  after: SnapshotOrSource[];
}

export interface VerifyOptions extends Omit<LeakOptions, 'limit' | 'operations'> {
  /** As of `findLeaks`, for both series; or of each. With it, rates are those of one operation. */
  operations?: LeakOptions['operations'] | { before: number | number[]; after: number | number[] } | undefined;
}

/** The growth of one leak: the mean over all intervals. */
export interface VerifiedRate {
  of: 'objects' | 'bytes';
  /** `'operation'` with the option `operations`. */
  per: 'interval' | 'operation';
  before: number;
  /** 0 where the second series does not have the leak. */
  after: number;
}

/** What became of one leak of the first series. */
export interface VerifiedLeak {
  /**
   * `'smaller'`, `'larger'`: its rate differs by more than a tenth. `'moved'`: another leak of the second series has
   * these objects: the same class and kind, the same class of the program, or the class is part of what leaks now.
   * `'unknown'`: the second series does not have it, and does not show that it is gone; `because` says why.
   */
  state: 'gone' | 'smaller' | 'same' | 'larger' | 'moved' | 'unknown';
  /** Of the first series; `after` of a leak that moved has another one. */
  fingerprint: string;
  before: Leak;
  after?: Leak;
  rate: VerifiedRate;
  /** Of `'unknown'`: clauses without a full stop. */
  because?: string;
}

export interface VerifyDocument {
  /**
   * `'left'`: a leak of the first series is left or moved, or the second one has another. `'unknown'`: none of these,
   * and a leak is `'unknown'`, or the first series has no leak. `'gone'`: all are gone, and nothing is new.
   */
  verdict: 'gone' | 'left' | 'unknown';
  /** The leaks of the first series, most important first; leaks of one fingerprint are one. */
  leaks: VerifiedLeak[];
  /** Leaks of the second series that the first one does not have. */
  new: Leak[];
  before: LeakDocument;
  after: LeakDocument;
  /** What the verdict rests on, where that is weak: sentences without a full stop. Empty where nothing is. */
  doubts: string[];
}

/**
 * Whether leaks are gone: those of a series of snapshots before a fix, in one after it. They are matched by
 * fingerprint, so the program may have restarted. Rejects like `findLeaks`, and with `HEAPHOUND_ERR_UNRELATED` when the
 * two series are of different programs.
 */
export function verifyFix(series: VerifySeries, options?: VerifyOptions): Promise<VerifyDocument>;

/** Options of `findSuspects`. */
export interface SuspectOptions extends OpenOptions {
  /** Most suspects to return. Default: 20. */
  limit?: number | undefined;
  /** Suspects to leave out, as in `ignoreLeaks`; `ignored` in the document counts them. */
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
  /**
   * Bytes of a suspect at least: a hundredth of the heap, and never less than 400,000. Smaller ones are not looked for.
   */
  leastSize: number;
  /** Suspects that look like leaks stand first; among equals the heaviest. */
  suspects: Suspect[];
  /** Suspects that `ignore` left out. Only from `findSuspects`. */
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
  /** Bytes of the objects, of the objects below them in the shortest-path tree, and of the tables of the containers. */
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
   * `'leak'`: objects that should be gone. `'bounded'`: a collection with a limit, or one that loses entries as it
   * gains others. `'loaded'`: data that was loaded once. One snapshot shows no growth, so none of these is proven.
   */
  looksLike: 'leak' | 'bounded' | 'loaded';
  confidence: 'high' | 'medium' | 'low';
  /** The reasons for a leak. */
  evidence: string[];
  /** The reasons against a leak. */
  counterEvidence: string[];
  kind: LeakKind;
  /** The usual repair for this kind. */
  advice: string;
  detail?: LeakDetail;
  /** The place in the program's own code that makes or holds the objects, and how it was found. */
  responsible: SuspectPlace;
  /** The parts of one object: the mean of all. */
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

/** The same evidence as of a leak. */
export type SuspectPlace = ResponsiblePlace | UnknownPlace;

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

/** Other memory that shows in one snapshot. */
export interface SuspectSections {
  /** Texts with several copies: `count` copies, and the bytes of all but one of each. */
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
 * Finds the largest accumulations in one snapshot, such as the file that Node.js writes before it runs out of memory.
 * Only two snapshots show growth (`findLeaks`).
 */
export function findSuspects(source: SnapshotOrSource, options?: SuspectOptions): Promise<SuspectDocument>;

export interface ReportOptions extends LeakOptions {
  /** Files are named from this folder, and their lines are read below it. Default: the working folder. */
  folder?: string | undefined;
  /** Contents of strings are in the report. Default: false; then it has their lengths and numbers. */
  withStrings?: boolean | undefined;
  /** `'verdict'`: without classes, comparison, boxes, strings, packages and statistics. Default: `'all'`. */
  parts?: 'all' | 'verdict' | undefined;
}

/**
 * All that a person is shown about some snapshots: the answer of `findLeaks`, or of one snapshot that of
 * `findSuspects`, in numbers and in sentences, and what the snapshots consist of. The schema is
 * `heaphound/report-1.schema.json`. The same snapshots give the same document.
 */
export interface ReportDocument {
  schema: 'heaphound.report/1';
  /** Version of the package that wrote it. */
  heaphound: string;
  sort: 'leaks' | 'suspects';
  /** Oldest first. A file has its name, without folders. */
  snapshots: (ReadInfo & { name: string })[];
  verdict: ReportVerdict;
  /** Leaks, or suspects, most important first. */
  entries: ReportEntry[];
  /** All growth, or all bytes of the one heap, line by line. */
  account: { total: number; lines: { title: string; because: string; size: number; sort: string }[] };
  /** Where `sort` is `'leaks'`. */
  leaks?: LeakDocument;
  /** Where `sort` is `'suspects'`. */
  suspects?: SuspectDocument;
  classes?: ReportClass[];
  /** From the first snapshot to the last. */
  comparison?: ReportComparison;
  /** Of the last snapshot, as the members below. */
  boxes?: BoxDocument;
  strings?: ReportStrings;
  packages?: Omit<OwnerDocument, 'snapshot'>;
  statistics?: Statistics;
  /** What is inside, for who sends it to somebody. */
  contents: ReportContents;
}

/** The verdict in sentences. */
export interface ReportVerdict {
  sort: 'leak' | 'none' | 'known' | 'unknown' | 'suspects';
  /** Such as `2 leaks`, `No leak`, `Cannot tell`. */
  title: string;
  /** A paragraph that begins with the title. */
  headline: string;
  paragraphs: string[];
  /** Reasons why the verdict may be wrong. */
  doubts: string[];
  footnotes: string[];
  next: NextStep[];
}

/** A leak, or a suspect, in sentences and numbers. All sentences are those of the terminal. */
export interface ReportEntry {
  /** From 1. */
  number: number;
  fingerprint: string;
  className: string;
  kind: LeakKind;
  confidence: 'high' | 'medium' | 'low';
  headline: string;
  /** Of a suspect. */
  looksLike?: Suspect['looksLike'];
  /**
   * The line of the program. `at`: the place as it is written. `sourceHash`: of the lines in `place.source`; another
   * hash says that the code there was changed.
   */
  own: { label: 'Made in' | 'Held in'; text: string; place?: SourceLocation; at?: string; sourceHash?: string };
  /** The reference to remove; empty where none is known. */
  cut: string;
  advice: string;
  facts: ReportFact[];
  /** Root first. */
  path: ReportPathLine[];
  /** Of a leak: objects and bytes since the first snapshot, from 0 on, and for each interval. */
  growth?: { counts: number[]; sizes: number[]; countGrowth: number[]; sizeGrowth: number[] };
  /** Bytes that it grew by; of a suspect its bytes. */
  size: number;
  perOperation?: number;
  item: LeakPart;
  /** Ids in the last snapshot. */
  examples: number[];
  container: LeakContainer;
  classes: { className: string; count: number; size: number }[];
  allocationStack?: StackFrame[];
}

export interface ReportFact {
  label: string;
  text: string;
  place?: SourceLocation | SourcePosition | undefined;
  /** What the place is to the text: `held at`. */
  relation?: string | undefined;
  /** Of a known leak: where it is described. */
  source?: string | undefined;
  lines?: SourceText | undefined;
  reasons?: string[] | undefined;
}

/** A step, or a stretch of steps that says little. */
export type ReportPathLine = ReportStep | { sort: 'fold'; text: string; steps: ReportStep[] };

export interface ReportStep {
  sort: 'step';
  id: number;
  /** ✓ belongs there, ? may not belong there, ✗ should be gone; empty on a path of one snapshot. */
  sign: '✓' | '?' | '✗' | '';
  leaking?: LeakStep['leaking'];
  reference: string;
  object: string;
  /** `grows here`, `cut here`. */
  remark: string;
  place: string;
  location?: SourceLocation;
  because?: string;
  cut?: true;
  isContainer?: true;
}

/** A class in every snapshot, oldest first. */
export interface ReportClass {
  key: string;
  name: string;
  counts: number[];
  /** Shallow bytes. */
  sizes: number[];
  /** In the last snapshot. */
  retainedSize: number;
  location?: SourceLocation;
}

export interface ReportComparison extends Comparison {
  rows: ClassDiff[];
  resized: ClassDiff[];
  leftOut: number;
}

export interface ReportStrings {
  /** Bytes that a single copy of each would save. */
  wastedSize: number;
  groups: {
    /** Only with the option `withStrings`. */
    value?: string;
    /** Of the text, as far as V8 wrote it. */
    length: number;
    count: number;
    shallowSize: number;
    retainedSize: number;
    wastedSize: number;
  }[];
  leftOut: number;
}

export interface ReportContents {
  classNames: number;
  propertyNames: number;
  paths: number;
  strings: number;
  stringsLeftOut: number;
}

/**
 * Makes the document of a report. All snapshots are opened together; where the memory does not suffice, several files
 * give the verdict alone, and a footnote says so.
 */
export function makeReport(snapshots: SnapshotOrSource[], options?: ReportOptions): Promise<ReportDocument>;

/**
 * The report of an answer that is there already: without classes, comparison, boxes, strings, packages and statistics.
 * Its entries have the source lines of the answer.
 */
export function reportOfLeaks(document: LeakDocument, options?: { folder?: string | undefined }): ReportDocument;

/** The report as one page of HTML that asks nobody for anything: `HEAPHOUND_ERR_PAGE` where the page is not built. */
export function reportPage(document: ReportDocument): string;

/**
 * The document of the text of a report: of its JSON, or of its page.
 *
 * @param file for the error, `HEAPHOUND_ERR_REPORT`
 */
export function readReport(text: string, file: string): ReportDocument;

/** A report in few words: each entry is below 1,000 tokens. */
export interface LeanReport {
  schema: 'heaphound.report-lean/1';
  sort: 'leaks' | 'suspects';
  snapshots: { name: string; bytes: number }[];
  verdict: ReportVerdict['sort'];
  headline: string;
  doubts: string[];
  entries: LeanEntry[];
  account: { title: string; bytes: number }[];
  next: NextStep[];
}

export interface LeanEntry {
  fingerprint: string;
  headline: string;
  kind: LeakKind;
  confidence: 'high' | 'medium' | 'low';
  /** The strongest reasons for the confidence. */
  because: string[];
  /** The line of the program. */
  place?: string;
  /** How it was found. */
  why: string;
  /** The text of the line. */
  source?: string;
  /** The reference to remove. */
  cut?: string;
  fix?: string;
  bytes: number;
  countGrowth?: number[];
  /** A step a line, root first. */
  path: string[];
  /** Id of one of the objects, in the last snapshot. */
  example: number | null;
}

export function leanReport(document: ReportDocument): LeanReport;

/** What is other in the newer one of two reports. */
export interface ReportChanges {
  schema: 'heaphound.report-changes/1';
  sort: 'leaks' | 'suspects';
  verdict: { older: string; newer: string };
  changes: ReportChange[];
  /** Classes that both list, by the change of their bytes in the last snapshot. */
  classes: ReportClassChange[];
  doubts: string[];
}

export interface ReportChange {
  /** `'missing'`: the newer report has it no more, which is no proof that it is gone. */
  state: 'missing' | 'smaller' | 'same' | 'larger' | 'moved' | 'new';
  className: string;
  /** Fingerprints in the older and in the newer report. */
  before?: string;
  after?: string;
  rate?: { of: 'objects' | 'bytes'; per: 'operation' | 'interval' | 'heap'; before: number; after: number };
}

export interface ReportClassChange {
  name: string;
  before: { count: number; size: number };
  after: { count: number; size: number };
}

/** Reports of one snapshot each, or of several each; else `HEAPHOUND_ERR_OPTION`. */
export function compareReports(older: ReportDocument, newer: ReportDocument): ReportChanges;
export interface ViewOptions
  extends
    Omit<OpenOptions, 'onProgress'>,
    Pick<LeakOptions, 'order' | 'allow' | 'compareBy' | 'operations' | 'ignore' | 'sources'> {
  /** Closes the viewer. */
  signal?: AbortSignal | undefined;
  /** Default: `true`. */
  sourceMaps?: boolean | string | undefined;
  /** Default: a free one. */
  port?: number | undefined;
  /**
   * True: the page offers the files that this user opened last, and theirs are remembered: at most 20 paths, in a
   * private file below `XDG_STATE_HOME` or `~/.local/state`. Default: false.
   */
  recent?: boolean | undefined;
}

/** A page in the browser of this machine (`docs/viewer.md`). */
export interface Viewer extends AsyncDisposable {
  /** The address of the page. Whoever has it sees what is in the heap. */
  readonly url: string;
  readonly port: number;
  /** Resolves when it is closed. */
  readonly closed: Promise<void>;
  /** An address that works once, for a command line: other users of the machine can read those. */
  oneTimeUrl(): string;
  /** Ends all requests, frees the memory, and removes what was dropped on the page. Closing twice is fine. */
  close(): Promise<void>;
}

/**
 * Serves a page that shows snapshots, frozen images and core dumps, on 127.0.0.1 and for whoever has its address. The
 * files are opened one after the other, in the background; how it went stands on the page. A directory counts as the
 * snapshots in it.
 */
export function viewSnapshots(files: (string | URL)[], options?: ViewOptions): Promise<Viewer>;

export interface ProfileOptions extends OpenOptions {
  /** The functions that allocated, in place of the dominator tree. Default: false. */
  allocations?: boolean | undefined;
  /** A new file for the profile. */
  out?: string | undefined;
}

/** A profile in the format of `pprof`. */
export interface ExportedProfile {
  /**
   * `'retained'`: the dominator tree by class, where the cumulative value of a class is its retained size. `'leaks'`:
   * objects and bytes that each leak gained, by the path that holds it. `'allocations'`: recorded allocations by
   * function.
   */
  kind: 'retained' | 'leaks' | 'allocations';
  /** Stacks in it. */
  sampleCount: number;
  /** Only of leaks. */
  verdict?: LeakDocument['verdict'];
  /** The profile, packed with gzip. The same snapshots give the same bytes. */
  profile: Uint8Array;
}

/** A profile of one snapshot, or of the leaks in several. */
export function exportProfile(
  sources: SnapshotOrSource | SnapshotOrSource[],
  options?: ProfileOptions,
): Promise<ExportedProfile>;

/** Most objects, and most bytes: a number, or a size like `'1.5MB'`. */
export interface BudgetLimits {
  count?: number | undefined;
  /** Shallow bytes: of the objects themselves. */
  bytes?: number | string | undefined;
}

/** What a heap may have. */
export interface Budget {
  /** Of all nodes. */
  total?: BudgetLimits | undefined;
  /** By the name of a class. `retained`: bytes that would be freed with all its objects. */
  classes?: Record<string, BudgetLimits & { retained?: number | string | undefined }> | undefined;
  /** By the names of `snapshot.owners()`: a package, `'(own code)'`, `'node:'`. */
  packages?: Record<string, BudgetLimits> | undefined;
}

/** One limit of a budget, and what the heap has. */
export interface BudgetLine {
  of: 'total' | 'class' | 'package';
  /** Empty for the total. */
  name: string;
  measure: 'count' | 'bytes' | 'retained';
  is: number;
  most: number;
  /** `is` above `most`; 0 within the budget. */
  over: number;
}

export interface BudgetDocument {
  snapshot: SnapshotInfo;
  /** In the order of the budget. */
  lines: BudgetLine[];
  /** Lines that are over their limit. */
  over: number;
  /** Names of the budget of which this heap has nothing: gone, or misspelt. */
  absent: string[];
}

/**
 * Compares one snapshot with a budget. Cost: a summary by class where the budget names classes, and a pass over nodes
 * and edges where it names packages.
 */
export function checkBudget(source: SnapshotOrSource, budget: Budget, options?: OpenOptions): Promise<BudgetDocument>;

/** Separates the leaks that you accept from the others: for stored documents, and for tests. */
export function ignoreLeaks(leaks: Leak[], ignore?: IgnorePattern | IgnorePattern[]): SortedLeaks;

export interface CaptureOptions {
  /**
   * `'fork'`: a forked child writes, and this thread stands still only for the fork; Linux with glibc, on x86-64 and
   * aarch64. `'inline'`: V8 writes in this process, and this thread stands still until V8 is done. `'auto'`, the
   * default: fork where it is safe.
   */
  mode?: 'auto' | 'fork' | 'inline' | undefined;
  /** The worker whose heap is captured; only its thread stands still. Default: the calling thread. */
  worker?: Worker | undefined;
  /** The file to write, which must not exist. Not together with `dir`. */
  path?: string | undefined;
  /** An existing directory for a file with a name of its own. Default: a private one (0700) under `os.tmpdir()`. */
  dir?: string | undefined;
  /** Default: `'zstd'`. Chrome DevTools opens only `'none'`. */
  compression?: 'zstd' | 'gzip' | 'none' | undefined;
  /**
   * Ends the forked child at once. With `'inline'` it is checked before V8 starts and after V8 is done, because V8
   * holds the thread.
   */
  signal?: AbortSignal | undefined;
  /**
   * Milliseconds from the call, the wait of `queue` included: then `HEAPHOUND_ERR_TIMEOUT`. Checked like `signal`.
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
   * Limit for the estimated memory of the capture, in bytes: above it, or above the memory that the system has,
   * `HEAPHOUND_ERR_NO_HEADROOM`.
   */
  maxMemoryBytes?: number | undefined;
  /** Limit for the estimated pause of the thread, in milliseconds: above it `HEAPHOUND_ERR_MAX_PAUSE`. */
  maxPauseMs?: number | undefined;
  /** False: capture without regard to the estimates. Default: true. */
  checkHeadroom?: boolean | undefined;
  /** True for all but the last capture of a series that is compared by id: see `idsKept`. Default: false. */
  keepIds?: boolean | undefined;
  /**
   * Forked captures of one thread give an object the same id, through the table `FILE.ids` beside the last file. Remove
   * the table after the last capture of a series. False: no table, and an id space of its own. Default: true.
   */
  comparable?: boolean | undefined;
  /**
   * `'strings'`: placeholders replace contents before they reach the disk, and names stay: `docs/redaction.md`. Equal
   * contents have equal placeholders in all captures of one thread. Default: all contents are in the file.
   */
  redact?: 'strings' | undefined;
  /** More of V8's own objects, for people who work on V8. Default: false. */
  exposeInternals?: boolean | undefined;
  /** Numbers as nodes of their own, with their values. Default: false. */
  exposeNumericValues?: boolean | undefined;
}

export interface CaptureToStreamOptions extends Omit<CaptureOptions, 'path' | 'dir' | 'worker'> {
  /**
   * Gets the compressed snapshot with backpressure, and is ended. On failure it is destroyed: its bytes are no
   * snapshot. `'fork'`: it gets bytes while the forked child writes, and a slow stream makes the child wait.
   * `'inline'`: V8 holds the thread, so the compressed bytes wait in native memory (at most `maxBytes`) until the
   * snapshot is whole.
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
  /** The longest time that the thread stood still, in milliseconds. */
  pauseMs: number;
  /** Forked children that were made: one that was made at a bad moment is replaced. */
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
  /** Present with the option. */
  redact?: 'strings';
  /** Snapshots with the same id space can be compared by id. */
  idSpace: string;
  /** Why the id space differs from that of the forked capture before. */
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
   * Memory of this process when the capture began, without the forked child. For a worker, the heap is the worker's,
   * and the other numbers are the process's.
   */
  memory?: ProcessMemory;
}

/**
 * The document `FILE.json` beside a captured file (0600). It is written last. A file without it is whole too, but its
 * ids are not certain.
 */
export interface SnapshotSidecar extends Omit<CaptureResult, 'path'> {
  /** Version of this shape. It changes only when the meaning of a member changes. */
  version: 1;
}

/**
 * Takes a snapshot of this thread's heap, or freezes the process where there is no memory for one:
 * `docs/frozen-image.md`.
 */
export function captureSnapshot(options: CaptureOrFreezeOptions): Promise<CaptureResult | FreezeResult>;

/**
 * Takes a snapshot of this thread's heap into a private file. `docs/capture.md` has the costs. Rejects with
 * `HEAPHOUND_ERR_BUSY` while another capture of the process is under way, and with `HEAPHOUND_ERR_NO_HEADROOM` when
 * there is no memory for it.
 */
export function captureSnapshot(options?: CaptureOptions): Promise<CaptureResult>;

/**
 * The same into a stream instead of a file, with no sidecar and in an id space of its own. With `keepIds`, `'auto'`
 * captures in the process, and its ids go on. Rejects with `HEAPHOUND_ERR_STREAM` when the stream fails or is closed
 * before its end.
 */
export function captureSnapshot(options: CaptureToStreamOptions): Promise<Omit<CaptureResult, 'path'>>;

/**
 * Options of a frozen image. Those of a snapshot (compression, redaction, ids, limits of memory) are refused: the
 * snapshot is made when the image is thawed.
 */
export interface FreezeOptions {
  mode: 'freeze';
  /** The file to write, which must not exist. */
  path: string;
  stream?: undefined;
  /**
   * Public keys of age (`age1…`): the forked child encrypts the image to all of them, and no plain byte of it reaches a
   * disk. Needs the package `age-encryption`.
   */
  encryptTo?: string | string[] | undefined;
  /**
   * True: the text of Node.js is in the image. Default: false. It is read then from the same program where the image is
   * thawed (`files` of `thawImage`), which is told by its first page and build id.
   */
  selfContained?: boolean | undefined;
  /** Most bytes on the disk: an image that takes more ends with `HEAPHOUND_ERR_MAX_BYTES`. */
  maxBytes?: number | undefined;
  /** Ends the forked child at once. */
  signal?: AbortSignal | undefined;
  /** Milliseconds from the call: then `HEAPHOUND_ERR_TIMEOUT`. */
  timeoutMs?: number | undefined;
  /** Wait for other captures of this process, instead of `HEAPHOUND_ERR_BUSY`. Default: false. */
  queue?: boolean | undefined;
}

/** Options of a frozen image that goes into a stream. */
export interface FreezeToStreamOptions extends Omit<FreezeOptions, 'path' | 'stream'> {
  path?: undefined;
  /** Takes bytes, and is ended. When it fails, the child ends, and the call rejects with `HEAPHOUND_ERR_STREAM`. */
  stream: Writable;
}

/** A snapshot, or where there is no room for it a frozen image. */
export interface CaptureOrFreezeOptions extends Omit<CaptureOptions, 'dir' | 'worker' | 'redact'> {
  /**
   * Where `HEAPHOUND_ERR_NO_HEADROOM` would come, an image is made: `path` with `.frozen` behind it. `mode` of the
   * result tells which of both it is.
   */
  whenNoRoom: 'freeze';
  /** The file to write, which must not exist. */
  path: string;
}

/** A frozen image that is on the disk. It is the whole memory of the process: keep it as you keep the secrets in it. */
export interface FreezeResult {
  path: string;
  mode: 'freeze';
  /** How it was made. */
  reason: string;
  /** False: other threads worked at that moment, and the image may not thaw. */
  isQuiet: boolean;
  /** The longest time that the thread stood still, in milliseconds. */
  pauseMs: number;
  /** Forked children that were made. */
  tries: number;
  /** Milliseconds from the call to the durable file. */
  durationMs: number;
  /** Bytes of memory and of what is said about it, before compression. */
  rawBytes: number;
  /** Bytes on disk. */
  storedBytes: number;
  /** Of the stored bytes, in hexadecimal. */
  sha256: string;
  /** Present when the image is encrypted. */
  encrypted?: 'age';
  runtime: Runtime;
  /** `process.version`. */
  node: string;
  pid: number;
  /** 0 for the main thread. */
  threadId: number;
  /** ISO 8601, UTC. */
  startedAt: string;
  memory?: ProcessMemory;
}

/**
 * Freezes this process into a private file: its memory as it is, compressed. V8 does nothing for it, so it takes
 * neither V8's memory nor V8's time: this thread stands still for a fork, and a child with low priority writes.
 * `thawImage` makes the snapshot, on this machine or another. Linux with glibc on x86-64: elsewhere it rejects with
 * `HEAPHOUND_ERR_CAPTURE`. `docs/frozen-image.md` says what an image holds.
 */
export function captureSnapshot(options: FreezeOptions): Promise<FreezeResult>;

/** The same into a stream instead of a file. */
export function captureSnapshot(options: FreezeOptions | FreezeToStreamOptions): Promise<Omit<FreezeResult, 'path'>>;

/**
 * Takes a snapshot of this thread's heap and opens it, without a file: a native thread parses while V8 writes. Its ids
 * are as with a stream. The analysis does not hold this thread. It suits tests.
 */
export function captureAndOpen(options?: CaptureAndOpenOptions): Promise<Snapshot>;

export interface FreezeProcessOptions extends WorkOptions {
  /** The file to write, which must not exist. */
  path: string;
  /**
   * Public keys of age (`age1…`): the image is encrypted to all of them, and no plain byte of it reaches a disk. Needs
   * the package `age-encryption`.
   */
  encryptTo?: string | string[] | undefined;
  /**
   * True: the text of Node.js is in the image. Default: false. It is read then from the same program where the image is
   * thawed (`files` of `thawImage`), which is told by its first page and build id.
   */
  selfContained?: boolean | undefined;
  /** Most bytes on the disk: an image that takes more ends with `HEAPHOUND_ERR_MAX_BYTES`. */
  maxBytes?: number | undefined;
  /**
   * Milliseconds in which its main thread has to wait for events once: then `HEAPHOUND_ERR_NO_REST`. Default: 10000.
   */
  restMs?: number | undefined;
  /** Milliseconds from the call: then `HEAPHOUND_ERR_TIMEOUT`. */
  timeoutMs?: number | undefined;
}

/** A frozen image of another process. It is its whole memory: keep it as you keep the secrets in it. */
export interface FreezeProcessResult {
  path: string;
  mode: 'freeze';
  /** The longest time that its main thread stood still, in milliseconds. */
  pauseMs: number;
  /** Of it, the copy itself. */
  forkMs: number;
  /** Threads of the process, which are all in the image. */
  threads: number;
  /** False: other threads of it were computing at that moment. */
  isQuiet: boolean;
  /** Milliseconds from the call to the durable file. */
  durationMs: number;
  /** Bytes of memory and of what is said about it, before compression. */
  rawBytes: number;
  /** Bytes on disk. */
  storedBytes: number;
  /** Of the stored bytes, in hexadecimal. */
  sha256: string;
  /** Present when the image is encrypted. */
  encrypted?: 'age';
  runtime: Runtime;
  /** `process.version` of the process. */
  node: string;
  /** `process.versions.v8` of the process. */
  v8: string;
  pid: number;
  /** 0: an image from outside has the heap of the main thread. */
  threadId: number;
  /** Bytes of its memory that were resident. */
  memory: { rss: number };
  /** ISO 8601, UTC. */
  startedAt: string;
}

/**
 * Freezes another process into a private file, which needs no preparation: no addon in it, no inspector, no signal.
 * It stands still for about the time of a fork, while its main thread waits for events; then it goes on, and the memory
 * of a copy is written. Whatever happens to the caller, the process goes on. Needs the same user with `ptrace_scope` 0,
 * or CAP_SYS_PTRACE: rejects with `HEAPHOUND_ERR_ATTACH`, which says what is missing. Linux with glibc on x86-64.
 * `thawImage` brings back all threads of the image. `docs/frozen-image.md` has what is needed where.
 */
export function freezeProcess(pid: number, options: FreezeProcessOptions): Promise<FreezeProcessResult>;

export interface ThawOptions extends WorkOptions {
  /** The snapshot to write, which must not exist. */
  path: string;
  /** For an encrypted image, as for `openSnapshot`. */
  identities?: string | string[] | undefined;
  /** Default: by the end of the path: `.zst`, `.gz`, else none. */
  compression?: 'zstd' | 'gzip' | 'none' | undefined;
  /** `'strings'`: placeholders replace contents before they reach the disk: `docs/redaction.md`. */
  redact?: 'strings' | undefined;
  /** Of the placeholders, as for `redactSnapshot`. */
  key?: string | Uint8Array | undefined;
  /** Most bytes on the disk: a snapshot that takes more ends with `HEAPHOUND_ERR_MAX_BYTES`. */
  maxBytes?: number | undefined;
  /** Milliseconds from the call: then `HEAPHOUND_ERR_TIMEOUT`. */
  timeoutMs?: number | undefined;
  /**
   * An earlier snapshot of the same process, thawed or captured by a forked child: objects keep its ids, so that the
   * two are compared object by object. Its files `X.ids` and `X.json` stand beside it. `idSpaceReason` of the result
   * says why ids could not go on.
   */
  previous?: string | undefined;
  /** False: ids are V8's own, and no table `X.ids` stands beside the snapshot. Default: true. */
  comparable?: boolean | undefined;
  /** More of V8's own objects, for people who work on V8. Default: false. */
  exposeInternals?: boolean | undefined;
  /** Numbers as nodes of their own, with their values. Default: false. */
  exposeNumericValues?: boolean | undefined;
  /**
   * A folder with the program of the process, and of a core dump with its libraries, too, where they are not at their
   * paths here. A file is found by its path below it, by its name, or by its build id, and has to be the same one.
   */
  files?: string | undefined;
  /**
   * Of a core dump: the number that the system gave to the thread whose heap is wanted; the main thread has that of the
   * process. Default: the thread that died.
   */
  thread?: number | undefined;
}

/** The snapshot of a frozen image. Its sidecar has the same members. */
export interface ThawResult extends Omit<CaptureResult, 'mode' | 'tries'> {
  mode: 'freeze';
  /** 0: no thread of the app stood still for it. */
  pauseMs: number;
  /** When the process was frozen: ISO 8601, UTC. */
  startedAt: string;
  /** `process.versions.v8` of the process. */
  v8: string;
  /** The program, the names of its options, and the script: no values, which may be secrets. */
  argv: string[];
  /** Of a core dump: the signal, and what V8 said when it was at its heap limit: `SIGABRT: Reached heap limit`. */
  death?: string;
  /**
   * Of a core dump: the number that the system gave to the thread whose heap it is. Unless it equals `pid`, it is that
   * of a worker, whose `threadId` a core dump does not tell: it is 0 all the same. The opened snapshot has neither.
   */
  osThread?: number;
}

/**
 * Makes a snapshot of a frozen image. The memory of the process comes back in a process of its own, at its old
 * addresses, and V8 writes the snapshot there. Code of the image runs in it, and can do nothing but compute: no files,
 * no network, no other process. Rejects with `HEAPHOUND_ERR_IMAGE` for a damaged image, and with `HEAPHOUND_ERR_THAW`
 * when this machine cannot thaw it or the thawed process fails; the message says where. Linux with glibc on x86-64.
 *
 * `image` may be a core dump of a process that died, plain or packed by zstd, gzip or LZ4, or one of `gcore`. Then
 * `startedAt` is the time of the file's last change. `HEAPHOUND_ERR_CORE` says what is wrong with it, or which program
 * or library has to be in the folder `files`.
 */
export function thawImage(image: string, options: ThawOptions): Promise<ThawResult>;

export interface EvaluateOptions extends WorkOptions {
  /** For an encrypted image, as for `openSnapshot`. */
  identities?: string | string[] | undefined;
  /** Milliseconds from the call: then `HEAPHOUND_ERR_TIMEOUT`. Default: 60,000. */
  timeoutMs?: number | undefined;
  /** As for `thawImage`. */
  files?: string | undefined;
  /** Of a core dump, as for `thawImage`: the thread in which the code runs. */
  thread?: number | undefined;
}

/** A variable of a module that the code used by its name alone. */
export interface UsedVariable {
  name: string;
  /** The file of the module. */
  file: string;
}

/** The process of an image. */
export interface ImageProcess {
  /** When the process was frozen: ISO 8601, UTC. */
  startedAt: string;
  runtime: string;
  node: string;
  v8: string;
  pid: number;
  threadId: number;
  argv: string[];
}

/** What a code gave in a frozen process. */
export interface ImageAnswer extends ImageProcess {
  /** `typeof` the value, or `'null'`. */
  type: string;
  /** The value as `util.inspect` of the process writes it. */
  text: string;
  /** True when the text has more than a million characters, and was cut. */
  isCut: boolean;
  /** The value, when JSON has all of it. Else `whyNoValue` is there. */
  value?: unknown;
  /** The part that JSON would lose: `"sessions" is Map`. */
  whyNoValue?: string | undefined;
  variables: UsedVariable[];
}

/**
 * Runs JavaScript in a frozen process, and gives its value: `evaluateInImage('app.frozen', 'sessions.size')`. The
 * process comes back as for `thawImage`, behind the same fence: the code reaches no file, no network and no other
 * process. It may use globals; variables of modules by their names; `variables(file)`, `instances(className)`, and
 * `require` of modules that were loaded. Nothing moves meanwhile: no promise settles, and no timer fires. Rejects with
 * `HEAPHOUND_ERR_EVAL` for what the code throws, and otherwise as `thawImage` does. `docs/frozen-image.md` says what
 * cannot work. Linux with glibc on x86-64.
 */
export function evaluateInImage(image: string, code: string, options?: EvaluateOptions): Promise<ImageAnswer>;

/** What a page of a frozen process is for: `docs/frozen-image.md` says how each is known. */
export type ImageMemoryKind =
  'v8Heap' | 'v8Code' | 'largeBlocks' | 'mallocUsed' | 'mallocFree' | 'stacks' | 'files' | 'shared' | 'other';

/** The memory of a frozen process. */
export interface ImageMemory extends ImageProcess {
  /** Bytes of all pages in the image. Pages of zeros are not in it. */
  totalBytes: number;
  /** All kinds; together they have `totalBytes`. */
  kinds: { kind: ImageMemoryKind; bytes: number }[];
  /** Programs and libraries, the largest first. Their pages are in the image whether they were in memory or not. */
  files: { path: string; bytes: number }[];
  /** The program whose text is not in the image (`selfContained`): what the process has changed of it is counted. */
  leftOut?: string | undefined;
  /** The arenas of the C library, by its own chunks. */
  malloc: {
    /** Parts of memory that arenas have. */
    heaps: number;
    /** Those whose chunks could be followed from the beginning to the end. The others count as used. */
    knownHeaps: number;
    /** Bytes of the known ones, pages of zeros among them. What the C library keeps in caches is used. */
    usedBytes: number;
    freeBytes: number;
  };
  /** `process.memoryUsage().rss` when it was frozen, if the image has it. */
  rss?: number | undefined;
}

export interface ImageMemoryOptions extends WorkOptions {
  /** For an encrypted image, as for `openSnapshot`. It is decrypted twice. */
  identities?: string | string[] | undefined;
}

/**
 * Whose the memory of a frozen process is: V8's heap, large blocks (Buffers), arenas of the C library used and free,
 * stacks, files. It answers why the resident memory grew when the heap did not. Needs nothing but the file, on any
 * system. Rejects with `HEAPHOUND_ERR_IMAGE` for a damaged image.
 */
export function memoryOfImage(image: string, options?: ImageMemoryOptions): Promise<ImageMemory>;

export interface RedactOptions extends WorkOptions {
  /** For an encrypted file, as for `openSnapshot`. */
  identities?: string | string[] | undefined;
  /** Default: by the end of the path: `.zst`, `.gz`, else none. */
  compression?: 'zstd' | 'gzip' | 'none' | undefined;
  /**
   * Equal contents have equal placeholders in all files with the same key. It has 16 bytes at least. Keep it secret:
   * whoever has the key can test guessed contents. Default: a random key, which all redactions of this thread share,
   * and which is never shown.
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
  /** Texts that were replaced, as a whole or in part. */
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
/** Selects another process. */
export interface InspectOptions {
  /** Its inspector: a port of this machine, `host:port`, or the URL that Node.js prints (`ws:`, `http:`). */
  inspect?: number | string | undefined;
  /**
   * Its process id, instead of `inspect`. SIGUSR1 opens its inspector when it is closed; it is closed again afterwards.
   * Linux.
   */
  pid?: number | undefined;
  signal?: AbortSignal | undefined;
  /** Milliseconds from the call: then `HEAPHOUND_ERR_TIMEOUT`. */
  timeoutMs?: number | undefined;
}

/** Options of `captureFrom`. An option of `captureSnapshot` has the same meaning here, for the other process. */
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
  /** The version that the process reports; for a browser its user agent; empty when it reports none. */
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
 * Takes a snapshot of another process into a private file. That process stands still meanwhile; `pauseMs` is the time
 * until the whole snapshot had arrived. Rejects with `HEAPHOUND_ERR_INSPECTOR` when its inspector cannot be used.
 */
export function captureFrom(options: CaptureFromOptions): Promise<CaptureFromResult>;

export interface CaptureSeriesOptions extends CaptureFromOptions {
  /** Snapshots to take. Default: 3. */
  count?: number | undefined;
  /** Milliseconds from the end of one to the beginning of the next. Default: 0. */
  intervalMs?: number | undefined;
}

/**
 * Takes several snapshots of another process in one session of its inspector. So they can be compared by id: V8 forgets
 * the ids when a session ends. The session stays open between the snapshots, and ends with the loop. `timeoutMs` is for
 * each snapshot.
 */
export function captureSeriesFrom(options: CaptureSeriesOptions): AsyncGenerator<CaptureFromResult, void, void>;

/** A recording of allocations. */
export interface AllocationTracking extends Disposable {
  /** Ends the recording and drops the recorded stacks. Stopping twice is fine. */
  stop(): void;
}

/**
 * From now on V8 records the stack of functions for every object that this thread allocates. Snapshots contain those
 * stacks until `stop`; `leaks` and `node` show them. Allocations are slower meanwhile, and ids go on from snapshot to
 * snapshot (`keepIds`).
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
  /** End when all existing files were handled. Default: false, which goes on until `signal` fires. */
  once?: boolean | undefined;
  signal?: AbortSignal | undefined;
}

/** The result for one file. */
export interface CollectedSnapshot {
  /** `'incomplete'`: its writer was stopped in the middle. */
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
 * `--heapsnapshot-near-heap-limit`, `--heap-snapshot-on-oom`). It turns each whole one into a private, compressed,
 * verified file. Ends when `signal` fires.
 */
export function collectSnapshots(
  directory: string,
  options?: CollectOptions,
): AsyncGenerator<CollectedSnapshot, void, void>;

export interface DecryptOptions {
  /** Private keys of age (`AGE-SECRET-KEY-1…`); one of them must fit. */
  identities: string | string[];
  signal?: AbortSignal | undefined;
}

export interface DecryptResult {
  path: string;
  /** Bytes on disk. */
  storedBytes: number;
}

/**
 * Decrypts a file that a store has encrypted (`encryptTo`) into the new private file `path`, as `age -d` does. Needs
 * the package `age-encryption`. Rejects with `HEAPHOUND_ERR_ENCRYPTED` when none of the keys fits or the file is
 * damaged; then there is no file.
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

/** The functions of a service without HTTP. `heaphound/fastify` and `heaphound/http` are built on it. */
export function createService(options: ServiceOptions): Service;

/** A logger with pino's methods. */
export interface WatchLog {
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
}

export type RuleName = 'heap-trend' | 'external-trend' | 'rss-gap' | 'heap-limit' | 'container-limit';
/**
 * `'rising'`: a rise was found, and its investigation is queued. `'alarm'`: an alarm was raised; the next one comes
 * after `limits.repeatMs` at the earliest.
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

/** The measurements of a rule so far. */
export interface RuleProgress {
  /** Measured windows that count; 1 for a rule about a limit whose level is known. */
  samples: number;
  /** Windows that the rule needs for a decision. */
  needed: number;
  /** When the measurement began, as an ISO time: the start of the watcher, or the end of the last investigation. */
  since: string;
  /** Time of the next measurement, as an ISO time. */
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
  /** Least milliseconds between two snapshots of one rise. Default: 60,000. */
  spacingMs?: number | undefined;
  /** Least milliseconds between two investigations. Default: 600,000. */
  cooldownMs?: number | undefined;
  /** Milliseconds between two alarms of one rule. Default: 24 hours. */
  repeatMs?: number | undefined;
  /**
   * Most milliseconds of a random wait before the first snapshot, so that replicas do not act at once. Default: 15,000.
   */
  jitterMs?: number | undefined;
  /**
   * Longest time that the lock in the store is held, in milliseconds: of all processes with one store, one investigates
   * at a time. Default: 1 hour.
   */
  lockMs?: number | undefined;
}

export interface Webhook {
  /** An address with https, or on this machine. */
  url: string;
  headers?: Record<string, string> | undefined;
  /** Milliseconds for one attempt. Default: 5,000. */
  timeoutMs?: number | undefined;
  /** Attempts after the first one, where a later one may succeed. Default: 3. */
  retries?: number | undefined;
  /** Milliseconds before the first retry; doubled before each further one. Default: 1,000. */
  retryMs?: number | undefined;
  /** Allow http to other machines. Default: false. */
  allowHttp?: boolean | undefined;
}

export interface WatchOptions {
  /**
   * Takes the snapshots and analyses them. Not together with `store` or `capture`. Default: a new service over `store`.
   */
  service?: Service | undefined;
  /** An opened store, or the options of `openStore`. Default: a directory. */
  store?: Store | StoreConfig | undefined;
  /** Takes a snapshot, and returns the `id` for `analyse`. Only with `analyse`. */
  capture?:
    | ((reason: string, options: { signal: AbortSignal }) => Promise<{ id: string; location?: string | undefined }>)
    | undefined;
  analyse?: ((ids: string[], options: { signal: AbortSignal }) => Promise<LeakDocument>) | undefined;
  /**
   * `'freeze'`: where there is no room for a snapshot, a frozen image is made, and the alarm says so. An image is the
   * whole memory of the process: use a store with `encryptTo`. With `service`, that one needs `allowFreeze`. Not
   * together with `capture`.
   */
  whenNoRoom?: 'freeze' | undefined;
  log?: WatchLog | undefined;
  /** An address that alarms are posted to, as JSON. */
  webhook?: string | Webhook | undefined;
  rules?: Partial<Record<RuleName, boolean | RuleSetting>> | undefined;
  limits?: WatchLimits | undefined;
  /** Milliseconds between two measurements. Default: 15,000. */
  sampleMs?: number | undefined;
  /** Milliseconds of a window; its least value counts. Default: 15,000. */
  windowMs?: number | undefined;
  /** Milliseconds after the start without a search for rises. Default: 60,000. */
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

/** The message to the log, the channel `heaphound:alarm` and the webhook. */
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
  /** Bytes of the level that the rule watches. */
  levelBytes: number;
  /** How fast the level rises. */
  bytesPerSecond?: number;
  limitBytes: number;
  /** Oldest first. */
  snapshots: Array<{ id: string; location?: string }>;
  /** Frozen images that were made where there was no room for a snapshot, oldest first. */
  images?: Array<{ id: string; location?: string; encrypted?: 'age' }>;
  /** Id of the whole verdict in the store. */
  report?: string;
  /** Most important first, at most 5. */
  leaks: AlarmLeak[];
  /** Verdict of the three snapshots; absent where they could not be compared. */
  verdict?: LeakDocument['verdict'];
  /** Without a verdict: the best picture that there was room for. */
  rung?: 'snapshot' | 'allocation-sites' | 'statistics';
  /** Functions that allocated the objects alive at the end of the sampling; bytes are an estimate. */
  sites?: Array<{ function: string; file: string; line: number; liveBytes: number }>;
  /** Bytes. */
  statistics?: object;
  /** Steps that were left out, each with its reason. */
  skipped: string[];
}

/** All bytes; a value that is not known yet is absent. */
export interface MemoryLevels {
  heapLimitBytes: number;
  /** Limit of the tightest control group. */
  memoryLimitBytes?: number;
  /** Bytes of the objects that outlived the last major collection. */
  heapAfterCollectionBytes?: number;
  externalBytes?: number;
  heapBytesPerSecond?: number;
}

export interface MemoryWatcher extends AsyncDisposable {
  rules(): WatchRule[];
  setRule(name: RuleName, setting: RuleSetting): WatchRule;
  switchRule(name: RuleName, enabled: boolean): WatchRule;
  levels(): MemoryLevels;
  /** Ends the watch and its running work. A service or store that was passed in stays open. */
  stop(): Promise<void>;
  close(): Promise<void>;
}

/** Watches the memory of this thread, and finds the leak when it rises: `docs/watcher.md`. */
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

/** What a gauge counted. */
export interface ClassCount {
  count: number;
  /** How long the thread stood still for it, in milliseconds. */
  pauseMs: number;
  /** ISO 8601, UTC. */
  at: string;
}

/** How many objects of one class are alive. */
export interface ClassGauge {
  readonly className: string;
  /**
   * Counts the objects of the class and its subclasses that are alive after a full collection. This thread stands still
   * for the collection, as long as V8 takes to look at the whole heap: `docs/watcher.md` has figures.
   */
  count(): Promise<number>;
  /** The last count; undefined before the first one. Costs nothing. */
  latest(): ClassCount | undefined;
  /** Ends the session with the inspector. `count` rejects with `HEAPHOUND_ERR_CLOSED` afterwards. */
  close(): void;
}

/**
 * A gauge of the live objects of a class, without a snapshot, a flag or a trace in the objects: to see in production
 * that a fix holds. It keeps none of them alive.
 */
export function watchClass(Class: abstract new (...args: any[]) => unknown): ClassGauge;

export interface MetricsOptions {
  /** A registry of prom-client. The global one is used only if you pass it. */
  registry?: object | undefined;
  /** A meter of OpenTelemetry. */
  meter?: object | undefined;
  /** Lines of the CloudWatch embedded metric format. */
  emf?: boolean | EmbeddedMetricsOptions | undefined;
  /** A watcher whose levels and rules are exported too. */
  watcher?: Pick<MemoryWatcher, 'levels' | 'rules'> | undefined;
  /** Gauges of `watchClass` whose last counts are exported too. Reading them counts nothing. */
  gauges?: Pick<ClassGauge, 'className' | 'count' | 'latest'>[] | undefined;
}

/**
 * Exports the messages of heaphound's channels, and the levels of a watcher: `docs/watcher.md`. `stop` removes all
 * metrics that it registered.
 */
export function observeMetrics(options: MetricsOptions): { stop(): void };

/** Every error's `code`; `docs/errors.md` has a heading for each. */
export type ErrorCode =
  | 'HEAPHOUND_ERR_CANCELLED'
  | 'HEAPHOUND_ERR_FORMAT'
  | 'HEAPHOUND_ERR_TRUNCATED'
  | 'HEAPHOUND_ERR_ORDER'
  | 'HEAPHOUND_ERR_FOREIGN'
  | 'HEAPHOUND_ERR_PAGE'
  | 'HEAPHOUND_ERR_REPORT'
  | 'HEAPHOUND_ERR_SAME'
  | 'HEAPHOUND_ERR_UNRELATED'
  | 'HEAPHOUND_ERR_TOO_LARGE'
  | 'HEAPHOUND_ERR_COMPRESSION'
  | 'HEAPHOUND_ERR_FREEZE_FORBIDDEN'
  | 'HEAPHOUND_ERR_IMAGE'
  | 'HEAPHOUND_ERR_IMAGE_DOWNLOAD'
  | 'HEAPHOUND_ERR_IS_IMAGE'
  | 'HEAPHOUND_ERR_THAW'
  | 'HEAPHOUND_ERR_EVAL'
  | 'HEAPHOUND_ERR_CORE'
  | 'HEAPHOUND_ERR_ATTACH'
  | 'HEAPHOUND_ERR_NO_REST'
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
  | 'HEAPHOUND_ERR_BUDGET'
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
  | 'HEAPHOUND_ERR_NO_FILE'
  | 'HEAPHOUND_ERR_NOT_READY'
  | 'HEAPHOUND_ERR_INTERNAL';

/** The shape of errors. There is no class: match on `code`. */
export interface HeaphoundError extends Error {
  code: ErrorCode;
  /** Path of the snapshot that could not be opened, as the caller gave it. */
  file?: string;
  /** Table of the snapshot file with the fault. */
  table?: string;
  /** Byte offset of the fault in the uncompressed file; for `HEAPHOUND_ERR_COMPRESSION` in the compressed one. */
  offset?: number;
  /**
   * The estimated need of a capture, or the least need of a snapshot: bytes, or for `HEAPHOUND_ERR_MAX_PAUSE`
   * milliseconds.
   */
  need?: number;
  /** The amount that is available. */
  have?: number;
  /** Status of the HTTP answer of a store. */
  status?: number;
}
