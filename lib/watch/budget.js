'use strict';

// Limits of the watcher: how often it may capture, and how often it may raise an alarm.

const { Quota } = require('../quota');

class Budget {
  #limits;
  #now;
  #quota;
  #count = 0;
  #quietUntil = -Infinity;
  /** @type {Map<string, number>} */
  #alarms = new Map();

  /**
   * @param {{ maxCaptures: number, maxPerDay: number, cooldownMs: number, repeatMs: number }} limits
   * @param {() => number} now milliseconds of a monotonic clock
   */
  constructor(limits, now) {
    this.#limits = limits;
    this.#quota = new Quota(limits.maxPerDay);
    this.#now = now;
  }

  /** @returns {string | undefined} why no capture may begin now */
  whyNotCapture() {
    const now = this.#now();
    if (this.#count >= this.#limits.maxCaptures)
      return `the watcher has taken ${this.#count} snapshots in this process (\`limits.maxCaptures\`)`;
    if (this.#quota.waitMs(now) > 0)
      return `the watcher has taken ${this.#quota.used(now)} snapshots in 24 hours (\`limits.maxPerDay\`)`;
    return undefined;
  }

  captured() {
    this.#count += 1;
    this.#quota.take(this.#now());
  }

  /** May another rise be investigated? */
  get isQuiet() {
    return this.quietForMs > 0;
  }

  /** A rise was investigated. */
  cool() {
    this.#quietUntil = this.#now() + this.#limits.cooldownMs;
  }

  /** Milliseconds until another rise may be investigated. */
  get quietForMs() {
    return Math.max(this.#quietUntil - this.#now(), 0);
  }

  /** @param {string} rule */
  mayAlarm(rule) {
    return this.silentForMs(rule) === 0;
  }

  /** Milliseconds until the rule may raise another alarm. @param {string} rule */
  silentForMs(rule) {
    const last = this.#alarms.get(rule);
    return last === undefined ? 0 : Math.max(last + this.#limits.repeatMs - this.#now(), 0);
  }

  /** @param {string} rule */
  alarmed(rule) {
    this.#alarms.set(rule, this.#now());
  }
}

module.exports = { Budget };
