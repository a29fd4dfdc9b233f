'use strict';

// Sends an alarm to an address from the configuration.

const { setTimeout: delay } = require('node:timers/promises');
const { toJson } = require('../../words/text');
const { firstOf } = require('../../waits/signal');

/** Answers after which a repeated request may succeed. @param {number} status */
const isPassing = (status) => status === 408 || status === 429 || status >= 500;

/**
 * @typedef {{ url: URL, timeoutMs: number, retries: number, retryMs: number, headers: Record<string, string> }} Hook
 */

/**
 * Never rejects. The reason of a failure does not contain the address, which may hold a secret.
 *
 * @param {Hook} hook
 * @param {unknown} alarm
 * @param {AbortSignal} signal
 * @returns {Promise<{ delivered: boolean, attempts: number, reason?: string }>}
 */
async function post({ url, timeoutMs, retries, retryMs, headers }, alarm, signal) {
  const body = toJson(alarm);
  let reason = '';
  for (let attempt = 1; attempt <= retries + 1; attempt += 1) {
    const stop = firstOf([signal, AbortSignal.timeout(timeoutMs)]);
    try {
      const response = await fetch(url, {
        method: 'POST',
        redirect: 'manual',
        headers: { ...headers, 'content-type': 'application/json', 'user-agent': 'heaphound' },
        body,
        signal: stop.signal,
      });
      await response.body?.cancel();
      if (response.ok) return { delivered: true, attempts: attempt };
      reason = `it answered ${response.status}`;
      if (!isPassing(response.status)) return { delivered: false, attempts: attempt, reason };
    } catch (error) {
      const { name, cause } = /** @type {Error & { cause?: NodeJS.ErrnoException }} */ (error);
      reason =
        name === 'TimeoutError'
          ? `it did not answer within ${timeoutMs} ms`
          : `it cannot be reached: ${cause?.code ?? name}`;
    } finally {
      stop.forget();
    }
    if (signal.aborted) return { delivered: false, attempts: attempt, reason: 'the watcher was stopped' };
    if (attempt <= retries)
      await delay(retryMs * 2 ** (attempt - 1), undefined, { signal, ref: false }).catch(() => {});
  }
  return { delivered: false, attempts: retries + 1, reason };
}

module.exports = { post };
