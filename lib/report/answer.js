'use strict';

// The verdict of a report, in sentences: of the answer of `findLeaks`, or of `findSuspects`.

const path = require('node:path');
const { titleOf, classesOf: grownClasses } = require('../../words/leak-accounting');
const { verdictOf } = require('../../words/leak-verdict');
const { nextSteps } = require('../../words/next-steps');
const { counted, size } = require('../../words/numbers');
const { LIMITS_OF_ONE_FILE, noSuspect, sectionSentences, titleOfLine } = require('../../words/suspect-sentences');
const { sentence } = require('../../words/text');
const { contentsOf } = require('./contents');
const { leakEntry, suspectEntry } = require('./entry');
const { SCHEMA } = require('./schema');

const PACKAGE = '../../package.json';

/** @typedef {import('../..').ReportDocument} ReportDocument */

/**
 * The report of an answer, without what its snapshots consist of.
 *
 * @param {import('../..').LeakDocument} document
 * @param {{ folder?: string }} [options] `folder`: that files are named from
 * @returns {ReportDocument}
 */
function reportOfLeaks(document, { folder = '.' } = {}) {
  return finished(leaksAnswer(document, path.resolve(folder)));
}

/**
 * @param {import('../..').LeakDocument} found
 * @param {string} folder
 */
function leaksAnswer(found, folder) {
  const snapshots = found.snapshots.map(named);
  // Commands name the files as the report does.
  const leaks = { ...found, snapshots, next: nextSteps({ ...found, snapshots }) };
  const { sort, ...told } = verdictOf(leaks);
  return {
    sort: /** @type {const} */ ('leaks'),
    snapshots: snapshots.map((info, at) => ({ ...info, name: info.file ?? `snapshot ${at + 1}` })),
    verdict: { sort, ...told, next: leaks.next },
    entries: leaks.leaks.map((leak, at) => leakEntry(leak, at + 1, folder)),
    account: {
      total: leaks.accounting.size,
      lines: leaks.accounting.lines.map((line) => ({
        title: titleOf(line, leaks.leaks),
        because: sentence(line.because) + grownClasses(line),
        size: line.size,
        sort: line.what,
      })),
    },
    leaks,
  };
}

/**
 * @param {import('../..').SuspectDocument} found
 * @param {{ folder: string, withStrings: boolean }} how
 */
function suspectsAnswer(found, { folder, withStrings }) {
  const info = named(found.snapshot);
  const suspects = { ...found, snapshot: info, sections: withStrings ? found.sections : withoutTexts(found.sections) };
  const { totalSize } = found;
  const isNone = found.suspects.length === 0;
  const title = isNone ? 'No suspect' : counted(found.suspects.length, 'suspect');
  return {
    sort: /** @type {const} */ ('suspects'),
    snapshots: [{ ...info, name: info.file ?? 'snapshot' }],
    verdict: {
      sort: /** @type {const} */ ('suspects'),
      title,
      headline: isNone ? noSuspect(found) : `${title} in one snapshot of ${size(totalSize)}.`,
      paragraphs: sectionSentences(found, { withTexts: withStrings }).map((text) => `${sentence(text)}.`),
      doubts: [LIMITS_OF_ONE_FILE],
      footnotes: [],
      next: [],
    },
    entries: found.suspects.map((suspect, at) => suspectEntry(suspect, at + 1, { folder, totalSize })),
    account: {
      total: totalSize,
      lines: found.accounting.map((line) => ({
        title: titleOfLine(line, found.suspects),
        because: sentence(line.because),
        size: line.size,
        sort: line.what,
      })),
    },
    suspects,
  };
}

/**
 * @param {Omit<ReportDocument, 'schema' | 'heaphound' | 'contents'>} parts
 * @returns {ReportDocument}
 */
function finished(parts) {
  const { version } = /** @type {{ version: string }} */ (require(PACKAGE));
  const document = { schema: SCHEMA, heaphound: version, ...parts };
  return { ...document, contents: contentsOf(document) };
}

/**
 * A report goes to other people: a file has its name there, and not the folders of this machine. When it was last
 * written is not said: a copy would be another report.
 *
 * @template {{ file?: string, takenAt?: string, takenAtFrom?: string }} T
 * @param {T} info
 * @returns {T}
 */
function named({ file, takenAt, takenAtFrom, ...info }) {
  return /** @type {T} */ ({
    ...(file === undefined ? {} : { file: path.basename(file) }),
    ...(takenAt === undefined || takenAtFrom === 'file' ? {} : { takenAt, takenAtFrom }),
    ...info,
  });
}

/** @param {import('../..').SuspectSections} sections */
function withoutTexts({ duplicateStrings, hugeStrings, ...rest }) {
  return {
    duplicateStrings: { ...duplicateStrings, most: duplicateStrings.most.map((group) => ({ ...group, value: '' })) },
    hugeStrings: hugeStrings.map((text) => ({ ...text, start: '' })),
    ...rest,
  };
}

module.exports = { finished, leaksAnswer, reportOfLeaks, suspectsAnswer };
