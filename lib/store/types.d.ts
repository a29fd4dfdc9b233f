/// <reference types="node" />

import type { Readable, Writable } from 'node:stream';
import type { CaptureResult, FreezeResult } from '../..';

/** The destination of a snapshot: options of `captureSnapshot`, to be merged into the call's own. */
export type CaptureTarget = { compression: 'zstd' } & (
  { path: string; stream?: undefined } | { path?: undefined; stream: Writable }
);

/** Takes a snapshot into the target: `(target) => captureSnapshot({ ...options, ...target })`. */
export type Take = (target: CaptureTarget) => Promise<Omit<CaptureResult, 'path'>>;

/** The destination of a frozen image: options of `captureSnapshot`, to be merged into the call's own. */
export type ImageTarget = {
  /** Of a store that encrypts: the image has to be encrypted to these before it leaves the process. */
  encryptTo?: string[];
} & ({ path: string; stream?: undefined } | { path?: undefined; stream: Writable });

/** Freezes the process into the target: `(target) => captureSnapshot({ mode: 'freeze', ...target })`. */
export type TakeImage = (target: ImageTarget) => Promise<Omit<FreezeResult, 'path'>>;

/** Facts from the caller about a snapshot. No part of them becomes part of a path or a key. */
export interface SnapshotMeta {
  /** 32 hexadecimal digits that were not used before. Default: random ones. */
  id?: string;
  /** Name of the person or program that asks: lower-case letters, digits and hyphens, up to 32. Default: `'manual'`. */
  trigger?: string;
  /** For people, up to 1,000 characters. */
  reason?: string;
  /** Up to 16, each of 1 to 64 letters, digits, dots, underscores and hyphens. */
  tags?: string[];
}

/** Facts from the caller about a frozen image. */
export interface ImageMeta extends SnapshotMeta {
  kind: 'image';
}

/** A stored snapshot with all its facts: the document of its sidecar. */
export interface StoredSnapshot extends Omit<CaptureResult, 'path' | 'storedBytes' | 'sha256'>, StoredFacts {
  kind?: undefined;
}

/** A stored image: the whole memory of the process. `heaphound thaw` makes its snapshot. */
export interface StoredImage extends Omit<FreezeResult, 'path' | 'storedBytes' | 'sha256'>, StoredFacts {
  kind: 'image';
}

/** What a store knows of both. */
export interface StoredFacts {
  /** Version of this shape. It changes only when the meaning of a member changes. */
  version: 1;
  id: string;
  trigger: string;
  reason: string;
  tags: string[];
  /** A path, `s3://bucket/key`, or the location from a custom store. It never contains a secret. */
  location: string;
  /** Only for a file of this machine. */
  path?: string;
  /** The same as `path`. */
  filePath?: string;
  /** Bytes as they are stored. */
  storedBytes: number;
  /** Of the stored bytes, in hexadecimal. */
  sha256: string;
  /** Name of the machine. */
  host: string;
  /** Present when the stored bytes are encrypted. */
  encrypted?: 'age';
}

export interface SweepResult {
  /** Paths or keys of leftovers that were deleted. */
  removed: string[];
  /** Captures that did not finish: snapshots without a sidecar, which stay, and uploads. */
  unfinished: string[];
}

/** Encryption, for every kind of store. */
export interface StoreEncryption {
  /**
   * Public keys of age (`age1…`). Snapshots, images and reports are encrypted to all of them before they leave the
   * process. The sidecar is not encrypted. Needs the package `age-encryption`.
   */
  encryptTo?: string | string[];
}

/** A private directory of this machine. */
export interface DirectoryStoreConfig extends StoreEncryption {
  /**
   * Made when it is missing. It must belong to this user, must not be a symbolic link, and no other user may write into
   * it. Default: `heaphound-<user id>` under `os.tmpdir()`.
   */
  dir?: string;
  /** Most snapshots and images; the oldest are deleted first. Default: 10. */
  maxFiles?: number;
  /** Most bytes of both with their sidecars and reports; the oldest are deleted first. Default: 5 GB. */
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
  /** Default: `'node'`. Processes with the same service share their snapshots and locks. */
  service?: string | undefined;
  /** Default: as the SDK finds it; with an `endpoint` `us-east-1`. */
  region?: string | undefined;
  /** URL of another server than Amazon's. */
  endpoint?: string | undefined;
  /** The bucket is in the path and not in the host name, as most other servers need it. */
  forcePathStyle?: boolean | undefined;
  serverSideEncryption?: 'AES256' | 'aws:kms' | 'aws:kms:dsse' | undefined;
  kmsKeyId?: string | undefined;
  storageClass?: string | undefined;
  /**
   * Bytes of a part, at least 5 MiB; a snapshot has at most 10,000 parts. An upload takes this times `queueSize` of
   * memory. Default: 8 MiB.
   */
  partSizeBytes?: number | undefined;
  /** Parts that are under way at a time. Default: 3. */
  queueSize?: number | undefined;
  /** Attempts for each request. Default: the SDK's, 3. */
  maxAttempts?: number | undefined;
  /** `'WHEN_REQUIRED'`: for servers that do not know the SDK's checksums. Default: `'WHEN_SUPPORTED'`. */
  checksums?: 'WHEN_SUPPORTED' | 'WHEN_REQUIRED' | undefined;
  /** False: for servers that refuse `If-None-Match`. Locks are not safe then. Default: true. */
  conditionalWrites?: boolean | undefined;
  /** An `S3Client` of yours, which is not closed. Default: a new one, with the credentials that the SDK finds. */
  client?: { send(command: any): Promise<any> } | undefined;
}

/** Signed URLs for PUT. They are secrets: errors, records and logs show only their host and path. */
export interface PresignedStoreConfig extends StoreEncryption {
  presigned: PresignedOptions;
}

export interface PresignedOptions {
  /** For one snapshot, without a sidecar. Not together with `urls`. */
  url?: string | URL | undefined;
  /** Called for each object. When it returns nothing for a sidecar or a report, that object is not stored. */
  urls?: ((object: PresignedObject) => PresignedTarget | undefined | Promise<PresignedTarget | undefined>) | undefined;
  /** Headers of each request: those that the signature covers, or `x-ms-blob-type: BlockBlob` for Azure. */
  headers?: Record<string, string> | undefined;
  /** Part of the `key` that is proposed. Default: `'node'`. */
  service?: string | undefined;
  /**
   * PUT needs the length first: hold the snapshot in memory, up to this number of bytes. Default: in a private
   * temporary file under `os.tmpdir()`.
   */
  memoryBytes?: number | undefined;
  /** Time limit for each object, in milliseconds. Default: 15 minutes. */
  timeoutMs?: number | undefined;
}

export type PresignedTarget = string | URL | { url: string | URL; headers?: Record<string, string> };

/** The object that needs a URL. */
export interface PresignedObject {
  object: 'snapshot' | 'sidecar' | 'report';
  id: string;
  /** A name for it, from the same template as in a bucket. */
  key: string;
  /** Of an image. */
  kind?: 'image';
  contentType: string;
  /** Bytes. */
  contentLength: number;
  /** Of a snapshot, in hexadecimal. */
  sha256?: string;
}

/** A place of the user's own. */
export interface CustomStoreConfig extends StoreEncryption {
  /**
   * Stores the stream, and reads it to its end. It is called for a snapshot, then for its sidecar, and for a report.
   * When the signal fires, it has five seconds to clean up.
   */
  put(stream: Readable, meta: CustomObject, options: { signal: AbortSignal }): Promise<{ location?: string } | void>;
  /** Without it, snapshots and images cannot be read back. */
  source?(snapshot: StoredSnapshot): Promise<string | Readable>;
  delete?(snapshot: StoredSnapshot): Promise<void>;
}

/** The object that `put` stores. */
export interface CustomObject extends Partial<SnapshotMeta> {
  /** Of an image and its sidecar. */
  kind?: 'image';
  object: 'snapshot' | 'sidecar' | 'report';
  id: string;
  /** A name for it, from the same template as in a bucket. */
  key: string;
  contentType: string;
}

export type StoreConfig = string | DirectoryStoreConfig | S3StoreConfig | PresignedStoreConfig | CustomStoreConfig;

/** A place for snapshots and reports. After `close`, all other calls reject with `HEAPHOUND_ERR_CLOSED`. */
export interface Store extends AsyncDisposable {
  readonly kind: 'directory' | 's3' | 'presigned' | 'custom';
  /** False when this process cannot read snapshots back: the store is write-only, or they are encrypted. */
  readonly canRead: boolean;
  /** Leftovers that were found when the store was opened. */
  readonly swept: SweepResult;
  /**
   * Calls `take` once, and keeps the whole snapshot or nothing. A `signal` that fires ends the upload; its parts are
   * removed before the call rejects. The channel `heaphound:upload` of `node:diagnostics_channel` gets `{ store, id,
   * bytes, durationMs, result: 'stored' | 'failed', code? }`.
   */
  capture(take: Take, meta?: SnapshotMeta, options?: { signal?: AbortSignal }): Promise<StoredSnapshot>;
  /** The same for a frozen image. A store with `encryptTo` keeps it only when it was encrypted to the target's keys. */
  capture(take: TakeImage, meta: ImageMeta, options?: { signal?: AbortSignal }): Promise<StoredImage>;
  /** Snapshots, newest first, at most `limit` (default 100). */
  list(options?: { limit?: number; kind?: 'snapshot' }): Promise<StoredSnapshot[]>;
  /** Images, the same way. */
  list(options: { limit?: number; kind: 'image' }): Promise<StoredImage[]>;
  /** Rejects with `HEAPHOUND_ERR_IS_IMAGE` for an image. */
  get(id: string, options?: { kind?: 'snapshot' }): Promise<StoredSnapshot>;
  get(id: string, options: { kind: 'image' }): Promise<StoredImage>;
  /**
   * For `openSnapshot`, `findLeaks` and `diffSnapshots`. A stream fails at its end when its bytes do not have the
   * stored `sha256`. Rejects with `HEAPHOUND_ERR_IS_IMAGE` for an image.
   */
  source(id: string): Promise<string | Readable>;
  /**
   * The stored bytes as a stream, of an image too. A file is opened without following a link. It must be a
   * regular file of this user; otherwise the call rejects with `HEAPHOUND_ERR_STORE_DIRECTORY`.
   */
  read(id: string): Promise<Readable>;
  /** Deletes the snapshot or the image, and its report. */
  delete(id: string): Promise<void>;
  /** Keeps a JSON value under the id of a snapshot, or under one of its own. */
  putReport(id: string, document: unknown): Promise<void>;
  report(id: string): Promise<any>;
  /**
   * One of all processes of the store holds the lock, until it releases it or `ttlMs` milliseconds are over. Undefined:
   * another process holds it.
   */
  lock(name: string, ttlMs: number): Promise<(() => Promise<void>) | undefined>;
  /** The snapshot is not deleted by a quota until the returned function is called. */
  hold(id: string): Promise<() => Promise<void>>;
  sweep(): Promise<SweepResult>;
  /** Ends running calls, and waits until they have cleaned up, for five seconds at most. */
  close(): Promise<void>;
}
