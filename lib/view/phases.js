'use strict';

// How far the opening of a file is, and how long it may still take.

const { STAGES } = require('../../words/stages');

/**
 * The share of the time that each stage takes, in the order in which they come: measured with snapshots of 40 to 230 MB
 * on two processors. It is an estimate, and nothing depends on it.
 *
 * @type {[import('../..').Progress['stage'], number][]}
 */
const SHARES = [
  ['reading', 0.6],
  ['graph', 0.15],
  ['dominators', 0.2],
  ['analysis', 0.05],
];
/** A snapshot is captured of what is opened where that is an image. */
const WORDS = { ...STAGES, capturing: 'thawing the image' };
/** Before this share of the work is done, an estimate would be a guess. */
const LEAST_SHARE = 0.05;

class Phases {
  /** @type {import('../..').Progress | undefined} */
  #last;
  /** When the reading began: nobody can say how long an image thaws. @type {number | undefined} */
  #began;

  /** @param {import('../..').Progress} progress */
  update(progress) {
    this.#last = progress;
    if (SHARES.some(([stage]) => stage === progress.stage)) this.#began ??= performance.now();
  }

  /** @returns {{ phase?: string, done?: number, total?: number, remainingMs?: number }} */
  toDocument() {
    if (this.#last === undefined) return {};
    const { stage, done, total } = this.#last;
    return { phase: WORDS[stage], ...(total > 0 && { done, total }), ...this.#remaining() };
  }

  #remaining() {
    const share = this.#share();
    if (this.#began === undefined || share < LEAST_SHARE) return {};
    const elapsed = performance.now() - this.#began;
    return { remainingMs: Math.round((elapsed * (1 - share)) / share) };
  }

  /** The share of the work that is done. */
  #share() {
    if (this.#last === undefined) return 0;
    const { stage, done, total } = this.#last;
    let share = 0;
    for (const [name, part] of SHARES) {
      if (name === stage) return share + (total > 0 ? part * Math.min(done / total, 1) : 0);
      share += part;
    }
    return stage === 'done' ? 1 : 0;
  }
}

module.exports = { Phases };
