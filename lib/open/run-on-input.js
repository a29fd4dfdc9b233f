'use strict';

const { run } = require('../native');
const { isAge } = require('../disk/encryption');
const { decryptedInput } = require('./decrypted');
const { frozenInput } = require('./frozen');
const { toInput } = require('./source');

/**
 * @typedef {import('../native/addon').Feed} Feed
 * @typedef {import('../native/addon').Failure} Failure
 * @typedef {import('../..').WorkOptions & { snapshot?: number, identities?: string[] }} Work
 */

/**
 * Gives the promise of the job.
 *
 * @template T
 * @typedef {(source: string | Feed, control: import('../native').Control) => Promise<T>} Start
 */

/**
 * `file`: the source, when it is a path. `storedBytes`: the size of an encrypted file. `provenance`: facts that came
 * with the bytes.
 *
 * @template T
 * @typedef {{ outcome: Exclude<T, Failure>, file?: string, storedBytes?: number, provenance?: import('./provenance').Provenance }} Outcome
 */

/**
 * Runs a native job that reads a source, and hands the bytes of the source over meanwhile. The source is let go of on
 * every way out. A frozen image is thawed for it, and a file that is encrypted to one of `identities` is decrypted. An
 * error about a file gets the member `file`.
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
  const given = toInput(source);
  const { file } = given;
  const { identities } = options;
  const isEncrypted = identities !== undefined && file !== undefined && (await isAge(file));
  const input = isEncrypted ? decryptedInput(file, identities) : given;
  try {
    return await runOn(input, options, start, isAboutSource);
  } catch (error) {
    const isForeign = /** @type {NodeJS.ErrnoException} */ (error).code === 'HEAPHOUND_ERR_FOREIGN';
    if (!isForeign || input.file === undefined || !input.isFrozen?.()) throw error;
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
    const { file, storedBytes, provenance } = input;
    return { outcome, file, storedBytes, provenance };
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
