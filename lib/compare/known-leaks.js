'use strict';

// Known leaks of libraries: which row of the catalogue does a leak fit?

const fs = require('node:fs/promises');
const path = require('node:path');
const { fileURLToPath } = require('node:url');
const { readRegular } = require('../disk/regular-file');
const { optionError } = require('../errors');

/** It takes longer to load than all else of this package, and only a search for leaks needs it. */
const semver = () => require('semver');

const OURS = path.join(__dirname, '..', '..', 'catalogue', 'known-leaks.json');
/** No package.json is larger. The file that a snapshot names may be any file. */
const LONGEST_MANIFEST = 1 << 20;
/**
 * Most steps before the leak that no expression of a row names. Example: `[600000]` between the timers of Node.js and
 * one of their lists.
 */
const MOST_BETWEEN = 2;
/** The name of Node.js in a row. Names of its own files begin with it. */
const NODE = 'node';
const OF_NODE = 'node:';
/** Objects of Node.js whose class is in none of its files. */
const WITHOUT_PLACE = ['process', 'console'];
/** A node that stands for a loaded file. */
const MODULE = 'Module';
const TEXTS = /** @type {const} */ (['package', 'versions', 'title', 'advice', 'source']);
const EXPRESSIONS = /** @type {const} */ (['className', 'container']);

/**
 * @typedef {import('../..').CatalogueRow} CatalogueRow
 * @typedef {Omit<CatalogueRow, 'className' | 'container' | 'path'> & { className?: RegExp, container?: RegExp, path:
 *   RegExp[] }} Pattern
 */

/**
 * The rows of the caller, then the rows of the package, with compiled patterns.
 *
 * @param {CatalogueRow[] | string | undefined} catalogue rows, or the path of a file of them
 * @returns {Promise<Pattern[]>}
 */
async function readCatalogue(catalogue) {
  const rows = typeof catalogue === 'string' ? await readFile(catalogue) : (catalogue ?? []);
  return [...rows.map(toPattern), ...(await readFile(OURS)).map(toPattern)];
}

/**
 * Adds `known` to the leaks that are in the catalogue.
 *
 * @param {import('../..').Leak[]} leaks
 * @param {Pattern[]} patterns
 * @param {{ readManifests: boolean, nodeVersion?: string | undefined }} options whether the version of a package may be
 *   looked up on this machine, and that of the Node.js which wrote the heap
 */
async function nameKnown(leaks, patterns, { readManifests, nodeVersion }) {
  /** @type {Map<string, Promise<string | null>>} */
  const versions = new Map();
  for (const leak of leaks) {
    for (const pattern of patterns) {
      if (!isLike(leak, pattern)) continue;
      const folder = pattern.package === NODE ? NODE : folderOf(leak, pattern.package);
      if (folder === undefined) continue;
      if (folder === NODE) versions.set(NODE, Promise.resolve(semver().valid(nodeVersion ?? null)));
      else if (readManifests && !versions.has(folder)) versions.set(folder, readVersion(folder));
      const version = (await versions.get(folder)) ?? null;
      if (version !== null && !semver().satisfies(version, pattern.versions, { includePrerelease: true })) continue;
      const { package: name, versions: affected, title, advice, source } = pattern;
      leak.known = { package: name, version, versions: affected, title, advice, source };
      break;
    }
  }
}

/**
 * @param {import('../..').Leak} leak
 * @param {Pattern} pattern
 */
function isLike(leak, pattern) {
  const { className, container, kind } = leak;
  if (pattern.className && !pattern.className.test(className)) return false;
  if (pattern.container && !pattern.container.test(container.name)) return false;
  if (pattern.kind && kind && pattern.kind !== kind) return false;
  const isOwn = pattern.package === NODE ? isOfNode : () => true;
  return pattern.path.length === 0 ? pattern.package !== NODE : leadsToLeak(leak, pattern.path, isOwn);
}

/**
 * True when the steps are objects of Node.js. An array or a Map has no place in a source, so one of the steps must have
 * a place, or be the process, the console or a module.
 *
 * @param {import('../..').LeakStep[]} steps
 */
function isOfNode(steps) {
  const placed = steps.filter(({ name, location }) => name !== MODULE && location !== undefined);
  return (
    placed.every(({ location }) => location?.file.startsWith(OF_NODE)) &&
    (placed.length > 0 || steps.some(({ name }) => name === MODULE || WITHOUT_PLACE.includes(name)))
  );
}

/**
 * True when the expressions match steps of the path in their order, and the last one matches at the leak itself: at the
 * cut or below, or at the object that has the cut reference. A step above the leak shows how a healthy object may be
 * held. Example: one timer holds a queue.
 *
 * @param {import('../..').Leak} leak
 * @param {RegExp[]} expressions
 * @param {(steps: import('../..').LeakStep[]) => boolean} isOwn
 */
function leadsToLeak({ className, retainingPath }, expressions, isOwn) {
  const names = [
    ...retainingPath.flatMap(({ edge, name }, step) => [
      { name: edge, step },
      { name, step },
    ]),
    { name: className, step: retainingPath.length - 1 },
  ];
  const cut = retainingPath.findIndex((step) => step.cut);
  const holder = (cut < 0 ? retainingPath.length - 1 : cut) - 1;
  const [last, ...before] = [...expressions].reverse();
  return names.some(({ name, step }, end) => {
    if (step < holder || !last.test(name)) return false;
    // Backwards, so that the steps nearest to the leak are matched first.
    const steps = [step];
    let at = end - 1;
    for (const expression of before) {
      while (at >= 0 && !expression.test(names[at].name)) at -= 1;
      if (at < 0) return false;
      steps.push(names[at].step);
      at -= 1;
    }
    const first = steps[steps.length - 1];
    const between = retainingPath.slice(first, Math.max(holder, step) + 1);
    const owner = between.some(({ location }) => location) ? [] : retainingPath.slice(Math.max(first - 1, 0), first);
    if (!isOwn([...owner, ...between])) return false;
    const fitting = new Set(steps.filter((one) => one <= holder));
    return holder - first + 1 - fitting.size <= MOST_BETWEEN;
  });
}

/**
 * The folder of a package, when a place of the leak lies in it.
 *
 * @param {import('../..').Leak} leak
 * @param {string} name
 */
function folderOf({ location, container, retainingPath }, name) {
  const folder = `/node_modules/${name}/`;
  for (const place of [location, container.location, ...retainingPath.map((step) => step.location)]) {
    const file = place ? toPath(place.file) : '';
    const at = file.replaceAll('\\', '/').lastIndexOf(folder);
    if (at >= 0) return file.slice(0, at + folder.length);
  }
  return undefined;
}

/**
 * @param {string} folder of a package, from a snapshot: it may be of another machine, or not exist
 * @returns {Promise<string | null>}
 */
async function readVersion(folder) {
  // A name of a network share would cause a request to another machine.
  if (!path.isAbsolute(folder) || /^[\\/]{2}/.test(folder) || folder.includes('\0')) return null;
  const file = path.join(folder, 'package.json');
  try {
    return semver().valid(JSON.parse(await readRegular(file, { isPrivate: false, most: LONGEST_MANIFEST })).version);
  } catch {
    return null;
  }
}

/** @param {string} file */
async function readFile(file) {
  try {
    const { leaks } = JSON.parse(await fs.readFile(file, 'utf8'));
    return checkRows('catalogue', leaks);
  } catch (error) {
    const { code, message } = /** @type {NodeJS.ErrnoException} */ (error);
    if (code === 'HEAPHOUND_ERR_OPTION') throw error;
    throw optionError('catalogue', `cannot be read from ${file}: ${message}`);
  }
}

/** @type {import('../options').Check<string | CatalogueRow[]>} */
function checkCatalogue(name, value) {
  return typeof value === 'string' && value !== '' ? value : checkRows(name, value);
}

/** @type {import('../options').Check<CatalogueRow[]>} */
function checkRows(name, value) {
  if (!Array.isArray(value))
    throw optionError(name, 'must be the path of a file {"leaks": […]}, or an array of such rows');
  for (const [at, row] of value.entries()) checkRow(`${name}[${at}]`, row);
  return value;
}

/**
 * @param {string} name
 * @param {Record<string, unknown> | null} row
 */
function checkRow(name, row) {
  if (row === null || typeof row !== 'object') throw optionError(name, 'must be an object');
  for (const field of TEXTS) {
    if (typeof row[field] !== 'string' || row[field] === '') throw optionError(`${name}.${field}`, 'must be a text');
  }
  if (semver().validRange(String(row.versions)) === null)
    throw optionError(`${name}.versions`, 'must be a range of versions, as npm writes it');
  const { path: names = [] } = row;
  if (!Array.isArray(names)) throw optionError(`${name}.path`, 'must be an array of regular expressions');
  const expressions = [...EXPRESSIONS.flatMap((field) => (row[field] === undefined ? [] : [row[field]])), ...names];
  if (expressions.length === 0)
    throw optionError(name, 'must have className, container or path, by which the leak is known');
  for (const expression of expressions) {
    try {
      if (typeof expression !== 'string') throw new TypeError('it is no text');
      new RegExp(expression, 'u');
    } catch (error) {
      throw optionError(name, `has a bad regular expression: ${/** @type {Error} */ (error).message}`);
    }
  }
}

/**
 * @param {CatalogueRow} row
 * @returns {Pattern}
 */
function toPattern({ className, container, path: names = [], ...row }) {
  return {
    ...row,
    ...(className === undefined ? {} : { className: new RegExp(className, 'u') }),
    ...(container === undefined ? {} : { container: new RegExp(container, 'u') }),
    path: names.map((expression) => new RegExp(expression, 'u')),
  };
}

/** @param {string} file */
function toPath(file) {
  if (!file.startsWith('file:')) return file;
  try {
    return fileURLToPath(file);
  } catch {
    return '';
  }
}

module.exports = { checkCatalogue, nameKnown, readCatalogue };
