'use strict';

// The one table of routes, for Fastify, Express and the plain handler. Paths are below the option `path`.

const { Readable } = require('node:stream');
const { requestError } = require('./errors');
const { members } = require('./body');
const { download } = require('./download');
const { recordOf } = require('./record');
const { ANSWERS, BODIES, ID, WAIT } = require('./schemas');

/** Most snapshots in a list. */
const LIST_LIMIT = 100;

/** @typedef {import('./gateway').Gateway} Gateway */

/**
 * A request that the gateway has admitted.
 *
 * @typedef {object} AdmittedRequest
 * @property {Record<string, string>} params
 * @property {Record<string, unknown>} query
 * @property {unknown} body
 * @property {string} base of all routes, as the client sees it
 * @property {{ who: string, address: string | undefined }} by
 * @property {Promise<void>} flushed resolves when the answer was sent
 */

/** @typedef {{ status: number, headers?: Record<string, string>, body?: unknown, stream?: import('node:stream').Readable }} Answer */

/**
 * @typedef {object} Route
 * @property {'GET' | 'POST' | 'DELETE'} method
 * @property {string} path `:name` stands for one part
 * @property {string} action for the audit
 * @property {string} summary
 * @property {object} [body] schema
 * @property {object} [query] schema
 * @property {object} [params] schema
 * @property {Record<number, object>} answers schemas, by status
 * @property {boolean} [isDownload] needs the second permission
 * @property {boolean} [isLong]
 * @property {(gateway: Gateway, request: AdmittedRequest) => Answer | Promise<Answer>} handle
 */

const ONE = { type: 'object', properties: { id: ID }, required: ['id'] };
const NAMED = { type: 'object', properties: { name: { type: 'string', maxLength: 64 } }, required: ['name'] };

/** @param {Record<number, object>} answers @param {number[]} statuses */
const also = (answers, ...statuses) => ({
  ...answers,
  ...Object.fromEntries([401, 403, ...statuses].map((status) => [status, ANSWERS.failure])),
});

/** @type {Route[]} */
const ROUTES = [
  {
    method: 'POST',
    path: '',
    action: 'capture',
    summary: 'Take a heap snapshot, or freeze the process',
    body: BODIES.capture,
    query: WAIT,
    answers: also({ 200: ANSWERS.snapshot, 202: ANSWERS.operation }, 400, 409, 413, 415, 429, 503, 507),
    isLong: true,
    handle: (gateway, { body, query, base, by, flushed }) => {
      const wait = isWaiting(query);
      const request = members(body, ['reason', 'tags', 'redact', 'mode']);
      return answerOf(
        gateway.service.capture({ ...request, trigger: 'http', by, ...(!wait && { after: flushed }) }),
        wait,
        base,
      );
    },
  },
  {
    method: 'GET',
    path: '',
    action: 'list',
    summary: 'List stored snapshots, and frozen images where they are allowed',
    answers: also({ 200: ANSWERS.snapshots }),
    handle: async ({ service }) => ({
      status: 200,
      body: {
        snapshots: await service.snapshots({ limit: LIST_LIMIT }),
        ...(service.allowsFreeze && { images: await service.images({ limit: LIST_LIMIT }) }),
      },
    }),
  },
  {
    method: 'GET',
    path: '/operations',
    action: 'list operations',
    summary: 'List the latest operations of this process',
    answers: also({ 200: ANSWERS.operations }),
    handle: ({ service }, { base }) => ({
      status: 200,
      body: { operations: service.operations().map((operation) => withLinks(operation, base)) },
    }),
  },
  {
    method: 'GET',
    path: '/operations/:id',
    action: 'show operation',
    summary: 'Show an operation',
    params: ONE,
    answers: also({ 200: ANSWERS.operation }, 404),
    handle: ({ service }, { params, base }) => ({ status: 200, body: withLinks(service.operation(params.id), base) }),
  },
  {
    method: 'DELETE',
    path: '/operations/:id',
    action: 'cancel',
    summary: 'Cancel an operation',
    params: ONE,
    answers: also({ 200: ANSWERS.operation }, 404),
    handle: async ({ service }, { params, base }) => {
      const operation = service.cancel(params.id);
      // A cancelled operation ends soon. One that cannot be stopped (V8 writes in this thread) has ended.
      await operation.done.catch(() => {});
      return { status: 200, body: withLinks(operation, base) };
    },
  },
  {
    method: 'POST',
    path: '/diff',
    action: 'diff',
    summary: 'Compare two stored snapshots',
    body: BODIES.diff,
    query: WAIT,
    answers: also({ 200: ANSWERS.document, 202: ANSWERS.operation }, 400, 404, 409, 413, 415, 503),
    isLong: true,
    handle: async ({ service }, { body, query, base, by }) => {
      const { ids, ...options } = members(body, ['ids', 'limit', 'compareBy', 'order', 'allow']);
      await areThere(service, ids, 2);
      return answerOf(service.diff(ids, { ...options, by }), isWaiting(query), base);
    },
  },
  {
    method: 'POST',
    path: '/leaks',
    action: 'leaks',
    summary: 'Find what grows over stored snapshots',
    body: BODIES.leaks,
    query: WAIT,
    answers: also({ 200: ANSWERS.document, 202: ANSWERS.operation }, 400, 404, 409, 413, 415, 503),
    isLong: true,
    handle: async ({ service }, { body, query, base, by }) => {
      const { ids, ...options } = members(body, ['ids', 'limit', 'compareBy', 'order', 'allow', 'operations']);
      await areThere(service, ids, 10);
      return answerOf(service.leaks(ids, { ...options, by }), isWaiting(query), base);
    },
  },
  {
    method: 'GET',
    path: '/rules',
    action: 'list rules',
    summary: 'List the rules of the watcher',
    answers: also({ 200: ANSWERS.rules }, 404),
    handle: (gateway) => ({ status: 200, body: { rules: watcherOf(gateway).rules() } }),
  },
  {
    method: 'POST',
    path: '/rules/:name',
    action: 'switch rule',
    summary: 'Switch a rule of the watcher on or off',
    params: NAMED,
    body: BODIES.rule,
    answers: also({ 200: ANSWERS.rule }, 400, 404, 413, 415),
    handle: (gateway, { params, body }) => {
      const watcher = watcherOf(gateway);
      const { enabled } = members(body, ['enabled']);
      if (typeof enabled !== 'boolean') throw requestError('HEAPHOUND_ERR_BODY', 'enabled must be true or false');
      return { status: 200, body: watcher.switchRule(/** @type {import('..').RuleName} */ (params.name), enabled) };
    },
  },
  {
    method: 'GET',
    path: '/:id',
    action: 'show',
    summary: 'Show a stored snapshot or image',
    params: ONE,
    answers: also({ 200: ANSWERS.snapshot }, 400, 404),
    handle: async ({ service }, { params }) => ({ status: 200, body: await recordOf(service, params.id) }),
  },
  {
    method: 'DELETE',
    path: '/:id',
    action: 'delete',
    summary: 'Delete a stored snapshot or image',
    params: ONE,
    answers: also({ 204: ANSWERS.nothing }, 400, 404),
    handle: async ({ service }, { params }) => {
      await service.deleteSnapshot(params.id);
      return { status: 204 };
    },
  },
  {
    method: 'GET',
    path: '/:id/report',
    action: 'report',
    summary: 'Show what was found: the id is that of an analysis or of a snapshot',
    params: ONE,
    answers: also({ 200: ANSWERS.report }, 400, 404),
    handle: async ({ service }, { params }) => ({ status: 200, body: await service.report(params.id) }),
  },
  {
    method: 'GET',
    path: '/:id/report.html',
    action: 'report page',
    summary: 'Show the verdict of an analysis of leaks as a page',
    params: ONE,
    answers: also({ 200: ANSWERS.page }, 400, 404, 409),
    handle: async ({ service }, { params }) => {
      const { html, policy } = await service.reportPage(params.id);
      const headers = { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': policy };
      return { status: 200, headers, stream: Readable.from([html]) };
    },
  },
  {
    method: 'GET',
    path: '/:id/download',
    action: 'download',
    summary: 'Download a stored snapshot, or an encrypted image: off unless the service allows it',
    params: ONE,
    answers: also({ 200: ANSWERS.file }, 400, 404, 409),
    isDownload: true,
    isLong: true,
    handle: (gateway, { params }) => download(gateway, params.id),
  },
];

/**
 * @param {import('..').Operation} operation
 * @param {boolean} wait
 * @param {string} base
 * @returns {Answer | Promise<Answer>}
 */
function answerOf(operation, wait, base) {
  if (wait)
    return operation.done.then((result) => ({
      status: 200,
      headers: { 'x-heaphound-operation': operation.id },
      body: result,
    }));
  return { status: 202, headers: { location: `${base}/operations/${operation.id}` }, body: withLinks(operation, base) };
}

/**
 * @param {import('..').Operation} operation
 * @param {string} base
 */
function withLinks(operation, base) {
  const { id, kind } = operation;
  const result =
    kind === 'capture'
      ? { snapshot: `${base}/${id}` }
      : {
          report: `${base}/${id}/report`,
          ...(kind === 'leaks' && { page: `${base}/${id}/report.html` }),
        };
  return {
    .../** @type {import('..').Operation & { toJSON(): object }} */ (operation).toJSON(),
    links: { self: `${base}/operations/${id}`, ...result },
  };
}

/** @param {Record<string, unknown>} query */
function isWaiting({ wait = 'false', ...others }) {
  if ((wait !== 'true' && wait !== 'false') || Object.keys(others).length > 0)
    throw requestError('HEAPHOUND_ERR_BODY', 'the query takes wait=true or wait=false, and nothing else');
  return wait === 'true';
}

/**
 * An analysis is answered with 202 before it begins, so a missing snapshot is reported here, with 404. The service
 * rejects malformed lists of ids.
 *
 * @param {import('..').Service} service
 * @param {unknown} ids
 * @param {number} most
 */
async function areThere(service, ids, most) {
  if (Array.isArray(ids) && ids.length <= most) await Promise.all(ids.map((id) => service.snapshot(id)));
}

/** @param {Gateway} gateway */
function watcherOf({ watcher }) {
  if (watcher === undefined)
    throw requestError('HEAPHOUND_ERR_NO_WATCHER', 'nothing is watched here: the service was set up without `watch`');
  return watcher;
}

module.exports = { ROUTES };
