'use strict';

// JSON Schemas of requests and answers: the contract for people and for @fastify/swagger. The service itself checks
// requests, for every framework. A test compares the two.

const ID = { type: 'string', pattern: '^[0-9a-f]{32}$', description: '32 hexadecimal digits' };
const TIME = { type: 'string', format: 'date-time' };
const TAGS = { type: 'array', maxItems: 16, items: { type: 'string', pattern: '^[A-Za-z0-9._-]{1,64}$' } };
const LIMIT = { type: 'integer', minimum: 0, maximum: 1000, description: 'most rows' };
const COUNT = { type: 'integer', minimum: 1, maximum: Number.MAX_SAFE_INTEGER };
const COMPARE_BY = { type: 'string', enum: ['auto', 'ids', 'structure'] };
const SEQUENCE = {
  order: { type: 'string', enum: ['auto', 'given'] },
  allow: { type: 'array', items: { type: 'string', enum: ['same', 'unrelated'] } },
};

/** @param {Record<string, object>} properties @param {object} [more] */
const closed = (properties, more) => ({ type: 'object', additionalProperties: false, properties, ...more });
/** @param {Record<string, object>} properties @param {string[]} required */
const open = (properties, required) => ({ type: 'object', additionalProperties: true, required, properties });

const FAILURE = {
  ...open(
    {
      statusCode: { type: 'integer' },
      code: { type: 'string', description: 'docs/errors.md has a heading for each' },
      error: { type: 'string' },
      message: { type: 'string' },
      need: { type: 'number', description: 'bytes, or milliseconds of a pause' },
      have: { type: 'number' },
    },
    ['statusCode', 'code', 'message'],
  ),
  description: 'it was not done',
};

const SNAPSHOT = {
  ...open(
    {
      id: ID,
      location: { type: 'string', description: 'where the store has it' },
      filePath: { type: 'string', description: 'of a directory on this machine' },
      startedAt: TIME,
      trigger: { type: 'string' },
      reason: { type: 'string' },
      tags: TAGS,
      kind: { type: 'string', enum: ['image'], description: 'of a frozen image' },
      mode: { type: 'string', enum: ['fork', 'inline', 'freeze'] },
      pauseMs: { type: 'number', description: 'that the thread stood still' },
      rawBytes: { type: 'integer' },
      storedBytes: { type: 'integer' },
      sha256: { type: 'string', description: 'of the stored bytes' },
      encrypted: { type: 'string', enum: ['age'] },
      nodeCount: { type: 'integer', description: 'not of a frozen image' },
      edgeCount: { type: 'integer' },
    },
    ['id', 'location', 'startedAt', 'storedBytes', 'sha256'],
  ),
  description: 'a stored snapshot or frozen image',
};

const OPERATION = {
  ...open(
    {
      id: ID,
      kind: { type: 'string', enum: ['capture', 'diff', 'leaks'] },
      status: { type: 'string', enum: ['pending', 'running', 'done', 'failed', 'cancelled'] },
      trigger: { type: 'string' },
      reason: { type: 'string' },
      tags: TAGS,
      createdAt: TIME,
      startedAt: TIME,
      endedAt: TIME,
      snapshots: { type: 'array', items: ID },
      snapshot: SNAPSHOT,
      image: SNAPSHOT,
      error: open({ code: { type: 'string' }, message: { type: 'string' } }, ['code', 'message']),
      links: { type: 'object', additionalProperties: { type: 'string' } },
    },
    ['id', 'kind', 'status', 'createdAt', 'links'],
  ),
  description: 'what takes time',
};

const RULE = {
  ...open({ name: { type: 'string' }, enabled: { type: 'boolean' } }, ['name', 'enabled']),
  description: 'a rule of the watcher',
};

const REPORT = { description: 'what was found: a document of findLeaks or diffSnapshots (index.d.ts)' };
const DOCUMENT = { ...open({}, []), ...REPORT };

/** A body may be absent where no member is required: a POST without a body is no error. */
const BODIES = {
  capture: closed(
    {
      reason: { type: 'string', maxLength: 1000 },
      tags: TAGS,
      redact: { type: 'string', enum: ['strings'] },
      mode: {
        type: 'string',
        enum: ['freeze'],
        description: 'a frozen image, where the service allows it; not together with redact',
      },
    },
    { nullable: true, examples: [{ reason: 'memory rises since the release', tags: ['eu-1'] }] },
  ),
  diff: closed(
    {
      ids: { type: 'array', minItems: 2, maxItems: 2, uniqueItems: true, items: ID },
      limit: LIMIT,
      compareBy: COMPARE_BY,
      ...SEQUENCE,
    },
    { required: ['ids'] },
  ),
  leaks: closed(
    {
      ids: { type: 'array', minItems: 2, maxItems: 10, uniqueItems: true, items: ID },
      limit: LIMIT,
      compareBy: COMPARE_BY,
      ...SEQUENCE,
      operations: {
        anyOf: [COUNT, { type: 'array', minItems: 1, items: COUNT }],
        description: 'how often the work was done in each interval',
      },
    },
    { required: ['ids'] },
  ),
  rule: closed({ enabled: { type: 'boolean' } }, { required: ['enabled'] }),
};

/** @param {string} name @param {object} items */
const listOf = (name, items) => ({
  ...open({ [name]: { type: 'array', items } }, [name]),
  description: 'newest first',
});

const ANSWERS = {
  snapshot: SNAPSHOT,
  snapshots: {
    ...open(
      {
        snapshots: { type: 'array', items: SNAPSHOT },
        images: { type: 'array', items: SNAPSHOT, description: 'frozen images, where the service allows them' },
      },
      ['snapshots'],
    ),
    description: 'newest first',
  },
  operation: OPERATION,
  operations: listOf('operations', OPERATION),
  rule: RULE,
  rules: { ...listOf('rules', RULE), description: 'of the watcher' },
  report: REPORT,
  page: { type: 'string', description: 'one page of HTML that asks nobody for anything' },
  document: DOCUMENT,
  nothing: { type: 'null', description: 'done' },
  file: { type: 'string', format: 'binary', description: 'the snapshot or the image, as it is stored' },
  failure: FAILURE,
};

const WAIT = closed({
  wait: { type: 'string', enum: ['true', 'false'], description: 'true: answer when it is done, with the result' },
});

module.exports = { ID, BODIES, ANSWERS, WAIT };
