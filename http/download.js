'use strict';

// Sends a stored snapshot to an admitted client. It never sends the live heap: V8 would keep its graph as long as the
// client reads.

const { requestError } = require('./errors');
const { recordOf } = require('./record');
const { streamOver } = require('../waits/stream');

/** Time limit for a slow client. */
const TIMEOUT_MS = 600_000;

/**
 * @param {import('./gateway').Gateway} gateway
 * @param {string} id
 * @returns {Promise<import('./routes').Answer>}
 */
async function download({ service }, id) {
  const { store } = service;
  const { storedBytes, encrypted, startedAt, kind } = await recordOf(service, id);
  if (kind === 'image' && encrypted === undefined) throw plainImage();
  const release = await store.hold(id);
  try {
    const stream = await service.read(id);
    const timer = setTimeout(
      () => stream.destroy(new Error(`the download took more than ${TIMEOUT_MS} ms`)),
      TIMEOUT_MS,
    );
    timer.unref();
    streamOver(stream)
      .then(() => {
        clearTimeout(timer);
        return release();
      })
      .catch(() => {});
    // The names of downloads sort by time, too. A record comes from the store, so only digits of it get into a header.
    const time = String(startedAt).replaceAll(/[-:.]/g, '');
    const name = `${/^\d{8}T\d{9}Z$/.test(time) ? `${time}-` : ''}${id}${kind === 'image' ? '.frozen' : '.heapsnapshot.zst'}${encrypted ? '.age' : ''}`;
    const headers = {
      'content-type': encrypted ? 'application/octet-stream' : 'application/zstd',
      'content-disposition': `attachment; filename="${name}"`,
      'content-length': String(storedBytes),
    };
    return { status: 200, headers, stream };
  } catch (error) {
    await release();
    throw error;
  }
}

/** `allowDownload` is about snapshots: nobody who set it meant the keys of the service. */
function plainImage() {
  return requestError(
    'HEAPHOUND_ERR_IMAGE_DOWNLOAD',
    'a frozen image is the whole memory of the process, and is given out only when it is encrypted: set `encryptTo` of ' +
      'the store, or fetch it from its place',
  );
}

module.exports = { download };
