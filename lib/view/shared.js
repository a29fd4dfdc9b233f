'use strict';

// Answers that many requests share: the first one starts the work, and the last one that leaves ends it.

const { unlessGivenUp } = require('../../waits/bound');
const { onAbort } = require('../../waits/signal');

/**
 * @typedef {object} Work
 * @property {Promise<unknown>} answer
 * @property {AbortController} stop
 * @property {number} waiting requests
 * @property {boolean} isOver
 */

class Shared {
  #most;
  /** The one that was asked for last stands last. @type {Map<string, Work>} */
  #works = new Map();

  /** @param {number} most answers that are kept */
  constructor(most) {
    this.#most = most;
  }

  /**
   * The answer of `start`, which is called once for each key. Rejects with the signal's reason when that fires; when
   * nobody waits any more, the signal of `start` fires too, and nothing is kept.
   *
   * @template T
   * @param {string} key
   * @param {AbortSignal} signal of this request
   * @param {(signal: AbortSignal) => Promise<T>} start
   * @returns {Promise<T>}
   */
  async get(key, signal, start) {
    signal.throwIfAborted();
    const work = this.#works.get(key) ?? this.#begin(key, start);
    this.#works.delete(key);
    this.#works.set(key, work);
    this.#shrink();
    work.waiting += 1;
    const forget = onAbort(signal, () => this.#leave(key, work, signal.reason));
    try {
      return await unlessGivenUp(/** @type {Promise<T>} */ (work.answer), { signal, graceMs: 0 });
    } finally {
      forget();
      if (!signal.aborted) work.waiting -= 1;
    }
  }

  /** Ends all work, and forgets all answers. */
  clear() {
    for (const { stop } of this.#works.values()) stop.abort(new Error('the viewer forgets the answer'));
    this.#works.clear();
  }

  /**
   * @param {string} key
   * @param {(signal: AbortSignal) => Promise<unknown>} start
   * @returns {Work}
   */
  #begin(key, start) {
    const stop = new AbortController();
    /** @type {Work} */
    const work = { answer: start(stop.signal), stop, waiting: 0, isOver: false };
    const over = () => {
      work.isOver = true;
    };
    work.answer.then(over, () => {
      over();
      // The next request tries again.
      this.#drop(key, work);
    });
    return work;
  }

  /**
   * @param {string} key
   * @param {Work} work
   * @param {unknown} reason
   */
  #leave(key, work, reason) {
    work.waiting -= 1;
    if (work.waiting > 0 || work.isOver) return;
    this.#drop(key, work);
    work.stop.abort(reason);
  }

  /**
   * @param {string} key
   * @param {Work} work
   */
  #drop(key, work) {
    if (this.#works.get(key) === work) this.#works.delete(key);
  }

  #shrink() {
    for (const [key, { isOver }] of this.#works) {
      if (this.#works.size <= this.#most) return;
      if (isOver) this.#works.delete(key);
    }
  }
}

module.exports = { Shared };
