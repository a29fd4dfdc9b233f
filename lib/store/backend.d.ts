// The interface of one kind of store. `Store` (store.js) checks arguments, publishes uploads, and stops waiting for a
// slow place, so a back end does none of that. A new kind is one file beside directory.js with a class that implements
// this interface, and a row in `opener` of store.js.

import type { Readable } from 'node:stream';
import type { About } from './about';
import type { StoredSnapshot, SweepResult, Take } from './types';

export interface Backend {
  readonly kind: 'directory' | 's3' | 'presigned' | 'custom';
  /** False when snapshots cannot be read back by this process. */
  readonly canRead: boolean;
  /**
   * Calls `take` once and keeps the whole snapshot or nothing: partial data is removed before this rejects. The record
   * is written last, since a snapshot without one counts as unfinished. When `signal` fires, it has five seconds.
   */
  capture(take: Take, about: About, signal: AbortSignal): Promise<StoredSnapshot>;
  /** Records, newest first. */
  list(options: { limit: number }): Promise<StoredSnapshot[]>;
  /** Rejects with `HEAPHOUND_ERR_NOT_STORED` when there is none with this id. */
  get(id: string): Promise<StoredSnapshot>;
  /** A path, or a stream that fails at its end when the bytes are not those that were stored. */
  source(id: string): Promise<string | Readable>;
  /** The stored bytes. Without this method `Store` reads `source`. */
  read?(id: string): Promise<Readable>;
  /** Deletes the snapshot with its record and its report. */
  delete(id: string): Promise<void>;
  /** `json` is the text to keep; it is encrypted where snapshots are. */
  putReport(id: string, json: string, signal: AbortSignal): Promise<void>;
  /** The document that `putReport` was given. */
  report(id: string): Promise<unknown>;
  /**
   * Returns the function that releases the lock; undefined when another process holds it. The lock ends by itself after
   * `ttlMs`.
   */
  lock(name: string, ttlMs: number): Promise<(() => Promise<void>) | undefined>;
  /** The snapshot is not deleted by a quota until the returned function is called. */
  hold(id: string): Promise<() => Promise<void>>;
  /** Removes leftovers, and lists captures that did not finish. */
  sweep(): Promise<SweepResult>;
  /** Closes connections. `Store` waits for it for a while only. */
  close(): Promise<void>;
}
