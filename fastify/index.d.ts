import type { FastifyPluginAsync, RouteShorthandOptions } from 'fastify';
import type { AddressInfo } from 'node:net';
import type { MemoryWatcher, Service } from '..';
import type { DeskOptions } from '../http';

declare module 'fastify' {
  interface FastifyInstance {
    heaphound: heaphound.Heaphound;
  }
}

declare namespace heaphound {
  export interface HeaphoundOptions extends Omit<DeskOptions, 'auth' | 'log'> {
    /** Who may call. Required, except with `routes: false`. */
    auth?: DeskOptions['auth'];
    /** Stands before the path of the routes. Default: none. */
    prefix?: string;
    /** Default: `'/heap-snapshot'`. */
    path?: string;
    /** False: only the decorator `app.heaphound`. Default: true. */
    routes?: boolean;
    /**
     * Serve the routes on a port of their own instead, open as soon as the app is ready. `host` is `'127.0.0.1'` by
     * default.
     */
    listen?: { port: number; host?: string };
    /** Show the routes to @fastify/swagger. Default: false. */
    exposeInDocs?: boolean;
    /** `security` of the routes' schemas. Default: none. */
    openapiSecurity?: ReadonlyArray<Record<string, readonly string[]>>;
    /** Limit of the route that captures, for @fastify/rate-limit where the app has it. Default: 10 in 10 minutes. */
    rateLimit?: object | false;
    /** More options of Fastify for the routes. Hooks of `onRequest` run after heaphound's own. */
    routeOpts?: Omit<
      RouteShorthandOptions,
      'validatorCompiler' | 'serializerCompiler' | 'errorHandler' | 'bodyLimit' | 'exposeHeadRoute'
    >;
    logLevel?: string;
  }

  /** `app.heaphound`. */
  export interface Heaphound extends Omit<Service, 'close'> {
    readonly service: Service;
    readonly watcher?: MemoryWatcher;
    /** With `listen`, once the app is ready. */
    readonly address?: AddressInfo;
  }

  export const heaphound: FastifyPluginAsync<HeaphoundOptions>;
  export { heaphound as default };
}

/** `app.register(require('heaphound/fastify'), { auth: { bearer: [key] } })`: `docs/service.md`. */
declare function heaphound(
  ...parameters: Parameters<FastifyPluginAsync<heaphound.HeaphoundOptions>>
): ReturnType<FastifyPluginAsync<heaphound.HeaphoundOptions>>;

export = heaphound;
