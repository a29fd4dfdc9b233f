'use strict';

// The inspector protocol of another process, over its WebSocket. Nothing is read from the socket while an event is
// being worked on, so that memory does not depend on how fast the other side is.

const { setTimeout: delay } = require('node:timers/promises');
const { inspectorError } = require('../../errors');
const { onAbort } = require('../../../waits/signal');
const { nextEvent } = require('../../../waits/event');

/**
 * Commands and their answers, over whatever carries text.
 */
class Dialogue {
  #send;
  #calls = 0;
  /** @type {Map<number, { resolve: (result: any) => void, reject: (error: unknown) => void }>} */
  #waiting = new Map();
  /** @type {Map<string, (params: any) => unknown>} */
  #listeners = new Map();
  /** @type {unknown} */
  #end;

  /** @param {(message: string) => unknown} send */
  constructor(send) {
    this.#send = send;
  }

  /**
   * @param {string} method
   * @param {object} [params]
   * @returns {Promise<any>}
   */
  call(method, params = {}) {
    return new Promise((resolve, reject) => {
      if (this.#end) return reject(this.#end);
      this.#calls += 1;
      this.#waiting.set(this.#calls, { resolve, reject });
      this.#send(JSON.stringify({ id: this.#calls, method, params }));
    });
  }

  /**
   * The value of an expression in the other process.
   *
   * @param {string} expression
   */
  async evaluate(expression) {
    const { result, exceptionDetails } = await this.call('Runtime.evaluate', {
      expression,
      includeCommandLineAPI: true,
      returnByValue: true,
    });
    if (exceptionDetails)
      throw inspectorError(
        `an expression failed there (${exceptionDetails.exception?.description ?? exceptionDetails.text})`,
      );
    return result.value;
  }

  /**
   * One listener an event. What it gives is waited for before the next message is looked at.
   *
   * @param {string} event
   * @param {(params: any) => unknown} listener
   */
  on(event, listener) {
    this.#listeners.set(event, listener);
  }

  /** @param {string} text that came */
  async take(text) {
    const { id, method, params, error, result } = JSON.parse(text);
    if (id === undefined) return this.#listeners.get(method)?.(params);
    const call = this.#waiting.get(id);
    this.#waiting.delete(id);
    if (error) call?.reject(inspectorError(`it refused (${error.message})`));
    else call?.resolve(result);
  }

  /** Nothing will come any more. @param {unknown} error */
  end(error) {
    this.#end ??= error;
    for (const { reject } of this.#waiting.values()) reject(this.#end);
    this.#waiting.clear();
  }
}

/**
 * To the inspector at a `ws:` URL.
 *
 * @typedef {object} Connection
 * @property {Dialogue} dialogue
 * @property {() => void} hold From now on the signal does not cut it: the other side is in the middle of something.
 * @property {() => void} letGo
 * @property {(error: unknown) => void} cut Whatever the other side does.
 * @property {() => Promise<void>} close
 * @property {Promise<never>} ended rejects when the connection has ended
 */

/**
 * @param {string} url
 * @param {AbortSignal} [signal] cuts the connection
 * @returns {Promise<Connection>}
 */
async function connect(url, signal) {
  // @ts-ignore: it has no types of its own.
  const { WebSocket } = /** @type {any} */ (require('ws'));
  signal?.throwIfAborted();
  const socket = new WebSocket(url, { perMessageDeflate: false, maxPayload: 0, handshakeTimeout: HANDSHAKE_MS });
  const dialogue = new Dialogue((message) => socket.send(message));
  let isHeld = false;
  const aborted = () => {
    if (!isHeld) cut(/** @type {AbortSignal} */ (signal).reason);
  };
  /** @param {unknown} error */
  const cut = (error) => {
    dialogue.end(error);
    socket.terminate();
  };
  const forget = onAbort(signal, aborted);
  socket.on('error', (/** @type {Error} */ error) =>
    dialogue.end(signal?.aborted ? signal.reason : inspectorError(`${url}: ${error.message}`)),
  );
  // It comes once, after an error too: `terminate` brings it about.
  const closed = nextEvent(socket, 'close', {})
    .catch(() => {})
    .then(() => {
      forget();
      dialogue.end(inspectorError('it closed the connection'));
    });
  await nextEvent(socket, 'open', { over: 'close' }).catch((/** @type {Error} */ error) => {
    throw signal?.aborted ? signal.reason : inspectorError(`${url}: ${error.message}`);
  });
  let queue = Promise.resolve();
  let length = 0;
  socket.on('message', (/** @type {Buffer} */ data) => {
    // A few may come that were read before the pause: they wait their turn.
    length += 1;
    socket.pause();
    queue = queue
      .then(() => dialogue.take(data.toString()))
      .catch(cut)
      .then(() => {
        length -= 1;
        if (length === 0) socket.resume();
      });
  });
  const hold = () => {
    isHeld = true;
  };
  const letGo = () => {
    isHeld = false;
    if (signal?.aborted) aborted();
  };
  const close = async () => {
    socket.terminate();
    await closed;
  };
  const ended = closed.then(() => Promise.reject(inspectorError('it closed the connection')));
  // Nobody may be waiting for it.
  ended.catch(() => {});
  return { dialogue, hold, letGo, cut, close, ended };
}

/**
 * The threads of the process beside its main one, and a dialogue with one of them.
 *
 * @param {Dialogue} main
 */
async function reachWorkers(main) {
  /** @type {Map<string, Dialogue>} */
  const dialogues = new Map();
  /** @type {(import('../../..').InspectedWorker & { sessionId: string })[]} */
  const workers = [];
  main.on('NodeWorker.attachedToWorker', ({ sessionId, workerInfo }) => {
    const [, threadId, name] = /^\[worker (\d+)\] ?(.*)/.exec(workerInfo.title) ?? [undefined, NaN, workerInfo.title];
    workers.push({ threadId: Number(threadId), name, url: workerInfo.url, sessionId });
    dialogues.set(
      sessionId,
      new Dialogue((message) => {
        main
          .call('NodeWorker.sendMessageToWorker', { sessionId, message })
          .catch((error) => dialogues.get(sessionId)?.end(error));
      }),
    );
  });
  main.on('NodeWorker.detachedFromWorker', ({ sessionId }) =>
    dialogues.get(sessionId)?.end(inspectorError('the worker ended')),
  );
  main.on('NodeWorker.receivedMessageFromWorker', ({ sessionId, message }) => dialogues.get(sessionId)?.take(message));
  await main.call('NodeWorker.enable', { waitForDebuggerOnStart: false });
  // On some lines the events come after the answer: one that follows them tells that they were here.
  await main.call('Runtime.getIsolateId');
  await delay(WORKERS_MS);
  return {
    workers: workers
      .map(({ threadId, name, url }) => ({ threadId, name, url }))
      .sort((a, b) => a.threadId - b.threadId),
    /** @param {number} threadId */
    dialogue: (threadId) => dialogues.get(workers.find((worker) => worker.threadId === threadId)?.sessionId ?? ''),
  };
}

/** For a process to take the connection: its thread for that is never busy for long. */
const HANDSHAKE_MS = 10_000;
/** Workers announce themselves from threads of their own. */
const WORKERS_MS = 200;

module.exports = { connect, reachWorkers };
