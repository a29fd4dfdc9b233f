'use strict';

// A frozen image in the place of a snapshot: it is thawed, and its snapshot goes to the reader without a file between.

const path = require('node:path');
const { PLACE } = require('../disk/place');
const { optionError } = require('../errors');
const { integer } = require('../options');
const { addon, run } = require('../native');
const { readImage } = require('./image-bytes');
const { ofCapture } = require('./provenance');

/** How long a thawed process may do nothing, in milliseconds. */
const STALLED_MS = 10_000;

const PLAIN = {
  compression: 'none',
  exposeInternals: false,
  exposeNumericValues: false,
  isComparable: false,
  core: {},
};

/** The largest number of a thread that Linux gives. */
const MAX_THREAD = 2 ** 22;
/** Options for core dumps only. */
const OF_CORES = { files: PLACE.path, thread: integer(1, MAX_THREAD) };

/**
 * @param {{ files?: string, thread?: number }} checked
 * @param {string} [file] to be written, in whose folder a packed core dump is unpacked, without a name
 */
function coreRequest({ files, thread }, file) {
  return {
    files: files && path.resolve(files),
    thread,
    folder: file === undefined ? undefined : path.dirname(path.resolve(file)),
  };
}

/** @param {unknown} image of the user's */
function checkImage(image) {
  if (typeof image !== 'string' || image === '' || image.includes('\0')) throw optionError('image', 'must be a path');
}

/**
 * @param {string} file an image
 * @param {import('./run-on-input').Work} options of the job that reads the snapshot
 * @returns {import('./source').Input & { options: import('./run-on-input').Work }} `options`: for
 *   that job, which has nothing to tell before the first byte
 */
function frozenInput(file, options) {
  const { signal, snapshot, onProgress, identities } = options;
  const feed = new addon.Feed();
  let isWriting = false;
  const tell =
    onProgress &&
    ((/** @type {import('../..').Progress} */ progress) => {
      isWriting ||= progress.stage === 'writing' && progress.done > 0;
      if (!isWriting) onProgress(progress.stage === 'writing' ? { ...progress, stage: 'capturing' } : progress);
    });
  /** @type {import('./source').Input} */
  const input = {
    file,
    native: feed,
    feed: async () => {
      const request = { ...PLAIN, stalled: STALLED_MS };
      const work = { signal, snapshot, onProgress: tell, toTheEnd: true };
      try {
        const { about, thread } = await readImage(file, identities, signal, (from) =>
          run(work, (control) => addon.thawImage(from, feed, request, control)),
        );
        input.provenance = ofCapture({ ...JSON.parse(about), osThread: thread });
      } catch (error) {
        // Nobody reads any more: the reader says why.
        if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'HEAPHOUND_ERR_CANCELLED') throw error;
      }
    },
    explain: async (cause) => cause,
    stop: () => feed.close(),
  };
  const gated = onProgress && ((/** @type {import('../..').Progress} */ progress) => isWriting && onProgress(progress));
  return Object.assign(input, { options: { ...options, onProgress: gated } });
}

module.exports = { OF_CORES, STALLED_MS, checkImage, coreRequest, frozenInput };
