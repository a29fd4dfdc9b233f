'use strict';

// The record of what has an id: a snapshot or a frozen image.

/**
 * @param {import('..').Service} service
 * @param {string} id of a snapshot or an image
 * @returns {Promise<import('..').StoredSnapshot | import('..').StoredImage>}
 */
async function recordOf(service, id) {
  try {
    return await service.snapshot(id);
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'HEAPHOUND_ERR_IS_IMAGE') throw error;
    return service.image(id);
  }
}

module.exports = { recordOf };
