'use strict';

// A frozen image of another process, which nobody has prepared: it is stopped by ptrace for some milliseconds.

const { addon, run } = require('../native');
const { optionError } = require('../errors');
const { MAX_MS, WORK, checkOptions, integer, ofType } = require('../options');
const { makeSeal, recipientsOf } = require('../disk/encryption');
const { PLACE } = require('../disk/place');
const { withDeadline } = require('./deadline');

/** The largest number of a process that Linux gives. */
const MAX_PID = 2 ** 22;
/** How long the main thread may be busy before it is given up. */
const REST_MS = 10_000;

const FREEZE_OUTSIDE = {
  ...WORK,
  path: PLACE.path,
  encryptTo: recipientsOf,
  selfContained: ofType('boolean'),
  maxBytes: integer(0),
  restMs: integer(1, MAX_MS),
  timeoutMs: integer(1, MAX_MS),
};

/**
 * @param {number} pid
 * @param {import('../..').FreezeProcessOptions} options
 * @returns {Promise<import('../..').FreezeProcessResult>}
 */
async function freezeProcess(pid, options) {
  if (!Number.isSafeInteger(pid) || pid < 1 || pid > MAX_PID)
    throw optionError('pid', 'must be the number of a process');
  const {
    path,
    encryptTo,
    selfContained = false,
    maxBytes,
    restMs = REST_MS,
    signal,
    onProgress,
    timeoutMs,
  } = checkOptions(options, FREEZE_OUTSIDE);
  if (path === undefined) throw optionError('path', 'must name the file of the image');
  return withDeadline({ signal, timeoutMs }, async (signal) => {
    const start = performance.now();
    const seal = encryptTo && (await makeSeal(encryptTo));
    const request = { path, maxBytes, seal, selfContained, rest: restMs, startedAt: new Date().toISOString() };
    const freezing = run({ signal, onProgress, toTheEnd: true }, (control) =>
      addon.freezeProcess(pid, request, control),
    );
    const image = await freezing.finally(() => seal?.key.fill(0));
    const { about, ...frozen } = image;
    const { startedAt, runtime, node, v8, threadId, memory } = JSON.parse(about);
    return {
      mode: 'freeze',
      ...frozen,
      ...(seal && { encrypted: /** @type {const} */ ('age') }),
      durationMs: performance.now() - start,
      runtime,
      node,
      v8,
      pid,
      threadId,
      memory,
      startedAt,
    };
  });
}

module.exports = { freezeProcess };
