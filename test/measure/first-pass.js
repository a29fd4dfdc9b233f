'use strict';

// A first look without snapshots. Most scenarios leak nothing, and V8's own numbers show it: after a full collection
// the heap has as many bytes as before. A leak of the smallest object shows in them too. Whatever is not still goes on
// to the snapshots.

const { GAUGES, readGauges } = require('./gauges');
const { SHARE } = require('../report/verdict');

/** Bytes of the smallest object of a heap: a number with its header. */
const SMALLEST_OBJECT = 16;
/**
 * Objects of that size that always count, however many runs a round has: a leak need not be objects. Example: a Buffer
 * that is replaced by one of two bytes more.
 */
const MOST_OBJECTS = 4;
/**
 * Rounds in a row without growth that decide: as many as there are intervals between three snapshots. After a late
 * growth as many as there were before it, since a table of numbers grows when their count has doubled; but not more
 * than `MOST_STILL_ROUNDS`.
 */
const STILL_ROUNDS = 2;
const MOST_STILL_ROUNDS = 3;
/** Rounds in a row that grew by much the same, after which nobody hopes for stillness. */
const GROWN_ROUNDS = 3;
/**
 * Growth of one round over that of the one before, or the other way round. What a leak adds is about as much each time;
 * what V8 makes while a server becomes warm is not: 10,584, 1,528, 3,392, 2,208, 10,160 and then 0 bytes.
 */
const SAME = 2;
/** Brief rounds at most: an HTTP server became still after five to nine rounds. */
const MOST_BRIEF_ROUNDS = 8;
/** V8's own lists become a little longer now and then. What is not still after so many rounds is measured. */
const MOST_ROUNDS = 12;
/** Looks before the first round: the code of a look makes objects of its own when it runs for the first times. */
const REHEARSALS = 8;

/**
 * Compares the heap of each round with that of the round before. It allocates nothing that stays: a list of what it saw
 * would be growth.
 */
class FirstPass {
  #before = new Float64Array(GAUGES.length);
  #now = new Float64Array(GAUGES.length);
  /** What a leak that the snapshots find adds to each gauge in a round, at least. */
  #least;
  /** Rounds in a row without a change that is as large. */
  still = 0;
  /** Rounds in a row that grew by much the same. */
  grown = 0;
  #lastGrowth = 0;

  /** @param {number} iterations runs of a round */
  constructor(iterations) {
    const bytes = Math.min(SHARE * iterations, MOST_OBJECTS) * SMALLEST_OBJECT;
    this.#least = Float64Array.from(GAUGES, (unit) => (unit === 'bytes' ? bytes : 1));
    for (let at = 0; at < REHEARSALS; at += 1) this.look();
  }

  look() {
    readGauges(this.#now);
    let isChanged = false;
    let growth = 0;
    for (let gauge = 0; gauge < GAUGES.length; gauge += 1) {
      const change = this.#now[gauge] - this.#before[gauge];
      if (Math.abs(change) >= this.#least[gauge]) isChanged = true;
      if (change >= this.#least[gauge]) growth += change;
      this.#before[gauge] = this.#now[gauge];
    }
    this.still = isChanged ? 0 : this.still + 1;
    const isSame = growth <= this.#lastGrowth * SAME && growth * SAME >= this.#lastGrowth;
    this.grown = growth === 0 ? 0 : isSame ? this.grown + 1 : 1;
    this.#lastGrowth = growth;
  }

  forget() {
    this.still = 0;
    this.grown = 0;
  }
}

/**
 * A round runs the scenario, and rests. A `warm` one does so without a collection. The last step of the others is a
 * collection, and a `brief` one has hardly a rest.
 *
 * @typedef {'warm' | 'brief' | 'settled'} Round
 */

/**
 * Warms up, and runs rounds until some in a row left the heap as it was. The first rounds are brief: what V8 makes
 * while a scenario becomes warm shows without a rest, and a small application needs up to ten rounds for it. No brief
 * round decides: those that do have their rest, so that work which ends late is seen.
 *
 * @param {(round: Round) => Promise<void>} round
 * @param {{ iterations: number, snapshots: number, warmup: number }} plan `warmup`: one at least
 * @returns {Promise<{ isStill: boolean, rounds: number }>} not still where something grew in a row, or where nobody
 *   can tell; rounds of the look after those of the warm-up
 */
async function lookForStillness(round, { iterations, snapshots, warmup }) {
  const pass = new FirstPass(iterations);
  for (let at = 1; at < warmup; at += 1) await round('warm');
  await round('brief');
  pass.look();
  pass.forget();
  let rounds = 0;
  while (pass.still === 0 && pass.grown < GROWN_ROUNDS && rounds < MOST_BRIEF_ROUNDS) {
    await round('brief');
    pass.look();
    rounds += 1;
  }
  // The first rest frees what had no time before, so it says nothing of growth.
  pass.grown = 0;
  for (let at = 0; at < MOST_ROUNDS; at += 1) {
    await round('settled');
    pass.look();
    rounds += 1;
    const before = Math.min(warmup + rounds - pass.still, MOST_STILL_ROUNDS);
    const isDecided = at + 1 >= STILL_ROUNDS && pass.still >= Math.max(STILL_ROUNDS, before, snapshots - 1);
    if (isDecided) return { isStill: true, rounds };
    if (pass.grown >= GROWN_ROUNDS) break;
  }
  return { isStill: false, rounds };
}

module.exports = { lookForStillness };
