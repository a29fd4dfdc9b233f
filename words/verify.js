'use strict';

// The sentences about two series of snapshots: is each leak of the first one gone in the second?

const { CANNOT_TELL } = require('./leak-verdict');
const { holder, nameOf, sum } = require('./leak-sentences');
const { counted, mean, size } = require('./numbers');
const { sentence } = require('./text');

/** Marks of a state: gone, not known, still there. */
const MARKS = { gone: '✓', unknown: '?', smaller: '✗', same: '✗', larger: '✗', moved: '✗', new: '✗' };

/** @typedef {import('..').VerifyDocument} VerifyDocument */
/** @typedef {import('./leak-sentences').Quote} Quote */

/**
 * A leak of either series in a line.
 *
 * @typedef {object} VerifiedRow
 * @property {import('..').VerifiedLeak['state'] | 'new'} state
 * @property {string} mark
 * @property {string} name of the class
 * @property {string} growth "101 → 50.5 objects an interval"
 * @property {string} holder of the second series, where it has the leak
 * @property {string} fingerprint
 */

/**
 * @param {VerifyDocument} document
 * @param {Quote} [quote] marks names
 * @returns {VerifiedRow[]}
 */
function verifiedRows({ leaks, new: others }, quote = (text) => text) {
  return [
    ...leaks.map(({ state, fingerprint, before, after, rate }) => ({
      state,
      mark: MARKS[state],
      name: quote(nameOf(before.className)),
      growth: growthOf(rate, state),
      holder: holder(after ?? before, quote),
      fingerprint: after?.fingerprint ?? fingerprint,
    })),
    ...others.map((leak) => ({
      state: /** @type {const} */ ('new'),
      mark: MARKS.new,
      name: quote(nameOf(leak.className)),
      growth: newGrowth(leak),
      holder: holder(leak, quote),
      fingerprint: leak.fingerprint,
    })),
  ];
}

/**
 * "12 → 0 objects an operation"; of a leak that is not known to be gone "12 → ? objects an operation".
 *
 * @param {import('..').VerifiedRate} rate
 * @param {import('..').VerifiedLeak['state']} state
 */
function growthOf({ of, per, before, after }, state) {
  const print = of === 'objects' ? mean : size;
  const now = state === 'unknown' ? '?' : print(after);
  return `${print(before)} → ${now}${of === 'objects' ? ' objects' : ''} ${per === 'operation' ? 'an operation' : 'an interval'}`;
}

/** @param {import('..').Leak} leak */
function newGrowth({ countGrowth, sizeGrowth }) {
  const objects = sum(countGrowth) / countGrowth.length;
  return objects > 0
    ? `${mean(objects)} objects an interval`
    : `${size(sum(sizeGrowth) / sizeGrowth.length)} an interval`;
}

/**
 * The verdict in a sentence. It begins with its title.
 *
 * @param {VerifyDocument} document
 * @returns {{ title: string, headline: string }}
 */
function verifiedHeadline({ verdict, leaks, new: others, before }) {
  const of = counted(leaks.length, 'leak');
  const times = (/** @type {import('..').VerifiedLeak['state'][]} */ ...states) =>
    leaks.filter(({ state }) => states.includes(state)).length;
  if (verdict === 'gone')
    return { title: 'Gone', headline: `Gone: ${leaks.length === 1 ? 'the leak' : `all ${of}`} of the first series.` };
  if (verdict === 'left') {
    const parts = [
      [times('smaller', 'same', 'larger'), 'left'],
      [times('moved'), 'moved'],
      [others.length, 'new'],
      [times('gone'), 'gone'],
      [times('unknown'), 'not known'],
    ];
    const named = parts.filter(([count]) => Number(count) > 0).map(([count, what]) => `${count} ${what}`);
    return { title: 'Not gone', headline: `Not gone: ${named.join(', ')}, of ${of} of the first series.` };
  }
  const why =
    leaks.length > 0
      ? `whether ${times('unknown') === leaks.length ? `${leaks.length === 1 ? 'the leak' : `the ${of}`}` : `${times('unknown')} of ${of}`} of the first series ${times('unknown') === 1 ? 'is' : 'are'} gone`
      : before.ignored > 0
        ? 'every leak of the first series is ignored, so there is nothing to verify'
        : 'the first series has no leak, so there is nothing to verify';
  return { title: CANNOT_TELL, headline: `${CANNOT_TELL}: ${why}.` };
}

/**
 * The doubts in sentences, and what to do about them.
 *
 * @param {VerifyDocument} document
 */
function verifiedDoubts({ doubts, verdict, leaks }) {
  if (doubts.length === 0) return [];
  const isOpen = verdict === 'unknown' && leaks.length > 0;
  return [
    ...doubts.map((text) => `${sentence(text)}.`),
    ...(isOpen
      ? ['Do the work of the first series again, take three snapshots of the fixed program, and verify once more.']
      : []),
  ];
}

module.exports = { verifiedDoubts, verifiedHeadline, verifiedRows };
