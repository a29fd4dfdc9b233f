'use strict';

// How the service takes a snapshot into whatever place a store gives it.

const { setTimeout: delay } = require('node:timers/promises');
const { captureSnapshot } = require('../capture');
const { whyNoFork } = require('../capture/fork');

/** @typedef {{ path?: string, stream?: import('node:stream').Writable }} Target what a store wants to be filled */

/**
 * The mode is decided once and kept: where the system can copy the process, a copy that fails is an error, and never a
 * pause that nobody expects.
 */
class Taker {
  #options;
  #drainMs;
  #due = 0;

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
   * @returns {Promise<import('../..').CaptureResult>} without a path for a stream
   */
  async take(target, how) {
    // It was let in already: when somebody else in this process takes a snapshot, it waits.
    const options = { ...this.#options, queue: true, ...target, ...how };
    if (this.mode === 'inline') return this.#takeInline(options);
    return captureSnapshot({ ...options, mode: 'fork' });
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
