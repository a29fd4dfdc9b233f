'use strict';

const { run } = require('../native');
const { toInput } = require('./source');

/**
 * @typedef {import('../native/addon').Feed} Feed
 * @typedef {import('../native/addon').Failure} Failure
 */

/**
 * Runs a native job that reads a source, and hands the bytes of the source over meanwhile. The source is let go of on
 * every way out. An error about a file gets the member `file`.
 *
 * @template T
 * @param {import('../..').Source} source
 * @param {import('../..').WorkOptions & { snapshot?: number }} options
 * @param {(source: string | Feed, control: import('../native').Control) => Promise<T>} start gives the promise of the
 *   job
 * @param {(code: string) => boolean} [isAboutSource] false for an error about the file that the job writes
 * @returns {Promise<{ outcome: Exclude<T, Failure>, file?: string }>} `file`: the source, when it is a path
 */
async function runOnInput(source, options, start, isAboutSource = () => true) {
  options.signal?.throwIfAborted();
  const input = toInput(source);
  try {
    const outcome = await run(options, async (control) => {
      const job = start(input.native, control);
      try {
        await input.feed();
      } catch (error) {
        // The job only knows that its input ended: the error of the stream says why.
        await job;
        throw error;
      }
      return job;
    });
    return { outcome, file: input.file };
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
