'use strict';

/**
 * The members that all captures have in their results, of this process and of another.
 *
 * @template H, P
 * @param {H} how it was taken: mode, reason, pause, ids
 * @param {import('../native/addon').CapturedFile} file
 * @param {{ startedAt: string, durationMs: number, redact?: 'strings' }} call
 * @param {P} process whose heap it is
 */
function toCaptureResult(how, file, { startedAt, durationMs, redact }, process) {
  const { rawBytes, storedBytes, nodeCount, edgeCount, sha256 } = file;
  return {
    ...how,
    durationMs,
    rawBytes,
    storedBytes,
    nodeCount,
    edgeCount,
    sha256,
    ...(redact && { redact }),
    ...process,
    startedAt,
  };
}

module.exports = { toCaptureResult };
