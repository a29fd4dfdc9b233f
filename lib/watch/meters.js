'use strict';

// The watcher's measurements so far, for the rules.

const { container, heapLimit, oldBytes } = require('./memory');
const { WatchClock } = require('./watch-clock');
const { Level } = require('./windows');

class Meters {
  #clock;
  #minWindows;
  #rss = 0;
  /** @type {{ limitBytes: number, usedBytes: number } | undefined} */
  #container;

  /** @param {{ now: () => number, sampleMs: number, windowMs: number, minWindows: number }} options */
  constructor({ now, sampleMs, windowMs, minWindows }) {
    this.now = now;
    this.levels = { heap: new Level(windowMs), external: new Level(windowMs), gap: new Level(windowMs) };
    this.#clock = new WatchClock(now, sampleMs);
    this.#minWindows = minWindows;
  }

  /** Milliseconds of watching. */
  get time() {
    return this.#clock.time;
  }

  /** Records the floor of the heap, after a major collection. */
  collected() {
    const { time } = this.#clock;
    this.levels.heap.add(time, oldBytes());
    this.levels.external.add(time, process.memoryUsage().external);
  }

  /** Records the other levels, at each tick. */
  look() {
    if (this.#clock.tick()) this.discard();
    const { rss, heapTotal, external } = process.memoryUsage();
    this.#rss = rss;
    this.#container = container();
    this.levels.gap.add(this.#clock.time, Math.max(rss - heapTotal - external, 0));
  }

  /** Drops the open windows: the thread stood still in them, or this package took memory. */
  discard() {
    for (const level of Object.values(this.levels)) level.discardOpen();
  }

  /** Measures anew from here. */
  forget() {
    for (const level of Object.values(this.levels)) level.forget();
  }

  /** @returns {import('./rules').View} */
  view() {
    return {
      time: this.#clock.time,
      minWindows: this.#minWindows,
      levels: this.levels,
      heapLimit: heapLimit(),
      rss: this.#rss,
      container: this.#container,
    };
  }
}

module.exports = { Meters };
