'use strict';

const { run } = require('../native');
const { frozenInput, isFrozen } = require('./frozen');
const { toInput } = require('./source');

/**
 * @typedef {import('../native/addon').Feed} Feed
 * @typedef {import('../native/addon').Failure} Failure
 * @typedef {import('../..').WorkOptions & { snapshot?: number }} Work
 */

/**
 * Gives the promise of the job.
 *
 * @template T
 * @typedef {(source: string | Feed, control: import('../native').Control) => Promise<T>} Start
 */

/**
 * `file`: the source, when it is a path. `provenance`: facts that came with the bytes.
 *
 * @template T
 * @typedef {{ outcome: Exclude<T, Failure>, file?: string, provenance?: import('./provenance').Provenance }} Outcome
 */

/**
 * Runs a native job that reads a source, and hands the bytes of the source over meanwhile. The source is let go of on
 * every way out. A frozen image is thawed for it. An error about a file gets the member `file`.
 *
 * @template T
 * @param {import('../..').Source} source
 * @param {Work} options
 * @param {Start<T>} start
 * @param {(code: string) => boolean} [isAboutSource] false for an error about the file that the job writes
 * @returns {Promise<Outcome<T>>}
 */
async function runOnInput(source, options, start, isAboutSource = () => true) {
  options.signal?.throwIfAborted();
  const input = toInput(source);
  try {
    return await runOn(input, options, start, isAboutSource);
  } catch (error) {
    const isForeign = /** @type {NodeJS.ErrnoException} */ (error).code === 'HEAPHOUND_ERR_FOREIGN';
    if (!isForeign || input.file === undefined || !isFrozen(input.file)) throw error;
  }
  const frozen = frozenInput(input.file, options);
  return runOn(frozen, frozen.options, start, isAboutSource);
}

/**
 * @template T
 * @param {import('./source').Input} input
 * @param {Work} options
 * @param {Start<T>} start
 * @param {(code: string) => boolean} isAboutSource
 * @returns {Promise<Outcome<T>>}
 */
async function runOn(input, options, start, isAboutSource) {
  try {
    const outcome = await run(options, async (control) => {
      const job = start(input.native, control);
      try {
        await input.feed();
      } catch (error) {
        // The job only knows that its input ended: the error of the stream says why.
        input.stop();
        await job;
        throw error;
      }
      return job;
    });
    return { outcome, file: input.file, provenance: input.provenance };
  } catch (cause) {
    const error = await input.explain(cause);
    const isOurs = error instanceof Error && 'code' in error && isAboutSource(String(error.code));
    if (isOurs && input.file !== undefined) Object.assign(error, { file: input.file });
    throw error;
  } finally {
    input.stop();
  }
}

module.exports = { runOnInput };
