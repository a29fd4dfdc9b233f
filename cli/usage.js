'use strict';

/** The command line is wrong. Ends with exit code 2. `lines`: the help that is printed below the message. */
class UsageError extends Error {
  /** @type {string[] | undefined} */
  lines;
}

/**
 * The candidate that is most similar to the typed word, if one is similar.
 *
 * @param {string} typed
 * @param {readonly string[]} candidates
 * @returns {string | undefined}
 */
function nearest(typed, candidates) {
  let best;
  let least = Math.max(1, Math.floor(typed.length / 3)) + 1;
  for (const candidate of candidates) {
    const edits = distance(typed.toLowerCase(), candidate.toLowerCase());
    if (edits < least) [best, least] = [candidate, edits];
  }
  return (
    best ?? candidates.find((candidate) => typed.length > 1 && candidate.toLowerCase().startsWith(typed.toLowerCase()))
  );
}

/**
 * Edits between two words, a swap of neighbours being one (optimal string alignment).
 *
 * @param {string} from
 * @param {string} to
 */
function distance(from, to) {
  /** @type {number[]} */
  let earlier = [];
  let above = Array.from({ length: to.length + 1 }, (_, at) => at);
  for (let row = 1; row <= from.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= to.length; column += 1) {
      const change = from[row - 1] === to[column - 1] ? 0 : 1;
      let edits = Math.min(above[column] + 1, current[column - 1] + 1, above[column - 1] + change);
      const isSwap = row > 1 && column > 1 && from[row - 1] === to[column - 2] && from[row - 2] === to[column - 1];
      if (isSwap) edits = Math.min(edits, earlier[column - 2] + 1);
      current.push(edits);
    }
    [earlier, above] = [above, current];
  }
  return above[to.length];
}

module.exports = { UsageError, nearest };
