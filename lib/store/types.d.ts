/// <reference types="node" />

import type { Readable, Writable } from 'node:stream';
import type { CaptureResult } from '../..';

/** Where the snapshot has to go: options of `captureSnapshot`, to be spread into the call's own. */
export type CaptureTarget = { compression: 'zstd' } & (
  { path: string; stream?: undefined } | { path?: undefined; stream: Writable }
);

/** Takes a snapshot into the target: `(target) => captureSnapshot({ ...options, ...target })`. */
export type Take = (target: CaptureTarget) => Promise<Omit<CaptureResult, 'path'>>;

/** What the caller knows of a snapshot. It names nothing: no part of it gets into a path or a key. */
export interface SnapshotMeta {
  /** 32 hexadecimal digits that were not used before. Default: random ones. */
  id?: string;
  /** Who asked for it: lower-case letters, digits and hyphens, up to 32. Default: `'manual'`. */
  trigger?: string;
  /** For people, up to 1,000 characters. */
  reason?: string;
  /** Up to 16, each of 1 to 64 letters, digits, dots, underscores and hyphens. */
  tags?: string[];
}

/** A snapshot that a store has, with everything that is known of it. The document of its sidecar. */
export interface StoredSnapshot extends Omit<CaptureResult, 'path' | 'storedBytes' | 'sha256'> {
  /** Of this shape. It grows only when the meaning of a member changes. */
  version: 1;
  id: string;
  trigger: string;
  reason: string;
  tags: string[];
  /** A path, `s3://bucket/key`, or what the store says. Never with a secret in it. */
  location: string;
  /** When it is a file of this machine. */
  path?: string;
  /** The same as `path`. */
  filePath?: string;
  /** Bytes as they are stored. */
  storedBytes: number;
  /** Of the stored bytes, in hexadecimal. */
  sha256: string;
  /** Name of the machine. */
  host: string;
  /** There when the stored bytes are encrypted. */
  encrypted?: 'age';
}

export interface SweepResult {
  /** What nobody can need any more: paths or keys. */
  removed: string[];
  /** What is there but was never finished: snapshots without a sidecar, which stay, and uploads. */
  unfinished: string[];
}

/** Encryption is for every kind of store. */
export interface StoreEncryption {
  /**
   * Public keys of age (`age1…`). Snapshots and reports are encrypted to all of them before they leave the process;
   * what is known of a snapshot (the sidecar) is not. Needs the package `age-encryption`.
   */
  encryptTo?: string | string[];
}

/** A private directory of this machine. */
export interface DirectoryStoreConfig extends StoreEncryption {
  /**
   * Made when it is missing. It must be no symbolic link, belong to this user, and nobody else may write into it.
   * Default: `heaphound-<user id>` under `os.tmpdir()`.
   */
  dir?: string;
  /** Most snapshots; the oldest go first. Default: 10. */
  maxFiles?: number;
  /** Most bytes of all snapshots with what belongs to them; the oldest go first. Default: 5 GB. */
  maxTotalBytes?: number;
}

/** A bucket, by the AWS SDK: `@aws-sdk/client-s3` and `@aws-sdk/lib-storage` have to be installed. */
export interface S3StoreConfig extends StoreEncryption {
  s3: S3Options;
}

export interface S3Options {
  bucket: string;
  /** Keys begin with `PREFIX/SERVICE/`. Default: `'heaphound'`. */
  prefix?: string | undefined;
  /** Default: `'node'`. Processes with the same one share what they store, and their locks. */
  service?: string | undefined;
  /** Default: as the SDK finds it; with an `endpoint` `us-east-1`. */
  region?: string | undefined;
  /** URL of another server than Amazon's. */
  endpoint?: string | undefined;
  /** The bucket in the path and not in the host name: what most other servers want. */
  forcePathStyle?: boolean | undefined;
  serverSideEncryption?: 'AES256' | 'aws:kms' | 'aws:kms:dsse' | undefined;
  kmsKeyId?: string | undefined;
  storageClass?: string | undefined;
  /**
   * Bytes of a part, at least 5 MiB; a snapshot has at most 10,000 parts. Memory is this times `queueSize`. Default: 8
   * MiB.
   */
  partSizeBytes?: number | undefined;
  /** Parts that are under way at a time. Default: 3. */
  queueSize?: number | undefined;
  /** Of each request. Default: the SDK's, 3. */
  maxAttempts?: number | undefined;
  /** `'WHEN_REQUIRED'`: for servers that do not know the SDK's checksums. Default: `'WHEN_SUPPORTED'`. */
  checksums?: 'WHEN_SUPPORTED' | 'WHEN_REQUIRED' | undefined;
  /** False: for servers that refuse `If-None-Match`. Locks are not safe then. Default: true. */
  conditionalWrites?: boolean | undefined;
  /** An `S3Client` of yours, which is not closed. Default: one of our own, with the credentials that the SDK finds. */
  client?: { send(command: any): Promise<any> } | undefined;
}

/** URLs that somebody signed for PUT. They are secrets: no error, record or log has more of them than host and path. */
export interface PresignedStoreConfig extends StoreEncryption {
  presigned: PresignedOptions;
}

export interface PresignedOptions {
  /** For one snapshot, without a sidecar. Not together with `urls`. */
  url?: string | URL | undefined;
  /** Asked for each object. Nothing, for a sidecar or a report: it is not wanted. */
  urls?: ((object: PresignedObject) => PresignedTarget | undefined | Promise<PresignedTarget | undefined>) | undefined;
  /** Sent with each: what the signature covers, or `x-ms-blob-type: BlockBlob` for Azure. */
  headers?: Record<string, string> | undefined;
  /** Part of the `key` that is proposed. Default: `'node'`. */
  service?: string | undefined;
  /**
   * The length has to be known first: hold the snapshot in memory, at most so many bytes. Default: in a private file
   * under `os.tmpdir()`, which is removed.
   */
  memoryBytes?: number | undefined;
  /** For each object, in milliseconds. Default: 15 minutes. */
  timeoutMs?: number | undefined;
}

export type PresignedTarget = string | URL | { url: string | URL; headers?: Record<string, string> };

/** What a URL is asked for. */
export interface PresignedObject {
  object: 'snapshot' | 'sidecar' | 'report';
  id: string;
  /** A name for it, from the same template as in a bucket. */
  key: string;
  contentType: string;
  /** Bytes. */
  contentLength: number;
  /** Of a snapshot, in hexadecimal. */
  sha256?: string;
}

/** A place of the user's own. */
export interface CustomStoreConfig extends StoreEncryption {
  /**
   * Reads the stream to its end. Called for a snapshot and then for its sidecar, and for a report. When the signal
   * fires it has five seconds to clear away.
   */
  put(stream: Readable, meta: CustomObject, options: { signal: AbortSignal }): Promise<{ location?: string } | void>;
  /** Without it, what was stored cannot be read back. */
  source?(snapshot: StoredSnapshot): Promise<string | Readable>;
  delete?(snapshot: StoredSnapshot): Promise<void>;
}

/** What is put. */
export interface CustomObject extends Partial<SnapshotMeta> {
  object: 'snapshot' | 'sidecar' | 'report';
  id: string;
  /** A name for it, from the same template as in a bucket. */
  key: string;
  contentType: string;
}

export type StoreConfig = string | DirectoryStoreConfig | S3StoreConfig | PresignedStoreConfig | CustomStoreConfig;

/** Where snapshots and reports are kept. All calls but `close` reject with `HEAPHOUND_ERR_CLOSED` after it. */
export interface Store extends AsyncDisposable {
  readonly kind: 'directory' | 's3' | 'presigned' | 'custom';
  /** False when snapshots cannot be read back by this process: the store only takes, or they are encrypted. */
  readonly canRead: boolean;
  /** What was found when the store was opened. */
  readonly swept: SweepResult;
  /**
   * Calls `take` once, and keeps what it takes: all of it, or nothing. A `signal` that fires ends the upload;
   * everything that was begun is cleared away before the call rejects. The channel `heaphound:upload` of
   * `node:diagnostics_channel` gets `{ store, id, bytes, durationMs, result: 'stored' | 'failed', code? }`.
   */
  capture(take: Take, meta?: SnapshotMeta, options?: { signal?: AbortSignal }): Promise<StoredSnapshot>;
  /** Newest first, at most `limit` (default 100). */
  list(options?: { limit?: number }): Promise<StoredSnapshot[]>;
  get(id: string): Promise<StoredSnapshot>;
  /**
   * For `openSnapshot`, `findLeaks` and `diffSnapshots`. A stream is compared with `sha256` and fails at its end when
   * it differs.
   */
  source(id: string): Promise<string | Readable>;
  /**
   * The stored bytes as a stream. A file is opened without following a link and is a regular file of this user, or
   * `HEAPHOUND_ERR_STORE_DIRECTORY`.
   */
  read(id: string): Promise<Readable>;
  /** With its report. */
  delete(id: string): Promise<void>;
  /** Keeps a JSON value under the id of a snapshot, or under one of its own. */
  putReport(id: string, document: unknown): Promise<void>;
  report(id: string): Promise<any>;
  /**
   * For one of all processes that use the store, until it is released or `ttlMs` milliseconds are over. Undefined:
   * somebody else has it.
   */
  lock(name: string, ttlMs: number): Promise<(() => Promise<void>) | undefined>;
  /** The snapshot is not pruned until it is released. */
  hold(id: string): Promise<() => Promise<void>>;
  sweep(): Promise<SweepResult>;
  /** Ends what is under way, and waits until it has cleared away: five seconds at the most, then it is given up. */
  close(): Promise<void>;
}
