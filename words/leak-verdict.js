'use strict';

// The verdict over a whole document: leaks, no leak, or "cannot tell", and the sentences that go with it.

const { shares, tellOutside, tellUnknown } = require('./leak-accounting');
const { nameOf } = require('./leak-sentences');
const { orderSentence } = require('./leak-order');
const { count, counted, size, sizeDelta } = require('./numbers');
const { sentence } = require('./text');

/** Begins the headline where no verdict is possible. */
const CANNOT_TELL = 'Cannot tell';
/** The title of growth that is no leak. */
const EXPLAINED = 'Grew, but is no leak';
/** The title of growth that a rule dropped. */
const DROPPED_TITLE = 'Grew in every interval, and a rule says that it is no leak';
/** Snapshots from which on growth in every interval is more than the start of something. */
const ENOUGH_SNAPSHOTS = 3;
const UNSURE = 'Two snapshots: it may be a cache that is filling up. A third makes it certain.';
/** Explained growth that a sentence names. */
const MOST_ONE_OFF = 3;

/**
 * @typedef {object} Verdict
 * @property {'leak' | 'none' | 'known' | 'unknown'} sort `known`: there are leaks, all of a baseline or ignored
 * @property {string} title "2 leaks", "No leak", "No new leak", "No other leak", "Cannot tell"
 * @property {string} headline a paragraph that begins with the title
 * @property {string[]} paragraphs below the headline
 * @property {string[]} doubts reasons why the verdict may be wrong
 * @property {string[]} footnotes how it was compared, and the growth that is no leak
 */

/**
 * @param {import('..').LeakDocument} document
 * @param {{ knownCount?: number, isLong?: boolean }} [options] `knownCount`: leaks of a baseline, which `leaks` does
 *   not have; `isLong`: the page lists all explained growth, so that no footnote has to
 * @returns {Verdict}
 */
function verdictOf(document, { knownCount = 0, isLong = false } = {}) {
  const { snapshots, order, comparison, leaks, leftOut = 0, oneOff, ignored, verdict } = document;
  const totals = snapshots.map((snapshot) => size(snapshot.totalSize)).join(' → ');
  const over = `over ${counted(snapshots.length, 'snapshot')} (${totals})`;
  const isEnough = snapshots.length >= ENOUGH_SNAPSHOTS;
  const left = ignored > 0 ? [`${counted(ignored, 'leak')} ignored.`] : [];
  const known =
    knownCount > 0
      ? [`${counted(knownCount, 'leak')} of the baseline ${knownCount === 1 ? 'is' : 'are'} still there.`]
      : [];
  const ordered = orderSentence(order, snapshots);
  const doubts = ordered === '' ? [] : [ordered];
  const footnotes = [
    ...(comparison.ids ? [] : [`Compared by structure: ${sentence(comparison.reason)}.`]),
    ...(oneOff.length === 0 || isLong ? [] : [explainedSentence(oneOff)]),
    ...accountSentences(document),
  ];
  const found = leaks.length + leftOut;
  if (found > 0) {
    const title = counted(found, 'leak');
    return {
      sort: 'leak',
      title,
      headline: [`${title} ${over}.`, ...left].join(' '),
      paragraphs: [],
      doubts: isEnough ? doubts : [...doubts, UNSURE],
      footnotes,
    };
  }
  if (verdict === 'unknown') {
    const { headline, sentences } = tellUnknown(document);
    return {
      sort: 'unknown',
      title: CANNOT_TELL,
      headline: `${CANNOT_TELL}: ${headline}`,
      paragraphs: [...sentences, `No leak was found ${over}, but that is no verdict.`, ...known, ...left],
      doubts,
      footnotes,
    };
  }
  if (known.length + left.length > 0) {
    const title = knownCount > 0 ? 'No new leak' : 'No other leak';
    const paragraphs = [[...known, ...left].join(' ')];
    return { sort: 'known', title, headline: `${title} ${over}.`, paragraphs, doubts, footnotes };
  }
  const title = 'No leak';
  return { sort: 'none', title, headline: `${title} ${over}.`, paragraphs: [certainty(document)], doubts, footnotes };
}

/**
 * How much "no leak" is worth.
 *
 * @param {import('..').LeakDocument} document
 */
function certainty({ snapshots, comparison }) {
  const compared = count(snapshots[snapshots.length - 1].nodeCount);
  const objects = `${compared} objects of the last one were compared ${comparison.ids ? 'by their ids' : 'by their place'}.`;
  return snapshots.length >= ENOUGH_SNAPSHOTS
    ? `Nothing accumulated in each of the ${counted(snapshots.length - 1, 'interval')}. ${objects} ` +
        'A leak that comes less often than once an interval would not show.'
    : `Between two snapshots nothing accumulates that was not there before. ${objects} ` +
        'A third snapshot, after the same work again, makes this more certain.';
}

/**
 * Growth beside a verdict: the shares, and the growth that a leak does not explain, in the heap and outside of it.
 *
 * @param {import('..').LeakDocument} document
 */
function accountSentences(document) {
  const { accounting, outside, verdict } = document;
  return [
    ...(!accounting.isExplained && verdict === 'leak' ? [`Beside what leaks, ${tellUnknown(document).headline}`] : []),
    ...[shares(document)].filter((line) => line !== ''),
    ...(outside?.isUnexplained && verdict === 'leak' ? [`Also, ${tellOutside(outside).headline}`] : []),
  ];
}

/** @param {import('..').OneOffGrowth[]} oneOff */
function explainedSentence(oneOff) {
  const shown = oneOff
    .slice(0, MOST_ONE_OFF)
    .map((row) => `${nameOf(row.className)} ${sizeDelta(row.size)} (${row.why})`);
  return `${EXPLAINED}: ${shown.join(', ')}${oneOff.length > shown.length ? ', …' : ''}.`;
}

module.exports = { CANNOT_TELL, DROPPED_TITLE, EXPLAINED, verdictOf };
