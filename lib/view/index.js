'use strict';

// The viewer: a page in the browser of this machine, for snapshots, images and core dumps.

const { resolve } = require('node:path');
const { ignorePatterns } = require('../compare/ignore');
const { SEQUENCE } = require('../compare/sequence');
const { optionError } = require('../errors');
const { withoutFolders } = require('../open/folder');
const { OPEN, checkOptions, compareBy, integer, ofType, operations } = require('../options');
const { checkSources } = require('../sources');
const { onAbort } = require('../../waits/signal');
const { Drops } = require('./drops');
const { RecentFiles, recentFile } = require('./recent');
const { startServer } = require('./server');
const { Session } = require('./session');

const MAX_PORT = 65_535;

const { onProgress: _, ...OPENING } = OPEN;
const VIEW = {
  ...OPENING,
  ...SEQUENCE,
  compareBy,
  operations,
  ignore: ignorePatterns,
  sources: checkSources,
  port: integer(0, MAX_PORT),
  recent: ofType('boolean'),
};

/**
 * @param {(string | URL)[]} files
 * @param {import('../..').ViewOptions} [options]
 * @returns {Promise<import('../..').Viewer>}
 */
async function viewSnapshots(files, options) {
  if (!Array.isArray(files)) throw optionError('files', 'must be an array of paths');
  const checked = checkOptions(options, VIEW);
  const { signal, port = 0, recent: isRecent = false, order, allow, compareBy: by, ...others } = checked;
  const { operations: work, ignore, sources, ...opening } = others;
  const search = { order, allow, compareBy: by, operations: work, ignore, ...(sources !== undefined && { sources }) };
  const paths = withoutFolders(files).map(pathOf);
  const session = new Session({ opening: { sourceMaps: true, ...opening }, search });
  const drops = new Drops();
  const recent = new RecentFiles(isRecent ? recentFile() : undefined);
  session.onOpened = (file) => recent.add(file);
  const server = await startServer({ session, drops, recent }, port);
  for (const file of paths) await session.addPath(file);
  return new OpenViewer({ server, session, drops }, signal);
}

/** `Viewer` of `index.d.ts`. */
class OpenViewer {
  #parts;
  /** @type {Promise<void> | undefined} */
  #closing;
  #forget = () => {};
  #over = deferred();

  /**
   * @param {{ server: Awaited<ReturnType<typeof startServer>>, session: Session, drops: Drops }} parts
   * @param {AbortSignal | undefined} signal
   */
  constructor(parts, signal) {
    this.#parts = parts;
    // It closes at once where the signal came while the files were looked at.
    this.#forget = onAbort(signal, () => void this.close());
  }

  get url() {
    return this.#parts.server.url;
  }

  get port() {
    return this.#parts.server.port;
  }

  get closed() {
    return this.#over.promise;
  }

  oneTimeUrl() {
    return this.#parts.server.oneTimeUrl();
  }

  async close() {
    this.#closing ??= this.#close();
    await this.#closing;
  }

  async [Symbol.asyncDispose]() {
    await this.close();
  }

  async #close() {
    this.#forget();
    const { server, session, drops } = this.#parts;
    try {
      // No request begins anything from here on.
      await server.close();
      await session.close();
      await drops.close();
    } finally {
      this.#over.resolve();
    }
  }
}

/** A promise, and what resolves it. */
function deferred() {
  let resolve = () => {};
  /** @type {Promise<void>} */
  const promise = new Promise((settle) => {
    resolve = settle;
  });
  return { promise, resolve: () => resolve() };
}

/** @param {unknown} file @returns {string} */
function pathOf(file) {
  if (file instanceof URL && file.protocol === 'file:') return require('node:url').fileURLToPath(file);
  if (typeof file !== 'string' || file === '' || file.includes('\0'))
    throw optionError('files', 'must be an array of paths');
  return resolve(file);
}

module.exports = { viewSnapshots };
