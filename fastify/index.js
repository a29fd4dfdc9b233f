'use strict';

// heaphound as a plugin of Fastify 5: a decorator for the app, and routes in a scope of their own.

const fp = require('fastify-plugin');
const { openGateway } = require('../http/gateway');
const { checkPath } = require('../http/options');
const { alreadyRegistered } = require('./errors');
const { listenApart } = require('./listener');
const { checkFastifyOptions } = require('./options');
const { routes } = require('./routes');

/** @type {any} */
const heaphound = async (
  /** @type {import('fastify').FastifyInstance} */ app,
  /** @type {import('./index').HeaphoundOptions} */ options,
) => {
  const { forGateway, forRoutes, prefix = '', listen } = checkFastifyOptions(options);
  checkPath('prefix', prefix);
  if (app.hasDecorator('heaphound')) throw alreadyRegistered();
  const log = app.log.child({ plugin: 'heaphound' });
  const gateway = await openGateway(forGateway, log);
  const { service, watcher } = gateway;
  app.decorate('heaphound', facade(service, watcher));
  // Operations must end before the server waits for its last requests: a request may wait for an operation.
  app.addHook('preClose', async () => gateway.close());
  app.addHook('onClose', async () => gateway.close());
  if (listen) listenApart(app, gateway, { ...listen, base: `${prefix}${forRoutes.path}` });
  else if (forRoutes.routes !== false) app.register(routes, { prefix, gateway, ...forRoutes });
  app.addHook('onReady', async () => {
    log.info(
      {
        auth: gateway.authKind,
        routes: forRoutes.routes !== false,
        store: service.store.kind,
        mode: service.mode,
        watch: watcher !== undefined,
        download: gateway.allowsDownload,
        freeze: service.allowsFreeze,
      },
      'heaphound is ready',
    );
    if (gateway.allowsDownload)
      log.warn(
        'heaphound gives snapshots out (`allowDownload`): they hold what the heap holds, keys and personal data among it',
      );
    if (service.allowsFreeze)
      log.warn('heaphound freezes this process on request (`allowFreeze`): an image holds all of its memory');
    if (gateway.authKind === 'none')
      log.warn('heaphound serves everybody on this machine (`dangerouslyAllowUnauthenticated`)');
  });
};

/**
 * The decorator: the service without `close`, because it closes with the app.
 *
 * @param {import('..').Service} service
 * @param {import('..').MemoryWatcher | undefined} watcher
 * @returns {import('./index').Heaphound}
 */
function facade(service, watcher) {
  return {
    service,
    watcher,
    store: service.store,
    mode: service.mode,
    isReady: () => service.isReady(),
    capture: (request) => service.capture(request),
    diff: (ids, options) => service.diff(ids, options),
    leaks: (ids, options) => service.leaks(ids, options),
    operations: () => service.operations(),
    operation: (id) => service.operation(id),
    cancel: (id) => service.cancel(id),
    allowsFreeze: service.allowsFreeze,
    images: (options) => service.images(options),
    image: (id) => service.image(id),
    snapshots: (options) => service.snapshots(options),
    snapshot: (id) => service.snapshot(id),
    deleteSnapshot: (id) => service.deleteSnapshot(id),
    report: (id) => service.report(id),
    reportPage: (id) => service.reportPage(id),
  };
}

module.exports = fp(heaphound, { fastify: '5.x', name: 'heaphound' });
module.exports.default = module.exports;
module.exports.heaphound = module.exports;
