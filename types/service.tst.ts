import fastify from 'fastify';
import type { FastifyPluginAsync, FastifyReply, FastifyRequest } from 'fastify';
import { createServer } from 'node:http';
import { expect, test } from 'tstyche';
import { createService } from 'heaphound';
import type {
  DiffDocument,
  LeakDocument,
  MemoryWatcher,
  Operation,
  Service,
  Store,
  StoredImage,
  StoredSnapshot,
} from 'heaphound';
import heaphound, { heaphound as byName, type HeaphoundOptions } from 'heaphound/fastify';
import { createHandler } from 'heaphound/http';
import type { AuthFunction, HandlerOptions } from 'heaphound/http';
import forExpress from 'heaphound/express';

declare const store: Store;

test('the example of the README compiles', async () => {
  const app = fastify();
  await app.register(heaphound, {
    auth: { bearer: [process.env['HEAP_TOKEN']] },
    prefix: '/internal',
    watch: true,
    store: { s3: { bucket: 'dumps' } },
  });
  expect(app.heaphound.isReady()).type.toBe<boolean>();
  expect(app.heaphound.capture({ reason: 'x', tags: ['a'] })).type.toBe<Operation<StoredSnapshot>>();
  expect(app.heaphound.service).type.toBe<Service>();
  expect(app.heaphound.watcher).type.toBe<MemoryWatcher | undefined>();
  expect(app.heaphound).type.not.toHaveProperty('close');
});

test('the plugin is one of Fastify, by all of its names', () => {
  expect(heaphound).type.toBeAssignableTo<FastifyPluginAsync<HeaphoundOptions>>();
  expect(byName).type.toBe<FastifyPluginAsync<HeaphoundOptions>>();
});

test('options that do not exist, and values that cannot be, do not compile', () => {
  expect<HeaphoundOptions>().type.toBeAssignableFrom({ auth: 'none' as const, dangerouslyAllowUnauthenticated: true });
  expect<HeaphoundOptions>().type.toBeAssignableFrom({ routes: false });
  expect<HeaphoundOptions>().type.not.toBeAssignableFrom({ auth: 'basic' });
  expect<HeaphoundOptions>().type.not.toBeAssignableFrom({ auth: { bearer: 'key' } });
  expect<HeaphoundOptions>().type.not.toBeAssignableFrom({ limits: { cooldownMs: '10' } });
  expect<HeaphoundOptions>().type.not.toBeAssignableFrom({ capture: { mode: 'thread' } });
  expect<HeaphoundOptions>().type.not.toBeAssignableFrom({ watch: { rules: { nonsense: true } } });
  expect<HandlerOptions>().type.not.toBeAssignableFrom({ prefix: '/internal' });
});

test('functions of auth: those that answer and those with a callback', () => {
  expect<AuthFunction>().type.toBeAssignableFrom(async (request: FastifyRequest) => request.headers['x-key'] === 'k');
  expect<AuthFunction>().type.toBeAssignableFrom(
    (_request: FastifyRequest, _reply: FastifyReply, done: (error?: Error) => void) => done(),
  );
});

test('the service without a framework', () => {
  const service = createService({ store, limits: { maxPerDay: 3 } });
  expect(service).type.toBe<Service>();
  expect(service.leaks(['a', 'b'], { operations: 7 })).type.toBe<Operation<LeakDocument>>();
  expect(service.diff(['a', 'b'])).type.toBe<Operation<DiffDocument>>();
  expect(service.capture().done).type.toBe<Promise<StoredSnapshot>>();
  expect(service.capture({ mode: 'freeze' }).done).type.toBe<Promise<StoredImage>>();
  expect(service.images()).type.toBe<Promise<StoredImage[]>>();
  expect(service.store.list({ kind: 'image' })).type.toBe<Promise<StoredImage[]>>();
  expect(createService).type.not.toBeCallableWith({});
  expect(service.capture).type.not.toBeCallableWith({ path: '/tmp/x' });
});

test('handlers are what servers take', async () => {
  const handler = await createHandler({ auth: { bearer: new Set(['k']) } });
  createServer(handler);
  expect(handler.close()).type.toBe<Promise<void>>();
  const middleware = await forExpress({ auth: { bearer: ['k'] } });
  expect(middleware.length).type.toBe<number>();
  expect(middleware.service).type.toBe<Service>();
});
