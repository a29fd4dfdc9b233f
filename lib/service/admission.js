'use strict';

// May a capture begin? One at a time, with a cooldown after the last one, and a limit for a day.

const { Quota } = require('../quota');
const { busyError, cooldownError, dayLimitError } = require('./errors');

const DEFAULT_MAX_PER_DAY = 48;
/** Cooldown after a capture that held the thread. A forked capture holds it for milliseconds and needs no cooldown. */
const DEFAULT_COOLDOWN_MS = 600_000;

/** Errors of a capture that did nothing. Such a capture does not count. */
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
   * Takes the only place, or throws the reason against it.
   *
   * @param {number} [now]
   * @returns {(how: { mode?: 'fork' | 'inline' | 'freeze', code?: string }, now?: number) => void} gives the place back; its
   *   argument is the mode of the capture, or the code of its error
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
