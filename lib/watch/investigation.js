'use strict';

// The investigation of a rise: a snapshot now, two more as the floor rises, then the verdict of findLeaks.

const { nextEvent } = require('../../waits/event');
const { insteadOf } = require('./instead');
const { picture } = require('./picture');

/** Rise of the floor since the first snapshot, at the second and at the third one. */
const STEPS = [0.25, 0.5];
/**
 * After the third snapshot the floor must reach this level, and rise by one more step from where it is then. Traffic
 * levels off; a leak does not.
 */
const PROOF = 0.6;
/** Highest level of the last step, as a share of the heap's limit. */
const LAST_SHARE = 0.65;
/** A capture that another one blocks is tried again this many times, at the next ticks. */
const TRIES = 40;
/** @type {Set<string | undefined>} */
const PASSING = new Set(['HEAPHOUND_ERR_BUSY', 'HEAPHOUND_ERR_COOLDOWN']);

/**
 * @typedef {object} Scene the parts of the watcher that an investigation uses
 * @property {import('node:events').EventEmitter} ticks
 * @property {Pick<import('./gauge').Gauge, 'find' | 'floor' | 'limit' | 'now'>} gauge of the rule
 * @property {import('./budget').Budget} budget
 * @property {Pick<import('./evidence').Evidence, 'capture' | 'analyse'>} evidence
 * @property {{ spacingMs: number, patienceMs: number, samplingMs: number }} times
 * @property {AbortSignal} signal
 */

/**
 * @typedef {object} Outcome
 * @property {import('./evidence').Taken[]} snapshots
 * @property {import('./evidence').Taken[]} [images] where there was no room for a snapshot
 * @property {import('../..').LeakDocument} [document] the verdict
 * @property {string} [report] its id
 * @property {import('./picture').Picture} [picture] when there is no verdict
 * @property {string[]} skipped steps that were left out, each with its reason
 */

class Investigation {
  #rule;
  #scene;
  /** @type {import('./evidence').Taken[]} */
  snapshots = [];
  /** @type {import('./evidence').Taken[]} */
  images = [];
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
    const { gauge } = this.#scene;
    const base = gauge.floor() ?? 0;
    await this.#take(`${this.#rule}: baseline`);
    const room = Math.max(LAST_SHARE * gauge.limit - base, 0);
    const level = (/** @type {number} */ step) => base + Math.min(step * base, (room * step) / PROOF);
    for (const step of STEPS) {
      if (!(await this.#rises(level(step)))) return undefined;
      await this.#take(
        `${this.#rule}: the floor has risen by ${Math.round(((gauge.floor() ?? base) / base - 1) * 100)} %`,
      );
    }
    const third = gauge.floor() ?? base;
    if (!(await this.#rises(Math.max(level(PROOF), third + level(PROOF) - level(STEPS[STEPS.length - 1])), 0)))
      return undefined;
    return this.#conclude();
  }

  /**
   * Waits until the floor reaches the level and still rises; false when the rise ended before.
   *
   * @param {number} level bytes
   * @param {number} [waitMs] at the least
   */
  async #rises(level, waitMs = this.#scene.times.spacingMs) {
    const { ticks, gauge, times, signal } = this.#scene;
    const begun = gauge.now();
    let risen = begun;
    for (;;) {
      await nextEvent(ticks, 'tick', { signal });
      const now = gauge.now();
      const isRising = gauge.find() !== undefined;
      if (isRising) risen = now;
      if (now - risen > times.patienceMs) return false;
      if (isRising && (gauge.floor() ?? 0) >= level && now - begun >= waitMs) return true;
    }
  }

  /** @param {string} reason */
  async #take(reason) {
    const { ticks, budget, evidence, signal } = this.#scene;
    for (let attempt = 1; ; attempt += 1) {
      const whyNot = budget.whyNotCapture();
      if (whyNot !== undefined) return void this.#skipped.push(`no snapshot: ${whyNot}`);
      try {
        const taken = await evidence.capture(reason, signal);
        if (taken.kind !== 'image') return void this.snapshots.push(taken);
        this.#skipped.push(insteadOf(taken));
        return void this.images.push(taken);
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
    const { ticks, evidence, times, signal } = this.#scene;
    const { snapshots, images } = this;
    const skipped = this.#skipped;
    if (snapshots.length >= 2) {
      for (let attempt = 1; attempt <= TRIES; attempt += 1) {
        try {
          const ids = snapshots.map(({ id }) => id);
          return { snapshots, images, skipped, ...(await evidence.analyse(ids, signal)) };
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
      images,
      skipped,
      picture: await picture({ share: 0, capture: why, samplingMs: times.samplingMs, signal }),
    };
  }
}

module.exports = { Investigation };
