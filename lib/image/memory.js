'use strict';

// Whose the memory of a frozen process is, by kind: what a snapshot does not know.

const path = require('node:path');
const { addon, run } = require('../native');
const { optionError } = require('../errors');
const { WORK, checkOptions } = require('../options');

/**
 * @param {string} image
 * @param {import('../..').WorkOptions} [options]
 * @returns {Promise<import('../..').ImageMemory>}
 */
async function memoryOfImage(image, options = {}) {
  if (typeof image !== 'string' || image === '' || image.includes('\0')) throw optionError('image', 'must be a path');
  const { signal, onProgress } = checkOptions(options, WORK);
  const figures = await run({ signal, onProgress }, (control) => addon.memoryOfImage(path.resolve(image), control));
  const { about, totalBytes, kinds, files, malloc } = figures;
  const { startedAt, runtime, node, v8, pid, threadId, argv, memory } = JSON.parse(about);
  return {
    totalBytes,
    kinds: /** @type {import('../..').ImageMemory['kinds']} */ (kinds),
    files,
    malloc,
    ...(typeof memory?.rss === 'number' && { rss: memory.rss }),
    startedAt,
    runtime,
    node,
    v8,
    pid,
    threadId,
    argv,
  };
}

module.exports = { memoryOfImage };
