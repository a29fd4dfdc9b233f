'use strict';

// How the service takes a snapshot into whatever place a store gives it.

const fs = require('node:fs');
const path = require('node:path');
const { pipeline } = require('node:stream/promises');
const { setTimeout: delay } = require('node:timers/promises');
const { captureSnapshot } = require('../capture');
const { whyNoFork } = require('../fork');

/** @typedef {{ path?: string, stream?: import('node:stream').Writable }} Target what a store wants to be filled */

/**
 * The mode is decided once and kept: where the system can copy the process, a copy that fails is an error, and never a pause that nobody expects.
 */
class Taker {
  #options;
  #drainMs;
  #due = 0;
  /** Files of ids that the next capture goes on from, of captures that went on to a stream. @type {string | undefined} */
  #table;

  /**
   * @param {{ mode?: 'auto' | 'fork' | 'inline' }} options of `captureSnapshot`
   * @param {number} drainMs
   */
  constructor({ mode = 'auto', ...options }, drainMs) {
    this.mode = mode === 'auto' ? (whyNoFork() === undefined ? 'fork' : 'inline') : mode;
    this.#options = options;
    this.#drainMs = drainMs;
  }

  /** True from when a capture is due that will hold the thread until it has ended. */
  get isPauseDue() {
    return this.#due > 0;
  }

  /**
   * @param {Target} target
   * @param {{ signal: AbortSignal, redact?: 'strings' }} how
   * @returns {Promise<any>} `CaptureResult`
   */
  async take(target, how) {
    // It was let in already: when somebody else in this process takes a snapshot, it waits.
    const options = { ...this.#options, queue: true, ...target, ...how };
    if (this.mode === 'inline') return this.#takeInline(options);
    return target.stream ? this.#takeByFile(options) : captureSnapshot({ ...options, mode: 'fork' });
  }

  /** @param {any} options */
  async #takeInline(options) {
    this.#due += 1;
    try {
      if (this.#drainMs > 0) await delay(this.#drainMs, undefined, { signal: options.signal });
      return await captureSnapshot({ ...options, mode: 'inline' });
    } finally {
      this.#due -= 1;
    }
  }

  /**
   * A copy of the process writes files only: into a private one, which goes on to the stream and is removed.
   *
   * @param {any} options
   */
  async #takeByFile({ stream, ...options }) {
    const result = await captureSnapshot({ ...options, mode: 'fork' });
    try {
      await pipeline(fs.createReadStream(result.path), stream, { signal: options.signal });
    } finally {
      for (const file of [result.path, `${result.path}.json`]) fs.rmSync(file, { force: true });
      this.#keepTable(`${result.path}.ids`);
    }
    return result;
  }

  /** @param {string} table */
  #keepTable(table) {
    if (!fs.existsSync(table)) return;
    this.forget();
    this.#table = table;
  }

  /** Removes what waits for the next capture. */
  forget() {
    if (this.#table === undefined) return;
    fs.rmSync(this.#table, { force: true });
    fs.rmdir(path.dirname(this.#table), () => {
      // Another capture of this process is in it: it stays.
    });
    this.#table = undefined;
  }
}

module.exports = { Taker };
