'use strict';

// What a request may say. A member that no schema has is refused.

const { DIFF_SORTS, OWNER_DIFF_SORTS, OWNER_KINDS, OWNER_SORTS } = require('../../checks/sorts');
const { FILTERS } = require('../../checks/filters');
const { MOST_ROWS } = require('./page-of-rows');

/** Characters of a text to search for. */
const LONGEST = 1000;
/** Characters of a path or a class key. */
const LONGEST_PATH = 10_000;

const whole = { type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER };
const text = { type: 'string', maxLength: LONGEST };
const longText = { type: 'string', maxLength: LONGEST_PATH };
const yesOrNo = { type: 'boolean' };
const PAGE = { offset: whole, limit: { type: 'integer', minimum: 1, maximum: MOST_ROWS } };
const SEARCH = { search: text, direction: oneOf(['asc', 'desc']), ...PAGE };
const IGNORED = { type: 'string', pattern: '^(?:\\d{1,16}(?:,\\d{1,16})*)?$', maxLength: LONGEST };
const BY = oneOf(OWNER_KINDS);

const position = { type: 'integer', minimum: 0, maximum: 1000 };
const OF_FILE = object({ n: position }, ['n']);
const OF_OBJECT = object({ n: position, id: whole }, ['n', 'id']);

/** Queries by the name of the route. */
const QUERIES = {
  none: object({}),
  classes: object({
    filter: oneOf([...FILTERS]),
    sort: oneOf(['retainedSize', 'shallowSize', 'count', 'distance', 'name']),
    ...SEARCH,
  }),
  objects: object({
    name: text,
    className: text,
    key: longText,
    property: text,
    kind: text,
    detached: yesOrNo,
    minShallowSize: whole,
    maxShallowSize: whole,
    minRetainedSize: whole,
    maxRetainedSize: whole,
    sort: oneOf(['retainedSize', 'shallowSize', 'id']),
    ...PAGE,
  }),
  edges: object({ sort: oneOf(['retainedSize', 'shallowSize', 'name']), ...PAGE }),
  retainers: object({ ignored: IGNORED, ...PAGE }),
  path: object({ ignored: IGNORED }),
  boxes: object({
    by: oneOf(['class', 'object']),
    id: whole,
    path: { type: 'array', items: longText, maxItems: 64 },
    limit: { type: 'integer', minimum: 1, maximum: 2000 },
  }),
  strings: object({ sort: oneOf(['wastedSize', 'retainedSize', 'shallowSize', 'count', 'value']), ...SEARCH }),
  allocations: object({ sort: oneOf(['liveSize', 'liveCount', 'size', 'count', 'name']), ...SEARCH }),
  owners: object({ by: BY, sort: oneOf([...OWNER_SORTS]), ...SEARCH }),
  compare: object(
    {
      before: position,
      after: position,
      by: oneOf(['class', ...OWNER_KINDS]),
      sort: oneOf([...new Set([...DIFF_SORTS, ...OWNER_DIFF_SORTS])]),
      ...SEARCH,
    },
    ['before', 'after'],
  ),
  compareAll: object({ sort: oneOf(['growth', 'countGrowth', 'retainedSize', 'name']), ...SEARCH }),
  drop: object({ name: { type: 'string', minLength: 1, maxLength: LONGEST } }, ['name']),
};

const OPEN_BODY = object({ path: { ...longText, minLength: 1 } }, ['path']);

/**
 * @param {Record<string, object>} properties
 * @param {string[]} [required]
 */
function object(properties, required = []) {
  return { type: 'object', properties, required, additionalProperties: false };
}

/** @param {readonly string[]} values */
function oneOf(values) {
  return { type: 'string', enum: [...values] };
}

module.exports = { OF_FILE, OF_OBJECT, OPEN_BODY, QUERIES };
