'use strict';

// The files that were opened last: their paths, in a private file of the user.

const fs = require('node:fs/promises');
const os = require('node:os');
const path = require('node:path');
const { readPrivate, writePrivate } = require('../disk/private-file');

const MOST_FILES = 20;

/** @typedef {{ path: string, openedAt: string }} RecentFile */

class RecentFiles {
  #file;
  /** One change after the other. @type {Promise<unknown>} */
  #last = Promise.resolve();

  /** @param {string | undefined} file nothing is kept without one */
  constructor(file) {
    this.#file = file;
  }

  /**
   * Latest first, those that are still there.
   *
   * @returns {Promise<(RecentFile & { name: string, bytes: number })[]>}
   */
  async list() {
    const files = await Promise.all(
      (await this.#read()).map(async (recent) => {
        const facts = await fs.stat(recent.path).catch(() => undefined);
        return facts?.isFile() ? [{ ...recent, name: path.basename(recent.path), bytes: facts.size }] : [];
      }),
    );
    return files.flat();
  }

  /**
   * Puts a file first. A list that cannot be written is no reason to fail.
   *
   * @param {string} opened absolute path
   */
  async add(opened) {
    const file = this.#file;
    if (file === undefined) return;
    const change = this.#last.then(async () => {
      const others = (await this.#read()).filter((recent) => recent.path !== opened);
      const files = [{ path: opened, openedAt: new Date().toISOString() }, ...others].slice(0, MOST_FILES);
      await fs.mkdir(path.dirname(file), { recursive: true, mode: 0o700 });
      await writePrivate(file, `${JSON.stringify({ files }, null, 2)}\n`);
    });
    this.#last = change.catch(() => {});
    await this.#last;
  }

  /** @returns {Promise<RecentFile[]>} */
  async #read() {
    const document = this.#file === undefined ? undefined : await readPrivate(this.#file);
    const files = Array.isArray(document?.files) ? document.files : [];
    return files
      .map((file) => Object(file))
      .filter(({ path: known, openedAt }) => typeof known === 'string' && typeof openedAt === 'string')
      .filter(({ path: known }) => path.isAbsolute(known) && !known.includes('\0'))
      .slice(0, MOST_FILES)
      .map(({ path: known, openedAt }) => ({ path: known, openedAt }));
  }
}

/** The list of this user, in the folder for what programs remember. */
function recentFile() {
  const state = process.env.XDG_STATE_HOME;
  // The specification says that a relative path does not count.
  const folder = state !== undefined && path.isAbsolute(state) ? state : path.join(os.homedir(), '.local', 'state');
  return path.join(folder, 'heaphound', 'recent.json');
}

module.exports = { RecentFiles, recentFile };
