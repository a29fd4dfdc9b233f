'use strict';

// How the service takes a snapshot into the target of a store.

const { setTimeout: delay } = require('node:timers/promises');
const { captureSnapshot } = require('../capture');
const { freezeProcess } = require('../capture/freeze');
const { whyNoFork } = require('../capture/fork');

/** @typedef {{ path?: string, stream?: import('node:stream').Writable }} Target the destination that a store gives */

/**
 * The mode is decided once and kept. Where the system can fork the process, a failed fork is an error, and never turns
 * into an unexpected pause.
 */
class Taker {
  #options;
  #drainMs;
  #due = 0;

  /**
   * @param {import('./request').CaptureDefaults} options of `captureSnapshot`
   * @param {number} drainMs
   */
  constructor({ mode = 'auto', ...options }, drainMs) {
    this.mode = mode === 'auto' ? (whyNoFork() === undefined ? 'fork' : 'inline') : mode;
    this.#options = options;
    this.#drainMs = drainMs;
  }

  /** True from the moment when a capture that holds the thread is due, until it has ended. */
  get isPauseDue() {
    return this.#due > 0;
  }

  /**
   * @param {Target} target
   * @param {{ signal: AbortSignal, redact?: 'strings' }} how
   * @returns {Promise<import('../..').CaptureResult>} without a path for a stream
   */
  async take(target, how) {
    // It was admitted already: when other code of this process takes a snapshot, it waits.
    const options = { ...this.#options, queue: true, ...target, ...how };
    if (this.mode === 'inline') return this.#takeInline(options);
    return captureSnapshot({ ...options, mode: 'fork' });
  }

  /**
   * A frozen image. Only the limits of a file hold for it: it needs no memory for a snapshot.
   *
   * @param {import('../store/types').ImageTarget} target
   * @param {{ signal: AbortSignal }} how
   */
  async freeze(target, { signal }) {
    const { maxBytes, timeoutMs } = this.#options;
    const image = { mode: /** @type {const} */ ('freeze'), maxBytes, timeoutMs, queue: true, signal };
    return freezeProcess(/** @type {import('../..').FreezeOptions} */ ({ ...image, ...target }));
  }

  /** @param {import('../..').CaptureOptions & { signal: AbortSignal }} options */
  async #takeInline(options) {
    this.#due += 1;
    try {
      if (this.#drainMs > 0) await delay(this.#drainMs, undefined, { signal: options.signal });
      return await captureSnapshot({ ...options, mode: 'inline' });
    } finally {
      this.#due -= 1;
    }
  }
}

module.exports = { Taker };
