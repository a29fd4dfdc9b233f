import type { DiffDocument, IgnorePattern, Leak, PathStep } from '..';

export type { IgnorePattern } from '..';

export interface NoLeakOptions {
  /**
   * Runs of the scenario between two snapshots. The next prime number is used, 3 at least: growth by a multiple of a
   * prime can only come from the scenario. More runs find small and rare leaks. Default: 11; 23 with two snapshots.
   */
  iterations?: number | undefined;
  /** Rounds of `iterations` runs before the first snapshot, in which caches fill and modules load. Default: 2. */
  warmup?: number | undefined;
  /** 2 to 10. Two cannot tell a leak from a cache that is filling up. Default: 3. */
  snapshots?: number | undefined;
  /** Milliseconds of rest after each round, in which connections close and timers end. Default: 40. */
  settleMs?: number | undefined;
  /**
   * Take the snapshots also where the heap stands still without them. Default: false; true with `maxGrowth` or
   * `maxBytesPerIteration`, which count objects and bytes in the snapshots, and with a `warmup` below 2.
   */
  alwaysSnapshots?: boolean | undefined;
  /** Leaks to leave out, as in `findLeaks`. The message has the fingerprint of a leak. */
  ignore?: IgnorePattern | IgnorePattern[] | undefined;
  /**
   * Bytes that each run may leave behind, without V8's code and tables; measured in the interval that grew least.
   * Default: any number, as long as no leak is found.
   */
  maxBytesPerIteration?: number | undefined;
  /**
   * How many objects of a class, by its name, the last snapshot may have more than the first: `{ Session: 0 }`.
   */
  maxGrowth?: Record<string, number> | undefined;
  /**
   * The process of a scenario that is a module. False: a quiet child process. True: this process. A function always
   * runs in this process, since it cannot be sent to another. Default: false for a module, true for a function.
   */
  inProcess?: boolean | undefined;
  /** Name of the function that the module exports. Default: `'default'`. */
  export?: string | undefined;
  /** More flags of Node.js for the child process, such as a loader of TypeScript. */
  execArgv?: string[] | undefined;
  /** Name of the folder for a failure's snapshots. Default: the name of the function or module. */
  name?: string | undefined;
  /** Directory of that folder. Default: `.heaphound` in the working directory, which gets a `.gitignore`. */
  dir?: string | undefined;
}

/** A class that grew more than `maxGrowth` allows. */
export interface GrownClass {
  className: string;
  /** Objects more in the last snapshot than in the first. */
  countDelta: number;
  /** Objects that are allowed. */
  most: number;
}

/** Result of a measurement. */
export interface NoLeakReport {
  /** Leaks for which the test fails, most important first. */
  leaks: Leak[];
  /** Leaks that `ignore` left out. */
  ignored: number;
  grown: GrownClass[];
  /** The options with their defaults. */
  iterations: number;
  warmup: number;
  snapshots: number;
  settleMs: number;
  alwaysSnapshots: boolean;
  /**
   * `'statistics'`: in two rounds in a row the heap did not grow by the smallest leak, and no snapshot was taken.
   */
  decidedBy: 'statistics' | 'snapshots';
  /** Rounds of the first look, of `iterations` runs each; none with `alwaysSnapshots`. */
  lookRounds: number;
  /** Runs of the scenario in all: to warm up, for the first look, and between the snapshots. */
  runs: number;
  /** Only with `maxBytesPerIteration`. */
  bytesPerIteration?: number;
  /** Where the scenario ran. */
  process: 'this' | 'child';
  durationMs: number;
}

/** The error of `assertNoLeak` when it finds a leak. */
export interface LeakError extends Error {
  /**
   * `'HEAPHOUND_ERR_UNEXPLAINED'`: no leak was found, but too much of the growth has no explanation.
   */
  code: 'HEAPHOUND_ERR_LEAK' | 'HEAPHOUND_ERR_UNEXPLAINED';
  report: NoLeakReport;
  /** Paths of the snapshots that were kept, oldest first. */
  snapshots: string[];
  /** Path of the report as a page, beside the snapshots; absent where it could not be written. */
  page?: string;
}

/**
 * Runs the scenario again and again. Rejects with a `LeakError` when objects pile up; its message names the class, the
 * container, and the places in the source. An error of the scenario itself is passed on unchanged.
 *
 * Cost: `report.runs` runs, each slower than usual, since V8 does not optimise meanwhile. They are
 * `(warmup + snapshots - 1) * iterations` with `alwaysSnapshots`, and else those of up to twenty rounds more.
 * Each snapshot is a pause of some hundred milliseconds. Calls in one thread wait for one another.
 *
 * @param scenario A function, which runs in this process; or the `file:` URL or absolute path of a module that exports
 *   one, which runs in a child.
 */
export function assertNoLeak(
  scenario: ((iteration: number) => unknown) | URL | string,
  options?: NoLeakOptions,
): Promise<NoLeakReport>;

/**
 * The matchers of `expect`. `heaphound/test/vitest` and `heaphound/test/jest` add them, with these types.
 */
export interface HeapMatchers<R> {
  /**
   * For a diff (`diffSnapshots`, `checkpoint().diff()`): no class of the program or of its packages gained objects.
   * Plain objects and strings belong to no such class. For a document of `findLeaks`: it has no leaks; where
   * it cannot tell, this throws `HEAPHOUND_ERR_UNEXPLAINED`. `ignore` is as for `assertNoLeak`; in a diff it is
   * compared with names of classes.
   */
  toHaveNoLeaks(options?: {
    ignore?: string | RegExp | ((it: any) => boolean) | (string | RegExp | ((it: any) => boolean))[] | undefined;
  }): R;
  /** For a diff: the class has exactly `count` objects more than before. */
  toHaveGrownBy(expected: { className: string; count: number }): R;
}

/** Answer of a matcher. */
export interface MatcherResult {
  pass: boolean;
  message(): string;
  actual?: unknown;
  expected?: unknown;
}

/** For `expect.extend(matchers)`. */
export const matchers: {
  toHaveNoLeaks(received: unknown, options?: { ignore?: any }): MatcherResult;
  toHaveGrownBy(received: unknown, expected: { className: string; count: number }): MatcherResult;
};

export interface CheckpointOptions {
  /** Milliseconds of rest before each snapshot. Default: 40. */
  settleMs?: number | undefined;
}

/** One object of a heap. */
export interface HeapObject {
  id: number;
  name: string;
  className: string;
  /** V8's type. */
  type: 'object' | 'closure' | 'regexp';
  /** Bytes of the object itself. */
  size: number;
  /** Bytes that would be freed with it. */
  retainedSize: number;
  detached: boolean;
  /** Path of the file in which its class, or the function, stands. */
  file?: string;
  /** From 1. */
  line?: number;
}

export interface HeapObjects extends Iterable<HeapObject> {
  readonly count: number;
  /** Bytes of the objects themselves. */
  readonly size: number;
  readonly rows: HeapObject[];
}

/** A diff with its single objects. Strings, numbers, and objects that V8 makes for itself are not among them. */
export interface CheckpointDiff extends DiffDocument {
  /**
   * Objects that were made since the checkpoint and are still alive. Without a predicate: all, including a few of
   * Node.js and of the measurement.
   */
  objects(predicate?: (object: HeapObject) => unknown): HeapObjects;
  /** Objects that were there at the checkpoint and are still alive. */
  survived(predicate?: (object: HeapObject) => unknown): HeapObjects;
}

/** The heap of an earlier moment. Its memory is outside of V8's heap: close it, or leave it to the collector. */
export interface Checkpoint extends AsyncDisposable {
  /** The changes since then; may be called again. */
  diff(): Promise<CheckpointDiff>;
  close(): Promise<void>;
}

/**
 * Records the heap of this thread. Cost: a pause of some hundred milliseconds, and slower collections from then on,
 * since V8 keeps the ids.
 */
export function checkpoint(options?: CheckpointOptions): Promise<Checkpoint>;

/** Counts the objects of a class and its subclasses that are alive after a full collection. Takes no snapshot. */
export function countInstances(Class: abstract new (...args: any[]) => unknown): Promise<number>;

/** Objects that are alive, by the name of their class. */
export type RetainedCounts = Record<string, number>;

/** A class with more objects than are allowed. */
export interface RetainedClass {
  className: string;
  count: number;
  allowed: number | ((count: number) => unknown);
  /** From the root to one of the objects; empty when no reference in the snapshot keeps one. */
  path: PathStep[];
}

/** The error of `assertRetained`. */
export interface RetainedError extends Error {
  code: 'HEAPHOUND_ERR_LEAK';
  retained: RetainedClass[];
  /** Of all classes that were asked for. */
  counts: RetainedCounts;
}

/**
 * Counts the objects of classes after a collection, by name, in one snapshot of this thread: `{ Session: 0, Cache: (n)
 * => n <= 1 }`. A number is the most objects that may be alive. Objects of a subclass have the name of the subclass.
 * Rejects with a `RetainedError`, whose message has the path that keeps one of them alive, and with
 * `HEAPHOUND_ERR_OPTION` for a name that no class in the heap has.
 */
export function assertRetained(classes: Record<string, number | ((count: number) => unknown)>): Promise<RetainedCounts>;

export interface Retention {
  alive: boolean;
  /** From the root to the object; empty when nothing holds it. */
  path: PathStep[];
  /** The path as text, a step a line. */
  message: string;
}

/**
 * Finds the path that keeps this object alive. A variable of the function that waits for the answer keeps it alive,
 * too: give a `WeakRef`, and keep no other reference.
 */
export function whatRetains(object: object): Promise<Retention>;
