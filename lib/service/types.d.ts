// The service as `index.d.ts` has it: options, operations, what can be asked.

import type { Readable } from 'node:stream';
import type {
  CaptureOptions,
  DiffDocument,
  DiffOptions,
  LeakDocument,
  LeakOptions,
  StoredSnapshot,
  Store,
} from '../..';

/** What a service is made of: `docs/service.md`. */
export interface ServiceOptions {
  /** An opened store; whoever opened it closes it, after the service. */
  store: Store;
  /**
   * Of all captures. `mode: 'auto'`, the default, forks wherever the system can, and then never falls back to a pause.
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
  analysis?: AnalysisLimits | undefined;
  limits?: ServiceLimits | undefined;
  /** Threads of an analysis, 1 to 256. Default: 1. */
  threads?: number | undefined;
  /** Milliseconds that `isReady()` is false before a capture that holds the thread. Default: 0. */
  drainMs?: number | undefined;
  /** Milliseconds that `close()` waits at most for what it has cancelled. Default: 5,000. */
  closeTimeoutMs?: number | undefined;
  log?: ServiceLog | undefined;
}

/** What an analysis may take: it runs in the process of the app. */
export interface AnalysisLimits {
  /**
   * Bytes. One that may take more is refused with `HEAPHOUND_ERR_NO_HEADROOM`. Default: three quarters of what the
   * control groups and the machine leave.
   */
  maxMemoryBytes?: number | undefined;
  /** Then it fails with `HEAPHOUND_ERR_TIMEOUT`. Default: ten minutes. */
  timeoutMs?: number | undefined;
  /** False: only `maxMemoryBytes` counts. Default: true. */
  checkHeadroom?: boolean | undefined;
}

export interface ServiceLimits {
  /**
   * Milliseconds between the end of a capture and the next. Default: ten minutes after one that held the thread, none
   * after one by fork.
   */
  cooldownMs?: number | undefined;
  /** Captures that may begin in any 24 hours of this process. Default: 48. */
  maxPerDay?: number | undefined;
  /** Operations that are remembered. Default: 100. */
  maxHistory?: number | undefined;
}

/** A logger as pino is one. It never gets headers, keys, or contents of a heap. */
export interface ServiceLog {
  info(facts: object, message: string): void;
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
}

export interface CaptureRequest {
  /** Who or what wants it: lower-case letters, digits, hyphens, up to 32. Default: `'manual'`. */
  trigger?: string | undefined;
  /** For people, up to 1,000 characters. */
  reason?: string | undefined;
  /** Up to 16, each up to 64 letters, digits, dots, underscores, hyphens. */
  tags?: string[] | undefined;
  /** Contents of strings do not reach the store. It cannot be switched off where the service has it on. */
  redact?: 'strings' | undefined;
  /** Passed on to the audit messages. */
  by?: unknown | undefined;
  /** The capture begins when it is resolved. Its place is taken at once. */
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

/** Something that takes time. `JSON.stringify` gives its document. */
export interface Operation<Result = unknown> {
  /** 32 hexadecimal digits. Of a capture it is the id of the snapshot too, of an analysis that of its report. */
  readonly id: string;
  readonly kind: OperationKind;
  readonly status: OperationStatus;
  readonly trigger: string;
  readonly reason: string;
  readonly tags: string[];
  /** ISO 8601, UTC; so are the others. */
  readonly createdAt: string;
  readonly startedAt?: string;
  readonly endedAt?: string;
  /** Of an analysis: ids, oldest first once it runs. */
  readonly snapshots?: string[];
  /** Of a capture that is done. */
  readonly snapshot?: StoredSnapshot;
  /** Why it failed, or was cancelled. */
  readonly error?: { code: string; message: string };
  /** Rejects when it fails; nobody has to look. */
  readonly done: Promise<Result>;
}

/** Captures into a store, within limits, and analyses of what is stored. */
export interface Service {
  readonly store: Store;
  /** How captures are made in this process. */
  readonly mode: 'fork' | 'inline';
  /** False from when a capture is due that holds the thread until it has ended. Captures by fork change nothing. */
  isReady(): boolean;
  /**
   * Throws when it may not begin, with nothing done: `HEAPHOUND_ERR_BUSY`, `HEAPHOUND_ERR_COOLDOWN`,
   * `HEAPHOUND_ERR_DAY_LIMIT`, `HEAPHOUND_ERR_NO_HEADROOM`, `HEAPHOUND_ERR_MAX_PAUSE`, `HEAPHOUND_ERR_SHUTDOWN`,
   * `HEAPHOUND_ERR_OPTION`.
   */
  capture(request?: CaptureRequest): Operation<StoredSnapshot>;
  /**
   * Of two stored snapshots, in any order, off the main thread. The document is stored as the report of the operation's
   * id.
   */
  diff(ids: string[], options?: ServiceDiffOptions): Operation<DiffDocument>;
  /**
   * Of two to ten stored snapshots, in any order, off the main thread. The document is stored as the report of the
   * operation's id.
   */
  leaks(ids: string[], options?: ServiceLeakOptions): Operation<LeakDocument>;
  /** The latest of this process, newest first. */
  operations(): Operation[];
  operation(id: string): Operation;
  /** Cancels it if it is not over yet. It ends within five seconds then, whatever the store does. */
  cancel(id: string): Operation;
  /** Newest first. */
  snapshots(options?: { limit?: number }): Promise<StoredSnapshot[]>;
  snapshot(id: string): Promise<StoredSnapshot>;
  /** The stored bytes. */
  read(id: string): Promise<Readable>;
  deleteSnapshot(id: string): Promise<void>;
  report(id: string): Promise<unknown>;
  /** Nothing begins from now on; what runs is cancelled. The store stays open. */
  close(): Promise<void>;
}
