'use strict';

const { within } = require('./bound');

/**
 * @typedef {import('node:events').EventEmitter & { writableFinished?: boolean, destroyed?: boolean, closed?: boolean,
 *   stream?: { destroyed: boolean }, socket?: { destroyed: boolean } | null }} Response of HTTP/1 or HTTP/2
 */

/**
 * Resolves when the response is over: all of it went to the system, or nobody is there to take it any more. Also when
 * that has happened already, and after
 * `mostMs` milliseconds in any case: a client of HTTP/2 can refuse to take a byte for as long as it likes.
 *
 * @param {Response} response
 * @param {number} mostMs
 * @returns {Promise<void>}
 */
async function responseOver(response, mostMs) {
  if (isOver(response)) return;
  let forget = () => {};
  const over = new Promise((/** @type {(value?: undefined) => void} */ resolve) => {
    const go = () => resolve();
    response.once('finish', go);
    response.once('close', go);
    forget = () => {
      response.removeListener('finish', go);
      response.removeListener('close', go);
    };
  });
  try {
    await within(over, mostMs);
  } finally {
    forget();
  }
}

/**
 * Its last event has been, so that none will come.
 *
 * @param {Response} response
 */
function isOver(response) {
  const { writableFinished, destroyed, closed, stream, socket } = response;
  // A response of HTTP/2 has its state in its stream. One of HTTP/1 that waits behind another on its connection has no
  // socket yet.
  const isCut = stream === undefined ? socket?.destroyed : stream.destroyed;
  return [writableFinished, destroyed, closed, isCut].includes(true);
}

module.exports = { responseOver, isOver };
