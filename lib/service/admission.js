'use strict';

// May a capture begin? One at a time, not too soon after the last, not too many a day.

const { busyError, cooldownError, dayLimitError } = require('./errors');

const DAY_MS = 24 * 3600_000;
const DEFAULT_MAX_PER_DAY = 48;
/** After a capture that held the thread. One by fork is hardly felt, and may be followed at once. */
const DEFAULT_COOLDOWN_MS = 600_000;

/** Errors of a capture that did nothing, and that therefore does not count. */
const HARMLESS = new Set([
  'HEAPHOUND_ERR_NO_HEADROOM',
  'HEAPHOUND_ERR_MAX_PAUSE',
  'HEAPHOUND_ERR_BUSY',
  'HEAPHOUND_ERR_OPTION',
]);

class Admission {
  #cooldownMs;
  #maxPerDay;
  #isBusy = false;
  /** When the captures of the last day began, on the clock that never jumps. @type {number[]} */
  #begun = [];
  #coolUntil = 0;

  /** @param {{ cooldownMs?: number, maxPerDay?: number }} limits */
  constructor({ cooldownMs, maxPerDay = DEFAULT_MAX_PER_DAY }) {
    this.#cooldownMs = cooldownMs;
    this.#maxPerDay = maxPerDay;
  }

  /**
   * Takes the one place there is, or says why not.
   *
   * @param {number} [now]
   * @returns {(how: { mode?: 'fork' | 'inline', code?: string }, now?: number) => void} gives the place back; to be
   *   told how the capture was made, or its error
   */
  enter(now = performance.now()) {
    if (this.#isBusy) throw busyError('another capture');
    if (now < this.#coolUntil) throw cooldownError(this.#coolUntil - now);
    this.#begun = this.#begun.filter((begun) => now - begun < DAY_MS);
    if (this.#begun.length >= this.#maxPerDay)
      throw dayLimitError(this.#maxPerDay, DAY_MS - (now - (this.#begun[0] ?? now)));
    this.#begun.push(now);
    this.#isBusy = true;
    return ({ mode, code }, then = performance.now()) => {
      this.#isBusy = false;
      if (code !== undefined && HARMLESS.has(code)) {
        this.#begun.splice(this.#begun.indexOf(now), 1);
        return;
      }
      this.#coolUntil = then + (this.#cooldownMs ?? (mode === 'inline' ? DEFAULT_COOLDOWN_MS : 0));
    };
  }
}

module.exports = { Admission };
