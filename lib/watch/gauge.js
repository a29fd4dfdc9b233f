'use strict';

const { RULES } = require('./rules');

/** The floor is the least value of this many windows. */
const FLOOR_WINDOWS = 2;

/** The watcher's measurements, as one rule reads them. */
class Gauge {
  #rule;
  #meters;
  #setting;

  /**
   * @param {import('../..').RuleName} rule
   * @param {import('./meters').Meters} meters
   * @param {{ share?: number }} setting the rule's setting, which may change
   */
  constructor(rule, meters, setting) {
    this.#rule = rule;
    this.#meters = meters;
    this.#setting = setting;
  }

  /** Undefined when the rule finds nothing. */
  find() {
    const { find } = RULES[this.#rule];
    return find(this.#meters.view(), this.#setting.share ?? 1);
  }

  /** Bytes: the least value of the latest windows. Undefined: too few windows are over. */
  floor() {
    return this.#level.floor(this.#meters.time, FLOOR_WINDOWS);
  }

  /** Bytes: the latest value. */
  get latest() {
    return this.#level.latest;
  }

  /** Bytes that the level may rise to. Infinity for other levels than the heap's. */
  get limit() {
    const { levels, heapLimit } = this.#meters.view();
    return this.#level === levels.heap ? heapLimit : Infinity;
  }

  /** Milliseconds of a monotonic clock. */
  now() {
    return this.#meters.now();
  }

  get #level() {
    return this.#meters.levels[RULES[this.#rule].level ?? 'heap'];
  }
}

module.exports = { Gauge };
