'use strict';

// Files that were dropped on the page: each is written to a private temporary folder, and gone once it was read.

const { createWriteStream } = require('node:fs');
const fs = require('node:fs/promises');
const os = require('node:os');
const path = require('node:path');
const { pipeline } = require('node:stream/promises');
const { diskError } = require('../disk/private-file');

/** Characters of a name: with four bytes each, a system takes it. */
const LONGEST_NAME = 60;
const NAMELESS = 'dropped.heapsnapshot';

class Drops {
  /** Made for the first file. @type {Promise<string> | undefined} */
  #folder;
  #count = 0;

  /**
   * Writes the bytes to a file.
   *
   * @param {string} name as the page tells it
   * @param {import('node:stream').Readable} bytes
   * @param {AbortSignal} signal
   * @returns {Promise<import('./viewed-file').Found>}
   */
  async write(name, bytes, signal) {
    this.#folder ??= fs.mkdtemp(path.join(os.tmpdir(), 'heaphound-view-'));
    this.#count += 1;
    // Each has a folder of its own, so that it keeps its name: that can say when and by whom it was taken.
    const folder = path.join(await this.#folder, String(this.#count));
    const remove = () => fs.rm(folder, { recursive: true, force: true });
    const known = safeName(name);
    const file = path.join(folder, known);
    try {
      await fs.mkdir(folder, { mode: 0o700 });
      await pipeline(bytes, createWriteStream(file, { flags: 'wx', mode: 0o600 }), { signal });
      const { size } = await fs.stat(file);
      return { path: file, name: known, bytes: size, remove };
    } catch (cause) {
      await remove();
      signal.throwIfAborted();
      throw diskError(cause, known);
    }
  }

  /** Removes all of them. */
  async close() {
    if (this.#folder !== undefined) await fs.rm(await this.#folder, { recursive: true, force: true });
  }
}

/**
 * The last part of a path, without what a file system or a terminal could take amiss.
 *
 * @param {string} name
 */
function safeName(name) {
  const last = name.split(/[/\\]/).at(-1) ?? '';
  const plain = last.replace(/[\p{C}\p{Zl}\p{Zp}<>:"|?*]/gu, '_').replace(/^[. ]+/, '');
  // The end has the kind of the file.
  return [...plain].slice(-LONGEST_NAME).join('') || NAMELESS;
}

module.exports = { Drops, safeName };
