'use strict';

// Leaks in three files or more, of which never more than two are in memory: the ids of all are read first, the earlier
// ones are read and counted two at a time, and the newest comes when they are gone. Where it does not work, the files
// are opened all together (`sequence.js`), which gives the same answer, or says what is wrong.

const fs = require('node:fs/promises');
const path = require('node:path');
const { fileURLToPath } = require('node:url');
const { addon, run } = require('../native');
const { read } = require('../native/document');
const { withoutFolders } = require('../open/folder');
const { readProvenance } = require('../open/provenance');
const { nativeOptions, openingRoom } = require('../open/snapshot');
const { oneMoment, takenOrder } = require('./taken-order');

/** Of two files both stay in memory anyway. */
const FEWEST = 3;

/**
 * @param {import('../..').SnapshotOrSource[]} given
 * @param {import('../..').OpenOptions} opening options of `openSnapshot`, checked
 * @param {(import('../open/provenance').Provenance & { host?: string })[]} known for each source, the facts from its
 *   store
 * @param {(taken: import('../open/provenance').Provenance[]) => object} ask gives the question about the
 *   snapshots, oldest first
 * @returns {Promise<import('./leaks').Found | undefined>} undefined where the files are to be opened all together
 */
async function searchInTurn(given, opening, known, ask) {
  const { signal, onProgress } = opening;
  signal?.throwIfAborted();
  try {
    const files = await plainFiles(withoutFolders(given));
    if (files === undefined || opening.parity === 'devtools') return undefined;
    const told = await Promise.all(
      files.map(async ({ file, bytes }) => ({ file, ...(await readProvenance(file, bytes)) })),
    );
    const facts = told.map((facts, at) => ({ ...facts, ...withoutHost(known[at]) }));
    if (oneMoment(facts) !== null) return undefined;
    const idSpaces = facts.map(({ idSpace }) => idSpace ?? null);
    if (new Set(idSpaces.filter((idSpace) => idSpace !== null)).size > 1) return undefined;
    const native = nativeOptions(opening, openingRoom(opening, []));
    const options = { ...native, maxMemoryBytes: native.maxMemoryBytes && native.maxMemoryBytes / 2, parseOnly: true };
    const paths = files.map(({ file }) => path.resolve(file));
    const ids = await run({ signal, onProgress }, (control) => addon.readIds(paths, options, control));
    const byIds = ids.order();
    if (byIds === null) return undefined;
    const order = takenOrder(facts, byIds);
    const newest = byIds[byIds.length - 1];
    const json = JSON.stringify({ ...ask(byIds.map((at) => facts[at])), idSpaces });
    const pages = await run({ signal, onProgress, snapshot: newest }, (control) =>
      addon.findLeaksInFiles(paths, ids, options, json, control),
    );
    const { infos: texts, ...document } = await read(pages);
    const infos = texts.map((/** @type {string} */ text, /** @type {number} */ at) => {
      return Object.freeze({ ...told[at], ...JSON.parse(text), ...withoutHost(known[at]) });
    });
    // The facts beside a file are of a file of this size.
    if (files.some(({ bytes }, at) => bytes !== infos[at].storedBytes)) return undefined;
    return { infos: byIds.map((at) => infos[at]), order, document };
  } catch (error) {
    if (signal?.aborted) throw error;
    return undefined;
  }
}

/**
 * @param {unknown[]} sources
 * @returns {Promise<{ file: string, bytes: number }[] | undefined>} undefined when not all can be read twice
 */
async function plainFiles(sources) {
  if (sources.length < FEWEST) return undefined;
  const files = [];
  for (const source of sources) {
    const file = source instanceof URL && source.protocol === 'file:' ? fileURLToPath(source) : source;
    if (typeof file !== 'string' || file === '' || file.includes('\0')) return undefined;
    const facts = await fs.stat(file);
    if (!facts.isFile()) return undefined;
    files.push({ file, bytes: facts.size });
  }
  return files;
}

/** @param {import('../open/provenance').Provenance & { host?: string }} [known] */
function withoutHost({ host: _, ...known } = {}) {
  return known;
}

module.exports = { searchInTurn };
