'use strict';

// Refused callers: each waits a little, a flood is refused at once, and the log stays readable.

const { setTimeout: delay } = require('node:timers/promises');
const { requestError } = require('./errors');

const DELAY_MS = 100;
const MAX_WAITING = 64;
const MINUTE_MS = 60_000;
const LINES_PER_MINUTE = 10;

class Failures {
  #waiting = 0;
  #minute = -Infinity;
  #lines = 0;
  /** Refused callers since the start. */
  count = 0;

  /**
   * A caller with the right key never comes here, so a flood of wrong keys does not lock it out.
   *
   * @returns {Promise<void>} rejects when too many wait already
   */
  async wait() {
    this.count += 1;
    if (this.#waiting >= MAX_WAITING) {
      throw requestError('HEAPHOUND_ERR_UNAUTHORIZED', 'too many callers without a valid key', {
        answerStatus: 429,
        headers: { 'retry-after': '1' },
      });
    }
    this.#waiting += 1;
    await delay(DELAY_MS);
    this.#waiting -= 1;
  }

  /** True for the first few of each minute. */
  isWorthALine(now = performance.now()) {
    if (now - this.#minute >= MINUTE_MS) {
      this.#minute = now;
      this.#lines = 0;
    }
    this.#lines += 1;
    return this.#lines <= LINES_PER_MINUTE;
  }
}

module.exports = { Failures };
