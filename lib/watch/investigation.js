'use strict';

// A rise is looked into: a snapshot now and two more as the floor rises, then what findLeaks says of them.

const { nextEvent } = require('../../waits/event');
const { picture } = require('./ladder');

/** How far above the first the floor is at the second and at the third snapshot. */
const STEPS = [0.25, 0.5];
/**
 * After the third one it has to go on to here, and from where it is then by as much: what ends at its height, as
 * traffic does, is no leak.
 */
const PROOF = 0.6;
/** Where that is at the latest: a share of the heap's limit. */
const LAST_SHARE = 0.65;
/** Windows that the floor is the least of. */
const FLOOR_WINDOWS = 2;
/** A capture that somebody else is in the way of is tried again so many times, at the next ticks. */
const TRIES = 40;
/** @type {Set<string | undefined>} */
const PASSING = new Set(['HEAPHOUND_ERR_BUSY', 'HEAPHOUND_ERR_COOLDOWN']);

/**
 * @typedef {object} Scene what an investigation sees of its watcher
 * @property {import('node:events').EventEmitter} ticks
 * @property {() => import('./rules').Finding | undefined} find of the rule
 * @property {() => number | undefined} floor bytes
 * @property {() => number} heapLimit bytes, of what the rule measures: Infinity when it is not the heap
 * @property {() => number} now
 * @property {import('./budget').Budget} budget
 * @property {(reason: string) => Promise<any>} capture
 * @property {(ids: string[]) => Promise<{ document: any, report?: string }>} analyse
 * @property {{ spacingMs: number, patienceMs: number, samplingMs: number }} times
 * @property {AbortSignal} signal
 */

/**
 * @typedef {object} Outcome
 * @property {any[]} snapshots
 * @property {any} [document] the verdict
 * @property {string} [report] its id
 * @property {import('./ladder').Picture} [picture] when there is no verdict
 * @property {string[]} skipped what could not be done, and why
 */

class Investigation {
  #rule;
  #scene;
  /** @type {any[]} */
  snapshots = [];
  /** @type {string[]} */
  #skipped = [];

  /**
   * @param {string} rule
   * @param {Scene} scene
   */
  constructor(rule, scene) {
    this.#rule = rule;
    this.#scene = scene;
  }

  /** @returns {Promise<Outcome | undefined>} undefined: the rise ended */
  async run() {
    const { floor, heapLimit } = this.#scene;
    const base = floor() ?? 0;
    await this.#take(`${this.#rule}: baseline`);
    const room = Math.max(LAST_SHARE * heapLimit() - base, 0);
    const level = (/** @type {number} */ step) => base + Math.min(step * base, (room * step) / PROOF);
    for (const step of STEPS) {
      if (!(await this.#rises(level(step)))) return undefined;
      await this.#take(`${this.#rule}: the floor has risen by ${Math.round(((floor() ?? base) / base - 1) * 100)} %`);
    }
    const third = floor() ?? base;
    if (!(await this.#rises(Math.max(level(PROOF), third + level(PROOF) - level(STEPS[STEPS.length - 1])), 0)))
      return undefined;
    return this.#conclude();
  }

  /**
   * Waits until the floor is there and still rising; false when it stopped on its way.
   *
   * @param {number} level bytes
   * @param {number} [waitMs] at the least
   */
  async #rises(level, waitMs = this.#scene.times.spacingMs) {
    const { ticks, find, floor, now, times, signal } = this.#scene;
    const begun = now();
    let risen = now();
    for (;;) {
      await nextEvent(ticks, 'tick', { signal });
      const isRising = find() !== undefined;
      if (isRising) risen = now();
      if (now() - risen > times.patienceMs) return false;
      if (isRising && (floor() ?? 0) >= level && now() - begun >= waitMs) return true;
    }
  }

  /** @param {string} reason */
  async #take(reason) {
    const { ticks, budget, capture, signal } = this.#scene;
    for (let attempt = 1; ; attempt += 1) {
      const whyNot = budget.whyNotCapture();
      if (whyNot !== undefined) return void this.#skipped.push(`no snapshot: ${whyNot}`);
      try {
        return void this.snapshots.push(await capture(reason));
      } catch (error) {
        signal.throwIfAborted();
        const { code, message } = /** @type {NodeJS.ErrnoException} */ (error);
        if (!PASSING.has(code) || attempt === TRIES) return void this.#skipped.push(`no snapshot: ${message}`);
        await nextEvent(ticks, 'tick', { signal });
      }
    }
  }

  /** @returns {Promise<Outcome>} */
  async #conclude() {
    const { ticks, analyse, times, signal } = this.#scene;
    const { snapshots } = this;
    const skipped = this.#skipped;
    if (snapshots.length >= 2) {
      for (let attempt = 1; attempt <= TRIES; attempt += 1) {
        try {
          return { snapshots, skipped, ...(await analyse(snapshots.map(({ id }) => id))) };
        } catch (error) {
          signal.throwIfAborted();
          const { code, message } = /** @type {NodeJS.ErrnoException} */ (error);
          if (!PASSING.has(code) || attempt === TRIES) {
            skipped.push(`no verdict: ${message}`);
            break;
          }
          await nextEvent(ticks, 'tick', { signal });
        }
      }
    }
    const why = 'those that could be taken are there already';
    return {
      snapshots,
      skipped,
      picture: await picture({ share: 0, capture: why, samplingMs: times.samplingMs, signal }),
    };
  }
}

module.exports = { Investigation, FLOOR_WINDOWS };
