'use strict';

const DAY_MS = 24 * 3600_000;

/** Captures that may begin in any 24 hours. The watcher has one of its own within that of the service. */
class Quota {
  #most;
  /** When they began, oldest first. @type {number[]} */
  #begun = [];

  /** @param {number} most */
  constructor(most) {
    this.#most = most;
  }

  get most() {
    return this.#most;
  }

  /**
   * Captures of the last 24 hours.
   *
   * @param {number} now milliseconds of a monotonic clock
   */
  used(now) {
    this.#begun = this.#begun.filter((begun) => now - begun < DAY_MS);
    return this.#begun.length;
  }

  /**
   * Milliseconds until another may begin; 0: now.
   *
   * @param {number} now milliseconds of a monotonic clock
   */
  waitMs(now) {
    if (this.used(now) < this.#most) return 0;
    return DAY_MS - (now - (this.#begun[0] ?? now));
  }

  /**
   * @param {number} now milliseconds of a monotonic clock
   * @returns {() => void} takes it back: the capture did nothing
   */
  take(now) {
    this.#begun.push(now);
    return () => {
      const at = this.#begun.indexOf(now);
      if (at >= 0) this.#begun.splice(at, 1);
    };
  }
}

module.exports = { Quota };
