'use strict';

// Whose the memory of a frozen process is, by kind: what a snapshot does not know.

const path = require('node:path');
const { addon, run } = require('../native');
const { checkImage } = require('../open/frozen');
const { WORK, checkOptions } = require('../options');

/**
 * @param {string} image
 * @param {import('../..').WorkOptions} [options]
 * @returns {Promise<import('../..').ImageMemory>}
 */
async function memoryOfImage(image, options = {}) {
  checkImage(image);
  const { signal, onProgress } = checkOptions(options, WORK);
  const figures = await run({ signal, onProgress }, (control) => addon.memoryOfImage(path.resolve(image), control));
  const { about, totalBytes, kinds, files, leftOut, malloc } = figures;
  const { memory, ...process } = JSON.parse(about);
  return {
    totalBytes,
    kinds: /** @type {import('../..').ImageMemory['kinds']} */ (kinds),
    files,
    ...(leftOut !== undefined && { leftOut }),
    malloc,
    ...(typeof memory?.rss === 'number' && { rss: memory.rss }),
    ...process,
  };
}

module.exports = { memoryOfImage };
