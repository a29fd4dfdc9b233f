'use strict';

// What became of each leak of one series in a later one: the two lists of leaks, matched.

/**
 * A rate that differs by less is the same. Two runs of one leaking program differ by some objects at the edges of an
 * interval: requests under way, a timer that has not fired. A tenth of 101 operations is ten of them.
 */
const SAME_WITHIN = 0.1;

/** Classes of the runtime. Two leaks of plain objects have nothing in common by their class alone. */
const OF_RUNTIME = new Set(Object.getOwnPropertyNames(globalThis).filter((name) => /^[A-Z]/.test(name)));

/** @typedef {import('../..').Leak} Leak */

/**
 * One leak of the first series and its leaks of the second one.
 *
 * @typedef {object} Match
 * @property {string} fingerprint
 * @property {Leak[]} before of this fingerprint, most important first
 * @property {Leak[]} after none where nothing fits
 * @property {boolean} isMoved it has another fingerprint in the second series
 */

/**
 * Each leak of the second series belongs to one leak of the first one at most.
 *
 * @param {Leak[]} before
 * @param {Leak[]} after
 * @returns {{ matches: Match[], rest: Leak[] }} rest: leaks of the second series that the first one does not have
 */
function matchLeaks(before, after) {
  const groups = byFingerprint(before);
  const others = byFingerprint(after);
  /** @type {Match[]} */
  const matches = [...groups].map(([fingerprint, leaks]) => {
    const same = others.get(fingerprint) ?? [];
    others.delete(fingerprint);
    return { fingerprint, before: leaks, after: same, isMoved: false };
  });
  // The best sign first: a leak must not take what fits another one better.
  for (const isAlike of [isOfClassAndKind, isOfClass, isPartOf]) {
    for (const match of matches) {
      if (match.after.length > 0) continue;
      const found = [...others].find(([, leaks]) => isAlike(match.before[0], leaks[0]));
      if (found === undefined) continue;
      others.delete(found[0]);
      Object.assign(match, { after: found[1], isMoved: true });
    }
  }
  return { matches, rest: [...others.values()].flat() };
}

/** @param {Leak[]} leaks @returns {Map<string, Leak[]>} */
function byFingerprint(leaks) {
  /** @type {Map<string, Leak[]>} */
  const groups = new Map();
  for (const leak of leaks) groups.set(leak.fingerprint, [...(groups.get(leak.fingerprint) ?? []), leak]);
  return groups;
}

/** @param {Leak} before @param {Leak} after */
function isOfClassAndKind(before, after) {
  return before.className === after.className && before.kind === after.kind;
}

/**
 * The objects of an own class are the same ones in another sort of container.
 *
 * @param {Leak} before
 * @param {Leak} after
 */
function isOfClass(before, after) {
  return before.className === after.className && isTelling(before);
}

/** They are parts of the objects that leak now. @param {Leak} before @param {Leak} after */
function isPartOf(before, after) {
  return isTelling(before) && after.classes.some(({ className, count }) => className === before.className && count > 0);
}

/**
 * True where the class says what the objects are: `Session`, and not `Object`, `(string)` or `Socket` of Node.js.
 *
 * @param {{ className: string, location?: import('../..').SourceLocation }} leak
 */
function isTelling({ className, location }) {
  return isOwnName(className) && location?.file.startsWith('node:') !== true;
}

/** @param {string} name of a class */
function isOwnName(name) {
  return /^[\p{L}_$]/u.test(name) && !OF_RUNTIME.has(name) && !/^(Node|Detached|system) |\(\)$/.test(name);
}

/**
 * The growth of both: objects where objects pile up, else bytes.
 *
 * @param {Match} match
 * @param {{ before?: number[], after?: number[] }} operations of each interval; of both series, or of none
 * @returns {import('../..').VerifiedRate}
 */
function rateOf({ before, after }, operations) {
  const isCounted = total(before, 'countGrowth') > 0 && (after.length === 0 || total(after, 'countGrowth') > 0);
  const growth = isCounted ? 'countGrowth' : 'sizeGrowth';
  return {
    of: isCounted ? 'objects' : 'bytes',
    per: operations.before && operations.after ? 'operation' : 'interval',
    before: total(before, growth) / parts(before, operations.before),
    after: after.length === 0 ? 0 : total(after, growth) / parts(after, operations.after),
  };
}

/** @param {Leak[]} leaks @param {'countGrowth' | 'sizeGrowth'} growth */
function total(leaks, growth) {
  return leaks.flatMap((leak) => leak[growth]).reduce((sum, value) => sum + value, 0);
}

/**
 * Operations, or intervals.
 *
 * @param {Leak[]} leaks
 * @param {number[]} [operations]
 */
function parts([leak], operations) {
  const intervals = leak.countGrowth.length;
  if (operations === undefined) return intervals;
  return operations.length === 1 ? operations[0] * intervals : operations.reduce((sum, value) => sum + value, 0);
}

/** @param {import('../..').VerifiedRate} rate @returns {'smaller' | 'same' | 'larger'} */
function compareRates({ before, after }) {
  if (Math.abs(after - before) <= before * SAME_WITHIN) return 'same';
  return after < before ? 'smaller' : 'larger';
}

module.exports = { compareRates, isOwnName, isTelling, matchLeaks, rateOf };
