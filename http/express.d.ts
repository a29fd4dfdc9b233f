import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Handler, HandlerOptions } from './index';

declare namespace heaphound {
  interface Middleware extends Pick<Handler, 'service' | 'watcher' | 'isReady' | 'close'> {
    (req: IncomingMessage, res: ServerResponse, next: (error?: unknown) => void): Promise<void>;
  }
}

/** The routes of `docs/service.md` as a middleware of Express 5: `app.use('/internal', await heaphound({ auth }))`. */
declare function heaphound(options: HandlerOptions): Promise<heaphound.Middleware>;

export = heaphound;
