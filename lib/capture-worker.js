'use strict';

// The heap of another thread of this process. That thread captures itself, told to by the inspector: `worker.getHeapSnapshot()` would have this thread
// write the document, and stand still for it.

const inspector = require('node:inspector');
const path = require('node:path');
const { Worker } = require('node:worker_threads');
const { optionError, toError } = require('./errors');
const { choosePlace } = require('./place');

const HEAPHOUND = path.join(__dirname, '..', 'index.js');
/** Where a capture can be aborted, in the worker's global object. */
const ABORT = 'heaphound.abort';
let captures = 0;

/**
 * @param {Worker} worker
 * @param {any} options of captureSnapshot, checked, without the signal
 * @param {AbortSignal} [signal]
 * @returns {Promise<import('..').CaptureResult>}
 */
async function captureWorker(worker, options, signal) {
  const caller = new Error('at');
  const { threadId } = worker;
  if (threadId < 0) throw optionError('worker', 'has ended');
  captures += 1;
  const key = `${ABORT}.${captures}`;
  const place = choosePlace(options, options.compression ?? 'zstd', new Date(), { pid: process.pid, threadId });
  const { dir, ...rest } = options;
  try {
    const { result, failure } = await withSession(worker, signal, key, (evaluate) => evaluate(program(key, { ...rest, path: place.file })));
    if (failure) throw Object.assign(toError(failure, caller), failure.numbers);
    return result;
  } catch (error) {
    place.undo();
    throw error;
  }
}

/**
 * What the worker has to run. It has the options as text, and answers with what can be text.
 *
 * @param {string} key
 * @param {object} options
 */
function program(key, options) {
  return `(async () => {
    const abort = new AbortController();
    const key = Symbol.for(${JSON.stringify(key)});
    globalThis[key] = abort;
    try {
      const load = (process.getBuiltinModule ?? require)('node:module').createRequire(${JSON.stringify(HEAPHOUND)});
      const { captureSnapshot } = load(${JSON.stringify(HEAPHOUND)});
      return { result: await captureSnapshot({ ...${JSON.stringify(options)}, signal: abort.signal }) };
    } catch (error) {
      const { code = 'HEAPHOUND_ERR_CAPTURE', message = String(error), need, have } = error ?? {};
      return { failure: { code, message, numbers: need === undefined ? {} : { need, have } } };
    } finally {
      delete globalThis[key];
    }
  })()`;
}

/**
 * Runs `work` with a way to evaluate an expression in the worker. Ends early when the worker does or the signal fires; what the worker
 * does then is aborted as soon as it looks.
 *
 * @param {Worker} worker
 * @param {AbortSignal | undefined} signal
 * @param {string} key
 * @param {(evaluate: (expression: string) => Promise<any>) => Promise<any>} work
 */
async function withSession(worker, signal, key, work) {
  const session = new inspector.Session();
  session.connect();
  /** @type {(error: unknown) => void} */
  let giveUp;
  /** @type {Promise<never>} */
  const over = new Promise((_, reject) => (giveUp = reject));
  over.catch(() => {});
  const ended = () => giveUp(captureError('the worker ended'));
  const aborted = () => giveUp(/** @type {AbortSignal} */ (signal).reason);
  worker.once('exit', ended);
  if (signal) signal.addEventListener('abort', aborted, { once: true });
  let abort = () => {};
  try {
    const sessionId = await Promise.race([attach(session, worker.threadId), over]);
    const evaluate = evaluator(session, sessionId);
    abort = () => void evaluate(`globalThis[Symbol.for(${JSON.stringify(key)})]?.abort()`).catch(() => {});
    return await Promise.race([work(evaluate), over]);
  } catch (error) {
    abort();
    throw error;
  } finally {
    worker.removeListener('exit', ended);
    if (signal) signal.removeEventListener('abort', aborted);
    session.disconnect();
  }
}

/**
 * @param {inspector.Session} session
 * @param {number} threadId
 * @returns {Promise<string>} the id of the session with that thread
 */
function attach(session, threadId) {
  return new Promise((resolve, reject) => {
    session.on('NodeWorker.attachedToWorker', ({ params }) => {
      if (Number(/^\[worker (\d+)\]/.exec(params.workerInfo.title)?.[1]) === threadId) resolve(params.sessionId);
    });
    session.post('NodeWorker.enable', { waitForDebuggerOnStart: false }, (error) => {
      if (error) reject(captureError(`the inspector of this thread does not reach workers (${error.message})`));
    });
  });
}

/**
 * @param {inspector.Session} session
 * @param {string} sessionId
 * @returns {(expression: string) => Promise<any>}
 */
function evaluator(session, sessionId) {
  let calls = 0;
  return (expression) => new Promise((resolve, reject) => {
    calls += 1;
    const id = calls;
    /** @param {any} event */
    const listener = ({ params }) => {
      const answer = params.sessionId === sessionId ? JSON.parse(params.message) : {};
      if (answer.id !== id) return;
      session.removeListener('NodeWorker.receivedMessageFromWorker', listener);
      const problem = answer.error ?? answer.result.exceptionDetails;
      if (problem) reject(captureError(problem.exception?.description ?? problem.message ?? problem.text));
      else resolve(answer.result.result.value);
    };
    session.on('NodeWorker.receivedMessageFromWorker', listener);
    const params = { expression, includeCommandLineAPI: true, awaitPromise: true, returnByValue: true };
    session.post('NodeWorker.sendMessageToWorker', { sessionId, message: JSON.stringify({ id, method: 'Runtime.evaluate', params }) });
  });
}

/** @param {string} what */
function captureError(what) {
  return toError({ code: 'HEAPHOUND_ERR_CAPTURE', message: `no snapshot of the worker was taken: ${what}` }, new Error('at'));
}

/** @type {import('./options').Check} */
function workerOption(name, value) {
  if (!(value instanceof Worker)) throw optionError(name, 'must be a Worker of node:worker_threads');
  return value;
}

module.exports = { captureWorker, workerOption };
