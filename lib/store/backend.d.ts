// The interface of one kind of store. `Store` (store.js) checks arguments, publishes uploads, and stops waiting for a
// slow place, so a back end does none of that. A new kind is one file beside directory.js with a class that implements
// this interface, and a row in `opener` of store.js.

import type { Readable } from 'node:stream';
import type { About } from './about';
import type { Stored } from './image';
import type { SweepResult, Take, TakeImage } from './types';

export interface Backend {
  readonly kind: 'directory' | 's3' | 'presigned' | 'custom';
  /** False when snapshots cannot be read back by this process. */
  readonly canRead: boolean;
  /**
   * Calls `take` once, as `howToTake` of image.js says, and keeps the whole snapshot or image, or nothing: partial data
   * is removed before this rejects. The record is written last, since a snapshot without one counts as unfinished. When
   * `signal` fires, it has five seconds.
   */
  capture(take: Take | TakeImage, about: About, signal: AbortSignal): Promise<Stored>;
  /** Records of this kind, newest first. */
  list(options: { limit: number; kind: 'snapshot' | 'image' }): Promise<Stored[]>;
  /** Rejects with `HEAPHOUND_ERR_NOT_STORED` when there is none with this id. */
  get(id: string): Promise<Stored>;
  /**
   * A path, or a stream that fails at its end when the bytes are not those that were stored. Rejects for an image.
   */
  source(id: string): Promise<string | Readable>;
  /** The stored bytes, of an image too. Without this method `Store` reads `source`. */
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
