'use strict';

// Whether the text of a file is still that of the code that ran.

/** Lines above the place in which a name may stand: `const handler =` and `async (` below it. */
const LINES_ABOVE = 3;
/** Characters of a line before the place that are looked at: a bundle may be one line of a megabyte. */
const MOST_BEFORE = 1000;
/** V8 gives the beginning of a function's parameters, of an arrow function, or of a class without a constructor. */
const BEGINS = /^(?:[([{]|[\p{ID_Start}$_#*"'`\d])/u;
const IN_A_WORD = /[\p{ID_Continue}$]/u;
const CLASS_HEAD =
  /\bclass\s+([\p{ID_Start}$_][\p{ID_Continue}$]*)|([\p{ID_Start}$_][\p{ID_Continue}$]*)\s*[=:]\s*class\b/gu;
/** Names that V8 writes and no file has: `system / Context`, `(array)`, `{id, name}`. */
const PLAIN_NAME = /^[\p{ID_Start}$_#][\p{ID_Continue}$]*$/u;
/** Names that V8 gives where it knows no other: a function that waits is a `Generator` at the place of the function. */
const NO_NAMES = ['anonymous', 'Generator', 'AsyncGenerator'];

/**
 * @typedef {object} Text
 * @property {string[]} lines
 * @property {number} changedAtMs when the file was last written
 */

/**
 * Why the line at a place is not to be shown; undefined when it fits.
 *
 * A name that stands at the place is proof, whenever the file was written: a checkout has a new time and the old text.
 * Without a name the time must say that the text is older than the snapshot.
 *
 * @param {Text} text
 * @param {{ line: number, column: number }} place
 * @param {{ name?: string, takenAtMs: number }} about `name`: of the function or class at the place; `takenAtMs`: of
 *   the snapshot, not a number when nobody knows
 * @returns {string | undefined}
 */
function misfit({ lines, changedAtMs }, place, { name, takenAtMs }) {
  const line = lines[place.line - 1];
  if (line === undefined || place.column > line.length + 1) return 'the file has no such line any more';
  const wanted = plainName(name);
  if (wanted !== undefined)
    return namesAt(lines, place, wanted) ? undefined : `the file has no ${wanted} at this place any more`;
  if (!beginsAt(line, place.column)) return 'nothing begins at this place of the file any more';
  if (Number.isNaN(takenAtMs)) return 'nobody knows whether the file is older than the snapshot';
  return changedAtMs > takenAtMs ? 'the file was written after the snapshot' : undefined;
}

/**
 * The name as the file may have it: `get size` is `size`, `Store.put()` is `put`.
 *
 * @param {string | undefined} name
 */
function plainName(name = '') {
  const last = name
    .replace(/\(\)$/, '')
    .replace(/^(get|set|bound|async) /, '')
    .split('.')
    .pop();
  return last !== undefined && PLAIN_NAME.test(last) && !NO_NAMES.includes(last) ? last : undefined;
}

/**
 * @param {string[]} lines
 * @param {{ line: number, column: number }} place
 * @param {string} name
 */
function namesAt(lines, { line, column }, name) {
  const before = lines[line - 1].slice(0, column - 1).slice(-MOST_BEFORE);
  const rest = lines[line - 1].slice(column - 1);
  if (!BEGINS.test(rest)) return false;
  // The head of a class stands above its constructor.
  if (/\bconstructor\s*$/.test(before)) return lastClass([...lines.slice(0, line - 1), before]) === name;
  if (/^class\b/.test(rest))
    return new RegExp(`^class\\s+${escapeName(name)}(?![\\p{ID_Continue}$])`, 'u').test(rest) || isAtEnd(before, name);
  const above = lines.slice(Math.max(line - 1 - LINES_ABOVE, 0), line - 1).map((one) => one.slice(-MOST_BEFORE));
  return isAtEnd([...above, before].join('\n'), name);
}

/**
 * Whether the text ends with a name and the beginning of a function: `put`, `const put = async`, `put: function`.
 *
 * @param {string} text
 * @param {string} name
 */
function isAtEnd(text, name) {
  const what = String.raw`(?<![\p{ID_Continue}$])${escapeName(name)}["'\x60\]]?\s*(?:<[^()]*>\s*)?(?:[:=][^;{}]{0,200})?$`;
  return new RegExp(what, 'u').test(text);
}

/** @param {string[]} lines */
function lastClass(lines) {
  for (let at = lines.length - 1; at >= 0; at -= 1) {
    const [, named, assigned] = [...lines[at].slice(-MOST_BEFORE).matchAll(CLASS_HEAD)].pop() ?? [];
    if (named !== undefined || assigned !== undefined) return named ?? assigned;
  }
  return undefined;
}

/**
 * @param {string} line
 * @param {number} column
 */
function beginsAt(line, column) {
  const [before, first] = [line[column - 2], line.slice(column - 1)];
  // The function around a CommonJS module begins before everything.
  if (column === 1) return true;
  return BEGINS.test(first) && !(before !== undefined && IN_A_WORD.test(before) && IN_A_WORD.test(first[0]));
}

/** @param {string} name */
function escapeName(name) {
  return name.replaceAll('$', '\\$');
}

module.exports = { misfit };
