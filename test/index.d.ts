import type { DiffDocument, IgnorePattern, Leak, PathStep } from '..';

export type { IgnorePattern } from '..';

export interface NoLeakOptions {
  /**
   * Runs of the scenario between two snapshots; the next prime number is taken, 3 at least, since growth by a multiple
   * of it can only be the scenario's. More find what leaks little or seldom. Default: 11; 23 with two snapshots.
   */
  iterations?: number | undefined;
  /** Rounds of `iterations` runs before the first snapshot, in which caches fill and modules load. Default: 2. */
  warmup?: number | undefined;
  /** 2 to 10. Two cannot tell a leak from a cache that is filling up. Default: 3. */
  snapshots?: number | undefined;
  /** Milliseconds of rest after each round, in which connections close and timers end. Default: 40. */
  settleMs?: number | undefined;
  /** Leaks that are known: as of `findLeaks`. The message tells the fingerprint. */
  ignore?: IgnorePattern | IgnorePattern[] | undefined;
  /**
   * Bytes that each run may leave behind, without V8's code and tables; measured in the interval that grew least.
   * Default: any number, as long as no leak is found.
   */
  maxBytesPerIteration?: number | undefined;
  /**
   * Objects of a class, by its name, that there may be more in the last snapshot than in the first: `{ Session: 0 }`.
   */
  maxGrowth?: Record<string, number> | undefined;
  /**
   * Where a scenario runs that is given as a module: false, in a quiet child process; true, in this one. A function
   * runs in this process always, since it cannot leave it. Default: false for a module, true for a function.
   */
  inProcess?: boolean | undefined;
  /** Name of the function that the module exports. Default: `'default'`. */
  export?: string | undefined;
  /** Further flags of Node.js for the child process, as for a loader of TypeScript. */
  execArgv?: string[] | undefined;
  /** Name of the folder of a failure's snapshots. Default: that of the function or module. */
  name?: string | undefined;
  /** Directory for them. Default: `.heaphound` in the working directory, which gets a `.gitignore`. */
  dir?: string | undefined;
}

/** A class that grew more than `maxGrowth` allows. */
export interface GrownClass {
  className: string;
  /** Objects more in the last snapshot than in the first. */
  countDelta: number;
  /** What is allowed. */
  most: number;
}

/** How a measurement went. */
export interface NoLeakReport {
  /** Those for which the test fails, most important first. */
  leaks: Leak[];
  /** Leaks that `ignore` left out. */
  ignored: number;
  grown: GrownClass[];
  /** What was used, after defaults. */
  iterations: number;
  warmup: number;
  snapshots: number;
  settleMs: number;
  /** Only with `maxBytesPerIteration`. */
  bytesPerIteration?: number;
  /** Where the scenario ran. */
  process: 'this' | 'child';
  durationMs: number;
}

/** What `assertNoLeak` rejects with when something leaks. */
export interface LeakError extends Error {
  /**
   * `'HEAPHOUND_ERR_UNEXPLAINED'`: no leak was found, but so much of the growth has no explanation that nobody can
   * tell.
   */
  code: 'HEAPHOUND_ERR_LEAK' | 'HEAPHOUND_ERR_UNEXPLAINED';
  report: NoLeakReport;
  /** Paths of the snapshots that were kept, oldest first. */
  snapshots: string[];
}

/**
 * Runs the scenario again and again and fails when something piles up: rejects with a `LeakError` whose message names
 * what leaks, what holds it, and where that is. An error of the scenario itself comes out as it is.
 *
 * Cost: `(warmup + snapshots - 1) * iterations` runs, each of them slower than usual, since V8 is kept from optimising;
 * and for each snapshot a pause of some hundred milliseconds. Calls of one thread wait for one another.
 *
 * @param scenario A function, which runs in this process; or the `file:` URL or absolute path of a module that exports
 *   one, which runs in a child.
 */
export function assertNoLeak(
  scenario: ((iteration: number) => unknown) | URL | string,
  options?: NoLeakOptions,
): Promise<NoLeakReport>;

/**
 * What `expect` can do once it was extended: `heaphound/test/vitest` and `heaphound/test/jest` do it, and bring these
 * types.
 */
export interface HeapMatchers<R> {
  /**
   * Of a diff (`diffSnapshots`, `checkpoint().diff()`): no class of the program or of its packages gained objects;
   * plain objects and strings are of none. Of what `findLeaks` gives: it found none. `ignore` as for `assertNoLeak`; in
   * a diff it is compared with names of classes.
   */
  toHaveNoLeaks(options?: {
    ignore?: string | RegExp | ((it: any) => boolean) | (string | RegExp | ((it: any) => boolean))[] | undefined;
  }): R;
  /** Of a diff: the class has `count` objects more than before, neither less nor more. */
  toHaveGrownBy(expected: { className: string; count: number }): R;
}

/** What a matcher answers. */
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
  /** Bytes that would go away with it. */
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

/** A diff of which single objects can be asked. Strings, numbers, and what V8 makes for itself are none. */
export interface CheckpointDiff extends DiffDocument {
  /**
   * Made since the checkpoint and still alive. Without a predicate: all, a few of Node.js's own and of the measurement
   * among them.
   */
  objects(predicate?: (object: HeapObject) => unknown): HeapObjects;
  /** There at the checkpoint and still alive. */
  survived(predicate?: (object: HeapObject) => unknown): HeapObjects;
}

/** A heap as it was. Its memory is outside of V8's heap: close it, or leave it to the collector. */
export interface Checkpoint extends AsyncDisposable {
  /** What changed until now; may be asked again. */
  diff(): Promise<CheckpointDiff>;
  close(): Promise<void>;
}

/**
 * Remembers the heap of this thread. Cost: a pause of some hundred milliseconds, and slower collections from then on,
 * since ids are kept.
 */
export function checkpoint(options?: CheckpointOptions): Promise<Checkpoint>;

/** Objects of a class that are alive after a full collection, those of its subclasses included. Takes no snapshot. */
export function countInstances(Class: abstract new (...args: any[]) => unknown): Promise<number>;

export interface Retention {
  alive: boolean;
  /** From the root to the object; empty when nothing holds it. */
  path: PathStep[];
  /** The path as text, a step a line. */
  message: string;
}

/**
 * What keeps this object alive. A variable of the function that waits for the answer does, too: give a `WeakRef` and
 * keep no other reference.
 */
export function whatRetains(object: object): Promise<Retention>;
