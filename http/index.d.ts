import type { IncomingMessage, ServerResponse } from 'node:http';
import type { MemoryWatcher, Service, ServiceLog, ServiceOptions, Store, StoreConfig, WatchOptions } from '..';

/**
 * A function of your own: only `true` lets somebody in. With three parameters it is a callback: what it is called back
 * with refuses, nothing lets in.
 */
export type AuthFunction =
  ((request: any, reply: any) => unknown) | ((request: any, reply: any, done: (error?: any) => void) => unknown);

export interface BearerAuth {
  /** Keys of the header `authorization: Bearer KEY`, 32 characters at least. */
  bearer: Array<string | undefined> | Set<string>;
  /** Characters of a key at least, from 16. Default: 32. */
  minLength?: number | undefined;
}

export interface DeskOptions extends Pick<
  ServiceOptions,
  'analysis' | 'capture' | 'limits' | 'threads' | 'drainMs' | 'closeTimeoutMs'
> {
  /** Who may. Without it nothing starts. `'none'` needs `dangerouslyAllowUnauthenticated`. */
  auth: BearerAuth | AuthFunction | 'none';
  /** With `auth: 'none'`: requests of this machine are served without keys, others are refused. Default: false. */
  dangerouslyAllowUnauthenticated?: boolean | undefined;
  /** Give snapshots out: to all who may capture, or to those with keys of their own. Default: false. */
  allowDownload?: boolean | { auth: BearerAuth | AuthFunction } | undefined;
  /** Names by which the service may be called, without port. Default: any. */
  hosts?: string[] | undefined;
  /**
   * What a proxy in front takes off the path, such as `/svc`: links begin with it. Default: what `x-forwarded-prefix`
   * says, else nothing.
   */
  publicPrefix?: string | undefined;
  /** An opened store, which stays yours, or what `openStore` takes. Default: a private directory. */
  store?: Store | StoreConfig | undefined;
  /** Watch memory through this service: `docs/watcher.md`. Default: false. */
  watch?: boolean | Omit<WatchOptions, 'service' | 'store' | 'capture' | 'analyse' | 'log' | 'threads'> | undefined;
  log?: ServiceLog | undefined;
}

export interface HandlerOptions extends DeskOptions {
  /** Before `path`. Default: none. */
  prefix?: string | undefined;
  /** Default: `'/heap-snapshot'`. */
  path?: string | undefined;
}

export interface Handler {
  /** Answers everything; what is not under the path of heaphound is 404. */
  (req: IncomingMessage, res: ServerResponse): Promise<void>;
  /**
   * For a server with more: false when the request is not under the path of heaphound, and nothing was done with it.
   */
  handle(req: IncomingMessage, res: ServerResponse, framework?: { mounted?: string; body?: unknown }): Promise<boolean>;
  readonly service: Service;
  readonly watcher?: MemoryWatcher;
  /** False from when a capture is due that holds the thread until it has ended. */
  isReady(): boolean;
  /** Ends what runs, and closes what was opened here. */
  close(): Promise<void>;
}

/**
 * The routes of `docs/service.md` for `http.createServer`, `https` and `http2`. Rejects with `HEAPHOUND_ERR_NO_AUTH`
 * when it is not said who may.
 */
export function createHandler(options: HandlerOptions): Promise<Handler>;
