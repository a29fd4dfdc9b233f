'use strict';

// Whose the memory of a frozen process is, by kind: what a snapshot does not know.

const { addon, run } = require('../native');
const { checkImage } = require('../open/frozen');
const { readImage } = require('../open/image-bytes');
const { WORK, checkOptions, identities } = require('../options');

const MEMORY = { ...WORK, identities };
/** The second time it knows what to look for. */
const TIMES = 2;

/**
 * @param {string} image
 * @param {import('../..').ImageMemoryOptions} [options]
 * @returns {Promise<import('../..').ImageMemory>}
 */
async function memoryOfImage(image, options = {}) {
  checkImage(image);
  const { signal, onProgress, identities: keys } = checkOptions(options, MEMORY);
  const figures = await readImage(
    image,
    keys,
    signal,
    (from, again) => run({ signal, onProgress }, (control) => addon.memoryOfImage(from, again, control)),
    TIMES,
  );
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
