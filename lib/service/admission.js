'use strict';

// May a capture begin? One at a time, not too soon after the last, not too many a day.

const { Quota } = require('../quota');
const { busyError, cooldownError, dayLimitError } = require('./errors');

const DEFAULT_MAX_PER_DAY = 48;
/** After a capture that held the thread. One by fork is hardly felt, and may be followed at once. */
const DEFAULT_COOLDOWN_MS = 600_000;

/** Errors of a capture that did nothing: it does not count. */
const HARMLESS = new Set([
  'HEAPHOUND_ERR_NO_HEADROOM',
  'HEAPHOUND_ERR_MAX_PAUSE',
  'HEAPHOUND_ERR_BUSY',
  'HEAPHOUND_ERR_OPTION',
]);

class Admission {
  #cooldownMs;
  #quota;
  #isBusy = false;
  #coolUntil = 0;

  /** @param {{ cooldownMs?: number, maxPerDay?: number }} limits */
  constructor({ cooldownMs, maxPerDay = DEFAULT_MAX_PER_DAY }) {
    this.#cooldownMs = cooldownMs;
    this.#quota = new Quota(maxPerDay);
  }

  /**
   * Takes the one place there is, or says why not.
   *
   * @param {number} [now]
   * @returns {(how: { mode?: 'fork' | 'inline', code?: string }, now?: number) => void} gives the place back;
   *   takes how the capture was made, or the code of its error
   */
  enter(now = performance.now()) {
    if (this.#isBusy) throw busyError('another capture');
    if (now < this.#coolUntil) throw cooldownError(this.#coolUntil - now);
    const waitMs = this.#quota.waitMs(now);
    if (waitMs > 0) throw dayLimitError(this.#quota.most, waitMs);
    const takeBack = this.#quota.take(now);
    this.#isBusy = true;
    return ({ mode, code }, then = performance.now()) => {
      this.#isBusy = false;
      if (code !== undefined && HARMLESS.has(code)) {
        takeBack();
        return;
      }
      this.#coolUntil = then + (this.#cooldownMs ?? (mode === 'inline' ? DEFAULT_COOLDOWN_MS : 0));
    };
  }
}

module.exports = { Admission };
