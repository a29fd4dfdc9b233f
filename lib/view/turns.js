'use strict';

// Questions that run side by side: each takes threads and memory of its own.

const { onAbort } = require('../../waits/signal');

class Turns {
  #most;
  #running = 0;
  /** @type {Set<() => void>} */
  #waiting = new Set();

  /** @param {number} most that run at once */
  constructor(most) {
    this.#most = most;
  }

  /**
   * The outcome of `work`, which begins when its turn comes. Rejects with the signal's reason when that fires before.
   *
   * @template T
   * @param {AbortSignal} signal
   * @param {() => Promise<T>} work
   * @returns {Promise<T>}
   */
  async take(signal, work) {
    signal.throwIfAborted();
    if (this.#running >= this.#most) await this.#turn(signal);
    else this.#running += 1;
    try {
      return await work();
    } finally {
      const [next] = this.#waiting;
      // The turn goes on to the next one: nobody comes between.
      if (next === undefined) this.#running -= 1;
      else next();
    }
  }

  /**
   * @param {AbortSignal} signal
   * @returns {Promise<void>}
   */
  #turn(signal) {
    return new Promise((resolve, reject) => {
      let forget = () => {};
      const begin = () => {
        this.#waiting.delete(begin);
        forget();
        resolve();
      };
      this.#waiting.add(begin);
      forget = onAbort(signal, () => {
        this.#waiting.delete(begin);
        reject(signal.reason);
      });
    });
  }
}

module.exports = { Turns };
