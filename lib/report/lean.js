'use strict';

// The lean form of a report, for a program that pays for each word: an agent, a chat, a ticket's field.

/** Reasons of a confidence. */
const MOST_REASONS = 2;
/** Characters of a text: names of a program can be of any length. */
const LONGEST = 240;
/** Of a line of a path. */
const LONGEST_LINE = 120;

/**
 * Each entry is below 1,000 tokens.
 *
 * @param {import('../..').ReportDocument} document
 * @returns {import('../..').LeanReport}
 */
function leanReport({ sort, snapshots, verdict, entries, account }) {
  return {
    schema: 'heaphound.report-lean/1',
    sort,
    snapshots: snapshots.map(({ name, totalSize }) => ({ name: cut(name), bytes: totalSize })),
    verdict: verdict.sort,
    headline: verdict.headline,
    doubts: verdict.doubts,
    entries: entries.map(leanEntry),
    account: account.lines.map(({ title, size }) => ({ title: cut(title), bytes: size })),
    next: verdict.next,
  };
}

/**
 * @param {import('../..').ReportEntry} entry
 * @returns {import('../..').LeanEntry}
 */
function leanEntry({ fingerprint, headline, kind, confidence, own, cut: reference, advice, path, growth, ...entry }) {
  const sure = entry.facts.find(({ label }) => label === 'Sure' || label === 'For');
  return {
    fingerprint,
    headline: cut(headline, 2 * LONGEST),
    kind,
    confidence,
    because: (sure?.reasons ?? [sure?.text ?? '']).slice(0, MOST_REASONS).map((text) => cut(text)),
    ...(own.at === undefined ? {} : { place: cut(own.at) }),
    why: cut(own.text),
    ...(own.place?.source === undefined ? {} : { source: cut(own.place.source.text.trim()) }),
    ...(reference === '' ? {} : { cut: cut(reference) }),
    ...(advice === '' ? {} : { fix: cut(advice, 2 * LONGEST) }),
    bytes: entry.size,
    ...(growth === undefined ? {} : { countGrowth: growth.countGrowth }),
    path: path.map((line) =>
      line.sort === 'fold'
        ? `… ${line.text}`
        : cut(
            `${line.sign} ${line.reference === '' ? '' : `${line.reference} → `}${line.object}` +
              `${line.place === '' ? '' : `  ${line.place}`}${line.remark === '' ? '' : `  ← ${line.remark}`}`,
            LONGEST_LINE,
          ).trim(),
    ),
    example: entry.examples[0] ?? null,
  };
}

/**
 * @param {string} text
 * @param {number} [most]
 */
function cut(text, most = LONGEST) {
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}

module.exports = { leanReport };
