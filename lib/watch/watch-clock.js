'use strict';

// The time that was really watched: it never jumps, and leaves out pauses of the process.

/**
 * A tick that comes later than this many periods came after a pause: a busy thread, a stopped process, a sleeping
 * machine.
 */
const LATE = 4;

class WatchClock {
  #now;
  #tickMs;
  #last;
  #time = 0;

  /**
   * @param {() => number} now milliseconds of a monotonic clock
   * @param {number} tickMs
   */
  constructor(now, tickMs) {
    this.#now = now;
    this.#tickMs = tickMs;
    this.#last = now();
  }

  /** Milliseconds of watching. */
  get time() {
    const elapsed = this.#now() - this.#last;
    return this.#time + Math.min(Math.max(elapsed, 0), this.#tickMs);
  }

  /** @returns {boolean} true when the time since the last tick is a gap, which then is not part of `time` */
  tick() {
    const now = this.#now();
    const elapsed = now - this.#last;
    this.#last = now;
    const isGap = elapsed < 0 || elapsed > LATE * this.#tickMs;
    this.#time += isGap ? this.#tickMs : elapsed;
    return isGap;
  }
}

module.exports = { WatchClock };
