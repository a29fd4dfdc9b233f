'use strict';

// The sentence about the order in which the snapshots were taken.

const path = require('node:path');
const { harmless, sentence } = require('./text');

/** Names in the sentence. Of more files it has the first four and the last one. */
const MOST_NAMES = 5;

/**
 * Empty when the order is that of the call, known, and not contradicted, and when no snapshot was given twice.
 *
 * @param {import('..').SnapshotOrder} order
 * @param {import('..').ReadInfo[]} snapshots oldest first
 */
function orderSentence(order, snapshots) {
  const names = snapshots.map(({ file }, at) =>
    file === undefined ? `snapshot ${at + 1}` : harmless(path.basename(file)),
  );
  return [sameSentence(order, names), sortedSentence(order, names)].filter((text) => text !== '').join(' ');
}

/**
 * @param {import('..').SnapshotOrder} order
 * @param {string[]} names
 */
function sameSentence({ same }, names) {
  if (same === undefined) return '';
  const [first, second] = same.map((at) => names[at]);
  const which = first === second ? `${first} was given twice` : `${first} and ${second} are the same snapshot`;
  return `${which}: nothing can grow between the two.`;
}

/**
 * @param {import('..').SnapshotOrder} order
 * @param {string[]} names
 */
function sortedSentence({ sorted, known, reason, contradictedBy }, names) {
  const isContradicted = contradictedBy !== undefined;
  if (!sorted && known && !isContradicted) return '';
  const shown = names.length > MOST_NAMES ? [...names.slice(0, MOST_NAMES - 1), '…', names[names.length - 1]] : names;
  const how = sorted
    ? 'Sorted into the order in which they were taken'
    : isContradicted
      ? 'Not in the order in which they were taken'
      : 'The order in which they were taken is not known; taken as given';
  const doubt = isContradicted
    ? ' If that order is right, growth is missing here: leave --order out.'
    : known
      ? ''
      : ' If they were taken in another order, nothing here holds: give them in that order, with --order given.';
  return `${how}: ${shown.join(', ')} (${sentence(reason)}).${doubt}`;
}

module.exports = { orderSentence };
