'use strict';

// What is said of the order in which the snapshots were taken.

const path = require('node:path');
const { harmless, wrap } = require('../../words/text');

/** Names that a line holds; of more the first and the last say it. */
const MOST_NAMES = 5;

/**
 * The sentence; empty when the order is that of the call, known, and not contradicted.
 *
 * @param {import('../..').SnapshotOrder} order
 * @param {import('../..').ReadInfo[]} snapshots oldest first
 */
function orderSentence({ sorted, known, reason, contradictedBy }, snapshots) {
  const isContradicted = contradictedBy !== undefined;
  if (!sorted && known && !isContradicted) return '';
  const names = snapshots.map(({ file }, at) =>
    file === undefined ? `snapshot ${at + 1}` : harmless(path.basename(file)),
  );
  const shown = names.length > MOST_NAMES ? [...names.slice(0, MOST_NAMES - 1), '…', names[names.length - 1]] : names;
  const how = sorted
    ? 'Sorted into the order in which they were taken'
    : isContradicted
      ? 'Not in the order in which they were taken'
      : 'In which order they were taken cannot be told; taken as given';
  const doubt = isContradicted
    ? ' If that one is right, what grew is missing here: leave --order out.'
    : known
      ? ''
      : ' If that is not the order, nothing here holds: give them in the right one, with --order given.';
  return `${how}: ${shown.join(', ')} (${reason}).${doubt}`;
}

/**
 * @param {import('../..').SnapshotOrder} order
 * @param {import('../..').ReadInfo[]} snapshots
 * @param {import('../terminal').Terminal} terminal
 * @returns {string[]} lines
 */
function drawOrder(order, snapshots, terminal) {
  const sentence = orderSentence(order, snapshots);
  return sentence === '' ? [] : wrap(sentence, terminal.width).map((line) => terminal.style('yellow', line));
}

module.exports = { drawOrder, orderSentence };
