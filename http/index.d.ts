import type { IncomingMessage, ServerResponse } from 'node:http';
import type { MemoryWatcher, Service, ServiceLog, ServiceOptions, Store, StoreConfig, WatchOptions } from '..';

/**
 * A function of your own: only `true` admits a request. With three parameters it works by a callback: a call with an
 * argument refuses the request, a call without one admits it.
 */
export type AuthFunction =
  ((request: any, reply: any) => unknown) | ((request: any, reply: any, done: (error?: any) => void) => unknown);

export interface BearerAuth {
  /** Keys of the header `authorization: Bearer KEY`, 32 characters at least. */
  bearer: Array<string | undefined> | Set<string>;
  /** Least number of characters of a key, 16 or more. Default: 32. */
  minLength?: number | undefined;
}

export interface DeskOptions extends Pick<
  ServiceOptions,
  'analysis' | 'capture' | 'limits' | 'threads' | 'allowFreeze' | 'whenNoRoom' | 'drainMs' | 'closeTimeoutMs'
> {
  /** Who may call. Required. `'none'` needs `dangerouslyAllowUnauthenticated`. */
  auth: BearerAuth | AuthFunction | 'none';
  /**
   * With `auth: 'none'`: requests from this machine are served without keys, all others are refused. Default: false.
   */
  dangerouslyAllowUnauthenticated?: boolean | undefined;
  /**
   * Allow downloads of snapshots, and of frozen images that are encrypted. True: for every admitted caller. `{ auth }`:
   * for keys of their own. Default: false.
   */
  allowDownload?: boolean | { auth: BearerAuth | AuthFunction } | undefined;
  /** Accepted host names of a request, without port. Default: any. */
  hosts?: string[] | undefined;
  /**
   * The part of the path that a proxy removes, such as `/svc`: links begin with it. Default: the header
   * `x-forwarded-prefix`, else nothing.
   */
  publicPrefix?: string | undefined;
  /** An opened store, which you close yourself, or the options of `openStore`. Default: a private directory. */
  store?: Store | StoreConfig | undefined;
  /** Watch memory through this service: `docs/watcher.md`. Default: false. */
  watch?: boolean | Omit<WatchOptions, 'service' | 'store' | 'capture' | 'analyse' | 'log' | 'threads'> | undefined;
  log?: ServiceLog | undefined;
}

export interface HandlerOptions extends DeskOptions {
  /** Stands before `path`. Default: none. */
  prefix?: string | undefined;
  /** Default: `'/heap-snapshot'`. */
  path?: string | undefined;
}

export interface Handler {
  /** Answers every request; one that is not under the path of heaphound gets 404. */
  (req: IncomingMessage, res: ServerResponse): Promise<void>;
  /**
   * For a server with other routes: false when the request is not under the path of heaphound. It is then untouched.
   */
  handle(req: IncomingMessage, res: ServerResponse, framework?: { mounted?: string; body?: unknown }): Promise<boolean>;
  readonly service: Service;
  readonly watcher?: MemoryWatcher;
  /** False from the moment when a capture that holds the thread is due, until it has ended. */
  isReady(): boolean;
  /** Ends running operations, and closes the store and the watcher that were opened here. */
  close(): Promise<void>;
}

/**
 * The routes of `docs/service.md` for `http.createServer`, `https` and `http2`. Rejects with `HEAPHOUND_ERR_NO_AUTH`
 * without a usable option `auth`.
 */
export function createHandler(options: HandlerOptions): Promise<Handler>;
