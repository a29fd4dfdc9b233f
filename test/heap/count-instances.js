'use strict';

// How many objects of a class are alive in the test.

const { isClass, liveInstances } = require('../../counts/instances');
const { optionError } = require('../errors');
const { collectGarbage } = require('../measure/collector');
const { inQueue } = require('../measure/queue');
const { openSession } = require('./session');

/**
 * @param {Function} Class
 * @returns {Promise<number>}
 */
async function countInstances(Class) {
  if (!isClass(Class)) throw optionError('Class', 'must be a class');
  return inQueue(async () => {
    await collectGarbage(0);
    const { session, end } = openSession();
    try {
      return liveInstances(Class, session);
    } finally {
      end();
    }
  });
}

module.exports = { countInstances };
