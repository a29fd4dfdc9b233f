// The types of the service in `index.d.ts`: its options, operations and methods.

import type { Readable } from 'node:stream';
import type {
  CaptureOptions,
  DiffDocument,
  DiffOptions,
  LeakDocument,
  LeakOptions,
  StoredImage,
  StoredSnapshot,
  Store,
} from '../..';

/** The options of a service: `docs/service.md`. */
export interface ServiceOptions {
  /** An opened store. Its owner closes it, after the service. */
  store: Store;
  /**
   * Options of all captures. `mode: 'auto'`, the default, forks wherever the system can, and then never falls back to a
   * pause.
   */
  capture?:
    | Pick<
        CaptureOptions,
        | 'mode'
        | 'redact'
        | 'comparable'
        | 'checkHeadroom'
        | 'maxBytes'
        | 'maxMemoryBytes'
        | 'maxPauseMs'
        | 'timeoutMs'
        | 'exposeInternals'
        | 'exposeNumericValues'
      >
    | undefined;
  /**
   * Captures may ask for `mode: 'freeze'`. A frozen image is the whole memory of the process, with all secrets in it:
   * use a store with `encryptTo`. Not together with `capture.redact`. Default: false.
   */
  allowFreeze?: boolean | undefined;
  /**
   * `'freeze'`: where a capture would be refused with `HEAPHOUND_ERR_NO_HEADROOM`, an image is made instead, and
   * `operation.image` has its record. Not where a request asks for redaction. Needs `allowFreeze`.
   */
  whenNoRoom?: 'freeze' | undefined;
  analysis?: AnalysisLimits | undefined;
  limits?: ServiceLimits | undefined;
  /** Threads of an analysis, 1 to 256. Default: 1. */
  threads?: number | undefined;
  /** Milliseconds that `isReady()` is false before a capture that holds the thread. Default: 0. */
  drainMs?: number | undefined;
  /** Longest time that `close()` waits for the operations that it cancels, in milliseconds. Default: 5,000. */
  closeTimeoutMs?: number | undefined;
  log?: ServiceLog | undefined;
}

/** Limits of an analysis, which runs in the process of the app. */
export interface AnalysisLimits {
  /**
   * Bytes. An analysis that may need more is refused with `HEAPHOUND_ERR_NO_HEADROOM`. Default: three quarters of the
   * memory that the control groups and the machine leave.
   */
  maxMemoryBytes?: number | undefined;
  /** After this time it fails with `HEAPHOUND_ERR_TIMEOUT`. Default: ten minutes. */
  timeoutMs?: number | undefined;
  /** False: only `maxMemoryBytes` counts. Default: true. */
  checkHeadroom?: boolean | undefined;
}

export interface ServiceLimits {
  /**
   * Milliseconds between the end of a capture and the next one. Default: ten minutes after a capture that held the
   * thread, none after a forked one.
   */
  cooldownMs?: number | undefined;
  /** Captures that may begin in any 24 hours of this process. Default: 48. */
  maxPerDay?: number | undefined;
  /** Operations that are remembered. Default: 100. */
  maxHistory?: number | undefined;
}

/** A logger with pino's methods. It never gets headers, keys, or contents of a heap. */
export interface ServiceLog {
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
}

export interface CaptureRequest {
  /** Name of the person or program that asks: lower-case letters, digits, hyphens, up to 32. Default: `'manual'`. */
  trigger?: string | undefined;
  /** For people, up to 1,000 characters. */
  reason?: string | undefined;
  /** Up to 16, each up to 64 letters, digits, dots, underscores, hyphens. */
  tags?: string[] | undefined;
  /** Contents of strings do not reach the store. A request cannot switch it off when the service has it on. */
  redact?: 'strings' | undefined;
  /**
   * A frozen image instead of a snapshot, where the service has `allowFreeze`: `HEAPHOUND_ERR_FREEZE_FORBIDDEN` else.
   * Not together with `redact`.
   */
  mode?: 'freeze' | undefined;
  /** Passed on to the audit messages. */
  by?: unknown | undefined;
  /** The capture begins when this promise is resolved. It counts as running at once. */
  after?: Promise<unknown> | undefined;
}

export interface ServiceDiffOptions extends Pick<DiffOptions, 'compareBy' | 'limit'> {
  by?: unknown | undefined;
}

export interface ServiceLeakOptions extends Pick<LeakOptions, 'compareBy' | 'limit' | 'operations'> {
  by?: unknown | undefined;
}

export type OperationKind = 'capture' | 'diff' | 'leaks';
export type OperationStatus = 'pending' | 'running' | 'done' | 'failed' | 'cancelled';

/** A capture or an analysis. `JSON.stringify` gives its document. */
export interface Operation<Result = unknown> {
  /** 32 hexadecimal digits. The snapshot of a capture has the same id, and so has the report of an analysis. */
  readonly id: string;
  readonly kind: OperationKind;
  readonly status: OperationStatus;
  readonly trigger: string;
  readonly reason: string;
  readonly tags: string[];
  /** ISO 8601, UTC, like the other times. */
  readonly createdAt: string;
  readonly startedAt?: string;
  readonly endedAt?: string;
  /** For an analysis: ids of the snapshots, oldest first once it runs. */
  readonly snapshots?: string[];
  /** For a capture that is done. */
  readonly snapshot?: StoredSnapshot;
  /** The same for a capture that made a frozen image. */
  readonly image?: StoredImage;
  /** Why it failed, or was cancelled. */
  readonly error?: { code: string; message: string };
  /** Rejects when it fails. No handler is needed: an unhandled rejection does not end the process. */
  readonly done: Promise<Result>;
}

/** Captures into a store, within limits, and analyses of stored snapshots. */
export interface Service {
  readonly store: Store;
  /** The mode of captures in this process. */
  readonly mode: 'fork' | 'inline';
  /** False from the moment when a capture that holds the thread is due, until it has ended. Forks do not change it. */
  isReady(): boolean;
  /** The option `allowFreeze`. */
  readonly allowsFreeze: boolean;
  /** A frozen image: throws `HEAPHOUND_ERR_FREEZE_FORBIDDEN` without `allowFreeze`, and as below but for memory. */
  capture(request: CaptureRequest & { mode: 'freeze' }): Operation<StoredImage>;
  /**
   * Throws before any work when the capture may not begin: `HEAPHOUND_ERR_BUSY`, `HEAPHOUND_ERR_COOLDOWN`,
   * `HEAPHOUND_ERR_DAY_LIMIT`, `HEAPHOUND_ERR_NO_HEADROOM`, `HEAPHOUND_ERR_MAX_PAUSE`, `HEAPHOUND_ERR_SHUTDOWN`,
   * `HEAPHOUND_ERR_OPTION`.
   */
  capture(request?: CaptureRequest): Operation<StoredSnapshot>;
  /**
   * Compares two stored snapshots, in any order, off the main thread. The document is stored as the report of the
   * operation's id.
   */
  diff(ids: string[], options?: ServiceDiffOptions): Operation<DiffDocument>;
  /**
   * Finds leaks in two to ten stored snapshots, in any order, off the main thread. The document is stored as the report
   * of the operation's id.
   */
  leaks(ids: string[], options?: ServiceLeakOptions): Operation<LeakDocument>;
  /** The latest operations of this process, newest first. */
  operations(): Operation[];
  operation(id: string): Operation;
  /**
   * Cancels an operation that is not over yet. It then ends within five seconds, even when the store does not answer.
   */
  cancel(id: string): Operation;
  /** Newest first. */
  snapshots(options?: { limit?: number }): Promise<StoredSnapshot[]>;
  /** Frozen images, newest first. */
  images(options?: { limit?: number }): Promise<StoredImage[]>;
  /** Rejects with `HEAPHOUND_ERR_IS_IMAGE` for an image. */
  snapshot(id: string): Promise<StoredSnapshot>;
  image(id: string): Promise<StoredImage>;
  /** The stored bytes, of an image too. */
  read(id: string): Promise<Readable>;
  /** Of an image too. */
  deleteSnapshot(id: string): Promise<void>;
  report(id: string): Promise<unknown>;
  /**
   * The verdict of a search for leaks as a page of HTML, and the policy that it is to be served with: it runs its own
   * script, and asks nobody for anything. `HEAPHOUND_ERR_REPORT` for another analysis.
   */
  reportPage(id: string): Promise<{ html: string; policy: string }>;
  /** Accepts no new operation, and cancels the running ones. The store stays open. */
  close(): Promise<void>;
}
