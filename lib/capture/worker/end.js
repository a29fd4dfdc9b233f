'use strict';

// An end of a worker that is not lost.
//
// V8 drops a `terminate()` that comes while the thread runs an expression of the inspector. A worker that computes
// without end then goes on for ever, and the promise of `terminate()` never settles. A second call is enough.

/** @typedef {import('node:worker_threads').Worker} Worker */

/** When `terminate()` is repeated first, in milliseconds; then after twice the time, and so on. */
const FIRST_MS = 50;
/** The last wait. Every repetition adds a listener to the worker, and Node.js warns at the eleventh. */
const LAST_MS = 6_400;

/** @type {WeakMap<Worker, { holders: number, restore: () => void }>} */
const insisting = new WeakMap();

/**
 * From now on `worker.terminate()` is repeated until the worker is gone.
 *
 * @param {Worker} worker
 * @returns {() => void} ends that; the worker has its own `terminate` again when all who asked have ended it
 */
function insistOnEnd(worker) {
  const own = insisting.get(worker) ?? { holders: 0, restore: wrap(worker) };
  own.holders += 1;
  insisting.set(worker, own);
  let isOver = false;
  return () => {
    if (isOver) return;
    isOver = true;
    own.holders -= 1;
    if (own.holders > 0) return;
    insisting.delete(worker);
    own.restore();
  };
}

/**
 * @param {Worker} worker
 * @returns {() => void} takes the wrapper away
 */
function wrap(worker) {
  const { terminate } = worker;
  const had = Object.getOwnPropertyDescriptor(worker, 'terminate');
  let isEnding = false;
  const insistent = () => {
    if (!isEnding) repeat(worker, terminate);
    isEnding = true;
    return terminate.call(worker);
  };
  Object.defineProperty(worker, 'terminate', { value: insistent, configurable: true, writable: true });
  return () => {
    if (worker.terminate !== insistent) return;
    if (had) Object.defineProperty(worker, 'terminate', had);
    else Reflect.deleteProperty(worker, 'terminate');
  };
}

/**
 * @param {Worker} worker
 * @param {Worker['terminate']} terminate
 */
function repeat(worker, terminate) {
  let wait = FIRST_MS;
  /** @type {NodeJS.Timeout | undefined} */
  let timer;
  const again = () => {
    terminate.call(worker);
    wait *= 2;
    timer = wait > LAST_MS ? undefined : setTimeout(again, wait).unref();
  };
  timer = setTimeout(again, wait).unref();
  worker.once('exit', () => clearTimeout(timer));
}

module.exports = { insistOnEnd };
