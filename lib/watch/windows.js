'use strict';

// A level over time: the least value of each window, on several scales. A window without a value does not count.

/** Windows that each scale remembers. */
const WINDOWS = 40;
/** The windows of each scale are this many times as long as those of the scale below. */
const STEP = 8;
const SCALES = 3;

class Level {
  /** @type {Array<{ windowMs: number, windows: import('./trend').Point[] }>} */
  #scales;
  /** @type {number | undefined} */
  latest;

  /** @param {number} windowMs of the finest scale */
  constructor(windowMs) {
    this.#scales = Array.from({ length: SCALES }, (_, scale) => ({ windowMs: windowMs * STEP ** scale, windows: [] }));
  }

  /**
   * @param {number} time milliseconds of watching
   * @param {number} value bytes
   */
  add(time, value) {
    this.latest = value;
    for (const { windowMs, windows } of this.#scales) {
      const start = time - (time % windowMs);
      const open = windows[windows.length - 1];
      if (open?.time === start) {
        open.value = Math.min(open.value, value);
      } else {
        windows.push({ time: start, value });
        if (windows.length > WINDOWS + 1) windows.shift();
      }
    }
  }

  /** Drops the open windows: this package itself changed the level in them. */
  discardOpen() {
    for (const scale of this.#scales) scale.windows.pop();
  }

  forget() {
    for (const scale of this.#scales) scale.windows = [];
  }

  /**
   * The windows that are over, oldest first, finest scale first.
   *
   * @param {number} time now
   */
  scales(time) {
    return this.#scales.map(({ windowMs, windows }) => {
      const last = windows[windows.length - 1];
      return last && time < last.time + windowMs ? windows.slice(0, -1) : windows.slice(-WINDOWS);
    });
  }

  /**
   * The least value of the latest windows.
   *
   * @param {number} time now
   * @param {number} count
   */
  floor(time, count) {
    const [finest] = this.scales(time);
    return finest.length < count ? undefined : Math.min(...finest.slice(-count).map(({ value }) => value));
  }
}

module.exports = { Level, WINDOWS };
