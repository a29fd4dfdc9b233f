'use strict';

// The heap of another thread of this process. That thread captures itself: `worker.getHeapSnapshot()` would have this
// thread write the document, and stand still for it. The inspector only carries the first word, because Node.js crashes
// when a thread ends that owes its inspector an answer. Everything after that goes through a channel, which a thread
// may leave at any time.

const { randomUUID } = require('node:crypto');
const path = require('node:path');
const { setTimeout: delay } = require('node:timers/promises');
const { BroadcastChannel, Worker } = require('node:worker_threads');
const { optionError, toError } = require('../../errors');
const { choosePlace } = require('../../disk/place');
const { insistOnEnd } = require('./end');
const { nextEvent } = require('../../../waits/event');
const { onAbort } = require('../../../waits/signal');
const { sessionEnded } = require('../object-ids');

const HEAPHOUND = path.join(__dirname, '..', '..', '..', 'index.js');
const TELLER = path.join(__dirname, 'teller.js');
/** How often a worker is looked for that has not started yet, in milliseconds. */
const LOOK_EVERY_MS = 10;
/** The first message of a worker. */
const HERE = 'here';

/**
 * @param {Worker} worker
 * @param {Omit<import('../../..').CaptureOptions, 'worker' | 'signal'>} options of captureSnapshot, checked
 * @param {AbortSignal} [signal]
 * @returns {Promise<import('../../..').CaptureResult>}
 */
async function captureWorker(worker, options, signal) {
  const caller = new Error('at');
  const { threadId } = worker;
  if (threadId < 0) throw optionError('worker', 'has ended');
  const place = choosePlace(options, options.compression ?? 'zstd', new Date(), { pid: process.pid, threadId });
  const { dir, ...rest } = options;
  try {
    const { result, failure } = await ask(worker, { ...rest, path: place.file }, signal);
    if (failure) throw Object.assign(toError(failure, caller), failure.numbers);
    return result;
  } catch (error) {
    place.undo();
    throw error;
  }
}

/**
 * @typedef {{ result: import('../../..').CaptureResult, failure?: undefined } | { result?: undefined, failure:
 *   import('../../errors').Failure & { numbers: object } }} Answer
 */

/**
 * Has the worker capture itself, and waits for its answer, its end, or the signal. After an abort the channel stays
 * open until the worker listens and gets the message.
 *
 * @param {Worker} worker
 * @param {object} options
 * @param {AbortSignal} [signal]
 * @returns {Promise<Answer>}
 */
function ask(worker, options, signal) {
  const channel = new BroadcastChannel(`heaphound.${randomUUID()}`);
  const unwanted = new AbortController();
  const relent = insistOnEnd(worker);
  return new Promise((resolve, reject) => {
    const ended = () => close(() => reject(captureError('the worker ended')));
    const aborted = () => {
      unwanted.abort();
      channel.unref();
      channel.postMessage(null);
      reject(/** @type {AbortSignal} */ (signal).reason);
    };
    /** @param {() => void} answer the caller */
    const close = (answer) => {
      unwanted.abort();
      relent();
      worker.removeListener('exit', ended);
      forget();
      channel.close();
      answer();
    };
    channel.onmessage = ({ data }) => {
      if (data !== HERE) return close(() => resolve(data));
      relent();
      channel.postMessage(unwanted.signal.aborted ? null : options);
      if (unwanted.signal.aborted) close(() => {});
    };
    worker.once('exit', ended);
    const forget = onAbort(signal, aborted);
    // A worker that got the message answers some time, or ends.
    reach(worker, program(channel.name), unwanted.signal).then(
      (isReached) => isReached || close(() => {}),
      (error) => close(() => reject(error)),
    );
  });
}

/**
 * The code that the worker runs. It begins from the event loop: the inspector may interrupt another function.
 *
 * @param {string} channel
 */
function program(channel) {
  return `(() => {
    const load = process.getBuiltinModule ?? require;
    load('node:timers').setImmediate(() => {
      const { BroadcastChannel } = load('node:worker_threads');
      const channel = new BroadcastChannel(${JSON.stringify(channel)});
      const abort = new AbortController();
      const capture = async (options) => {
        try {
          const { captureSnapshot } = load('node:module').createRequire(${JSON.stringify(HEAPHOUND)})(${JSON.stringify(HEAPHOUND)});
          return { result: await captureSnapshot({ ...options, signal: abort.signal }) };
        } catch (error) {
          const { code = 'HEAPHOUND_ERR_CAPTURE', message = String(error), need, have } = error ?? {};
          return { failure: { code, message, numbers: need === undefined ? {} : { need, have } } };
        }
      };
      let isCapturing = false;
      channel.onmessage = async ({ data: options }) => {
        if (options === null) {
          abort.abort();
          if (!isCapturing) channel.close();
          return;
        }
        isCapturing = true;
        channel.postMessage(await capture(options));
        channel.close();
      };
      channel.postMessage(${JSON.stringify(HERE)});
    });
  })()`;
}

/**
 * Has the worker run the expression as soon as its event loop turns: before that the inspector must leave it alone,
 * since Node.js crashes when a thread is ended that is starting and has a session.
 *
 * @param {Worker} worker
 * @param {string} expression
 * @param {AbortSignal} unwanted
 * @returns {Promise<boolean>} false when the capture was aborted before the worker got the message
 */
async function reach(worker, expression, unwanted) {
  while (!isUp(worker)) {
    if (unwanted.aborted) return false;
    await delay(LOOK_EVERY_MS);
  }
  const teller = new Worker(TELLER, {
    workerData: { threadId: worker.threadId, expression },
    execArgv: [],
    env: {},
    stdin: false,
  });
  const forget = onAbort(unwanted, () => teller.postMessage('stop'));
  try {
    const [{ isReached, problem }] = await nextEvent(teller, 'message', { over: 'exit' });
    if (problem !== undefined)
      throw captureError(`the inspector of the main thread does not reach workers (${problem})`);
    return isReached;
  } finally {
    forget();
    // The session of the teller was with this thread.
    sessionEnded();
  }
}

/** @param {Worker} worker */
function isUp(worker) {
  const { active, idle } = worker.performance.eventLoopUtilization();
  return active + idle > 0;
}

/** @param {string} what */
function captureError(what) {
  return toError(
    { code: 'HEAPHOUND_ERR_CAPTURE', message: `no snapshot of the worker was taken: ${what}` },
    new Error('at'),
  );
}

/** @type {import('../../options').Check<Worker>} */
function workerOption(name, value) {
  if (!(value instanceof Worker)) throw optionError(name, 'must be a Worker of node:worker_threads');
  return value;
}

module.exports = { captureWorker, workerOption };
