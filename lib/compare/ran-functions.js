'use strict';

// Which functions of a program ran, as V8 leaves it in the heap?

const { ALL_ROWS } = require('../../checks/limits');
const { functionsNamed } = require('../../counts/in-snapshot');

/** Functions that are looked at in all. */
const MOST_OF_FILES = 200;
/** A function keeps this reference from the first object on that it makes as a constructor. */
const FIRST_OBJECT = 'initial_map';
/** V8 gives a function that runs again and again a vector of what it met. */
const VECTOR = 'system / FeedbackVector';
/** V8 compiles a function when it is called first. */
const UNCOMPILED = /^system \/ Uncompiled/;
const COMPILED_IN = /function_data$/;

/** @typedef {import('../..').Snapshot} Snapshot */
/** @typedef {import('../..').WorkOptions} WorkOptions */

/**
 * The functions of this name; a class is one. Node.js has classes of common names too, such as `Connection`: where the
 * file is known, others are left out.
 *
 * @param {{ name: string, file?: string }} wanted
 * @param {Snapshot} snapshot
 * @param {WorkOptions} work
 */
async function functionsOf({ name, file }, snapshot, work) {
  const found = [];
  for (const { id, location } of await functionsNamed(name, snapshot, work)) {
    if (!isOfFile(location, file)) continue;
    const edges = await snapshot.edges(id, work);
    found.push({ hasMade: edges.some(({ edge }) => edge === FIRST_OBJECT) });
  }
  return found;
}

/**
 * How many functions of these files ran: again and again, and at least once. `isCut`: there are more than were looked
 * at.
 *
 * @param {string[]} files none: all files of the program
 * @param {Snapshot} snapshot
 * @param {WorkOptions} work
 */
async function functionsThatRan(files, snapshot, work) {
  const ran = { often: 0, once: 0, isCut: false };
  const wanted = new Set(files.map(endOf));
  const isWanted = (/** @type {string} */ file) => (wanted.size === 0 ? isOwnFile(file) : wanted.has(endOf(file)));
  const rows = await snapshot.query({ ...work, kind: 'closure', limit: ALL_ROWS });
  /** @type {Map<string, number>} one function for each place */
  const places = new Map();
  for (const { id, location } of rows) {
    if (!location || !isWanted(location.file)) continue;
    const place = `${location.file}:${location.line}:${location.column}`;
    if (places.size < MOST_OF_FILES) places.set(place, id);
    else if (!places.has(place)) ran.isCut = true;
  }
  for (const id of places.values()) {
    const edges = await snapshot.edges(id, work);
    const [cell, shared] = ['feedback_cell', 'shared'].map((name) => edges.find(({ edge }) => edge === name)?.id);
    if (cell !== undefined && (await namesOf(cell, snapshot, work)).includes(VECTOR)) ran.often += 1;
    if (shared !== undefined && (await isCompiled(shared, snapshot, work))) ran.once += 1;
  }
  return ran;
}

/** @param {number} id @param {Snapshot} snapshot @param {WorkOptions} work */
async function namesOf(id, snapshot, work) {
  return (await snapshot.edges(id, work)).map(({ name }) => name);
}

/** @param {number} id of what all closures of a function share @param {Snapshot} snapshot @param {WorkOptions} work */
async function isCompiled(id, snapshot, work) {
  const edges = await snapshot.edges(id, work);
  return edges.some(({ edge, name }) => COMPILED_IN.test(edge) && !UNCOMPILED.test(name));
}

/**
 * The folder and the name of a file: a fixed program may lie elsewhere.
 *
 * @param {string} file
 */
function endOf(file) {
  return file.split(/[\\/]/).slice(-2).join('/');
}

/**
 * True where a place is in this file, or where no file is asked for.
 *
 * @param {import('../..').SourceLocation | undefined} place
 * @param {string | undefined} file
 */
function isOfFile(place, file) {
  return file === undefined || (place !== undefined && endOf(place.file) === endOf(file));
}

/**
 * A file of the program: not of Node.js, and not of a package.
 *
 * @param {string} file
 */
function isOwnFile(file) {
  return file !== '' && !file.startsWith('node:') && !/[\\/]node_modules[\\/]/.test(file);
}

module.exports = { MOST_OF_FILES, functionsOf, functionsThatRan, isOfFile, isOwnFile };
