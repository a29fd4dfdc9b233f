'use strict';

// A lock among replicas: an object that is written only where none is. It needs a server that knows conditional writes;
// on others two that ask in the same moment can both have it.

const { randomUUID } = require('node:crypto');
const { isConflict, isMissing } = require('./s3-client');

/**
 * @param {{ get: (key: string) => Promise<{ text: string, etag?: string }>, put: (key: string, text: string, condition:
 *   object) => Promise<void>, remove: (key: string) => Promise<void> }} objects
 * @param {string} key
 * @param {number} ttlMs clocks of the replicas have to agree to less
 * @returns {Promise<(() => Promise<void>) | undefined>}
 */
async function lockObject(objects, key, ttlMs) {
  const holder = randomUUID();
  const read = async () => {
    try {
      const { text, etag } = await objects.get(key);
      return { .../** @type {{ holder?: string, until?: number }} */ (JSON.parse(text)), etag };
    } catch (error) {
      if (isMissing(error) || error instanceof SyntaxError) return undefined;
      throw error;
    }
  };
  const before = await read();
  if (before !== undefined && Number(before.until) > Date.now()) return undefined;
  try {
    await objects.put(
      key,
      JSON.stringify({ holder, until: Date.now() + ttlMs }),
      before?.etag ? { IfMatch: before.etag } : { IfNoneMatch: '*' },
    );
  } catch (error) {
    if (isConflict(error)) return undefined;
    throw error;
  }
  // A server that does not know the condition lets the last one win.
  if ((await read())?.holder !== holder) return undefined;
  return async () => {
    if ((await read())?.holder === holder) await objects.remove(key);
  };
}

module.exports = { lockObject };
