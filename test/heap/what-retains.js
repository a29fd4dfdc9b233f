'use strict';

// The path that keeps one object alive. A mark holds the object weakly, in a property with a unique name. By this name
// the object is found in the snapshot.

const { randomUUID } = require('node:crypto');
const { collectGarbage } = require('../measure/collector');
const { optionError } = require('../errors');
const { openHeapNow } = require('./heap-now');
const { tellPath } = require('../report/message');
const { placeHere } = require('../report/scripts');
const { inQueue } = require('../measure/queue');

/**
 * This function is not async: a waiting function would keep its parameter alive.
 *
 * @param {object} object the object, or a WeakRef of it
 * @returns {Promise<import('..').Retention>}
 */
function whatRetains(object) {
  if (Object(object) !== object) return Promise.reject(optionError('object', 'must be an object or a function'));
  const isRef = Object.prototype.toString.call(object) === '[object WeakRef]';
  const name = `heaphound_${randomUUID().replaceAll('-', '')}`;
  return inQueue(explain.bind(undefined, { [name]: isRef ? object : new WeakRef(object) }, name));
}

/**
 * @param {Record<string, object>} mark
 * @param {string} name of its property
 * @returns {Promise<import('..').Retention>}
 */
async function explain(mark, name) {
  await collectGarbage(0);
  const snapshot = await openHeapNow();
  try {
    const id = await findTarget(snapshot, name);
    const path = id === undefined ? [] : await snapshot.retainingPath(id);
    await placeHere(path);
    const message = path.length > 0 ? tellPath(path).join('\n') : 'nothing: it is collected, or will be';
    return { alive: path.length > 0, path, message };
  } finally {
    await snapshot.close();
    // The mark must live until here: the snapshot had to find it.
    delete mark[name];
  }
}

/**
 * @param {import('../..').Snapshot} snapshot
 * @param {string} name
 */
async function findTarget(snapshot, name) {
  for (const { id } of await snapshot.query({ property: `^${name}$` })) {
    const reference = (await snapshot.edges(id)).find((row) => row.edge === name && row.name === 'WeakRef');
    if (reference) return (await snapshot.edges(reference.id)).find((row) => row.edge === 'target')?.id;
  }
  return undefined;
}

module.exports = { whatRetains };
