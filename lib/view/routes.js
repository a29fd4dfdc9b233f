'use strict';

// The API of the page. Each route checks what it is given by a schema, and answers with a bounded number of rows.

const { viewError } = require('./errors');
const { compare, compareAll } = require('./comparisons');
const { responseOver } = require('../../waits/response');
const questions = require('./questions');
const { OF_FILE, OF_OBJECT, OPEN_BODY, QUERIES } = require('./schemas');

/** No question takes so long. */
const LONGEST_MS = 24 * 3600_000;
/** Not followed by the compiler. */
const PACKAGE = '../../package.json';

/**
 * @typedef {import('fastify').FastifyRequest} Request
 * @typedef {import('fastify').FastifyReply} Reply
 */
/**
 * @typedef {object} Viewed what the routes work on
 * @property {import('./session').Session} session
 * @property {import('./drops').Drops} drops
 * @property {import('./recent').RecentFiles} recent
 */

/** Views of one snapshot, below `/api/s/:n`. @type {[string, keyof typeof questions, object][]} */
const VIEWS = [
  ['classes', 'classes', QUERIES.classes],
  ['objects', 'objects', QUERIES.objects],
  ['boxes', 'boxes', QUERIES.boxes],
  ['strings', 'strings', QUERIES.strings],
  ['statistics', 'statistics', QUERIES.none],
  ['contexts', 'contexts', QUERIES.none],
  ['allocations', 'allocations', QUERIES.allocations],
  ['owners', 'owners', QUERIES.owners],
];
/** Views of one object, below `/api/s/:n/object/:id`. @type {[string, keyof typeof questions, object][]} */
const OF_ONE = [
  ['', 'object', QUERIES.none],
  ['/edges', 'edges', QUERIES.edges],
  ['/retainers', 'retainers', QUERIES.retainers],
  ['/path', 'path', QUERIES.path],
];

/**
 * @param {import('fastify').FastifyInstance} app
 * @param {Viewed} viewed
 */
function addRoutes(app, { session, drops, recent }) {
  const { version } = /** @type {{ version: string }} */ (require(PACKAGE));
  app.get('/api/session', { schema: { querystring: QUERIES.none } }, async () => ({
    heaphound: version,
    ...session.toDocument(),
  }));
  app.get('/api/report', { schema: { querystring: QUERIES.none } }, async (_, reply) => {
    const { state, report, error } = session.answer;
    if (error) throw viewError(error.code, error.message);
    return report ?? reply.code(202).send({ state });
  });
  for (const [name, question, querystring] of VIEWS)
    app.get(`/api/s/:n/${name}`, { schema: { params: OF_FILE, querystring } }, ask(session, question));
  for (const [name, question, querystring] of OF_ONE)
    app.get(`/api/s/:n/object/:id${name}`, { schema: { params: OF_OBJECT, querystring } }, ask(session, question));
  app.get('/api/compare', { schema: { querystring: QUERIES.compare } }, async ({ query }, reply) =>
    session.steady(() =>
      compare({ session, query: /** @type {import('./comparisons').Pair} */ (query), signal: whenGone(reply) }),
    ),
  );
  app.get('/api/compare/all', { schema: { querystring: QUERIES.compareAll } }, async ({ query }, reply) =>
    session.steady(() =>
      compareAll({ session, query: /** @type {import('./page-of-rows').Wanted} */ (query), signal: whenGone(reply) }),
    ),
  );
  app.get('/api/recent', { schema: { querystring: QUERIES.none } }, async () => ({ rows: await recent.list() }));
  app.post('/api/open', { schema: { body: OPEN_BODY, querystring: QUERIES.none } }, async ({ body }) => {
    const { path: wanted } = /** @type {{ path: string }} */ (body);
    const known = (await recent.list()).find((file) => file.path === wanted);
    if (known === undefined)
      throw viewError('HEAPHOUND_ERR_FORBIDDEN', 'only a file of the list of recent files can be opened by its path');
    return (await session.addPath(known.path)).toDocument();
  });
  app.delete('/api/files/:n', { schema: { params: OF_FILE, querystring: QUERIES.none } }, async ({ params }) => {
    await session.remove(/** @type {{ n: number }} */ (params).n);
    return {};
  });
  app.register(async (inner) => {
    // The bytes of a file are no document: they go to the disk as they come.
    inner.removeAllContentTypeParsers();
    inner.addContentTypeParser('*', (_, payload, done) => done(null, payload));
    inner.post('/api/files', { schema: { querystring: QUERIES.drop } }, async (request, reply) => {
      const { name } = /** @type {{ name: string }} */ (request.query);
      const found = await drops.write(name, request.raw, whenGone(reply));
      try {
        return session.add(found).toDocument();
      } catch (error) {
        await found.remove?.();
        throw error;
      }
    });
  });
}

/**
 * @param {import('./session').Session} session
 * @param {keyof typeof questions} question
 * @returns {(request: Request, reply: Reply) => Promise<unknown>}
 */
function ask(session, question) {
  return async ({ params, query }, reply) => {
    const { n: position, id = 0 } = /** @type {{ n: number, id?: number }} */ (params);
    const signal = whenGone(reply);
    const answer = /** @type {(asked: import('./questions').Asked<never>) => Promise<unknown>} */ (questions[question]);
    return session.steady(() => answer({ session, position, id, query: /** @type {never} */ (query), signal }));
  };
}

/**
 * A signal that fires when the client leaves before it has its answer.
 *
 * @param {Reply} reply
 */
function whenGone({ raw }) {
  const gone = new AbortController();
  void responseOver(raw, LONGEST_MS).then(() => {
    if (!raw.writableFinished) gone.abort(new Error('the client has left'));
  });
  return gone.signal;
}

module.exports = { addRoutes };
