'use strict';

// `heaphound.report/1`: one document with all that a person is shown about some snapshots. Every printer reads it, and
// nobody parses the text of a terminal.

const path = require('node:path');
const { findLeaks } = require('../compare/leaks');
const { findSuspects } = require('../compare/suspects');
const { withoutFolders } = require('../open/folder');
const { Snapshot, openSnapshot } = require('../open/snapshot');
const { optionError } = require('../errors');
const { OPEN, checkOptions, compareBy, integer, limit, ofType, oneOf, operations } = require('../options');
const { ignorePatterns } = require('../compare/ignore');
const { checkCatalogue } = require('../compare/known-leaks');
const { SEQUENCE } = require('../compare/sequence');
const { checkSources } = require('../sources');
const { titleOf, classesOf: grownClasses } = require('../../words/leak-accounting');
const { verdictOf } = require('../../words/leak-verdict');
const { nextSteps } = require('../../words/next-steps');
const { LIMITS_OF_ONE_FILE, noSuspect, sectionSentences, titleOfLine } = require('../../words/suspect-sentences');
const { counted, size } = require('../../words/numbers');
const { sentence } = require('../../words/text');
const { contentsOf } = require('./contents');
const { leakEntry, suspectEntry } = require('./entry');
const { SCHEMA } = require('./schema');
const { boxesOf, classesOf, comparisonOf, packagesOf, stringsOf } = require('./parts');

const PACKAGE = '../../package.json';
/** Two lines of the source stand on each side of a place. */
const DEFAULTS = { sourceLines: 2, limit: 20, withStrings: false, parts: /** @type {'all' | 'verdict'} */ ('all') };

const REPORT = {
  ...OPEN,
  ...SEQUENCE,
  compareBy,
  operations,
  limit,
  ignore: ignorePatterns,
  catalogue: checkCatalogue,
  sources: checkSources,
  sourceLines: integer(0, 50),
  folder: ofType('string'),
  withStrings: ofType('boolean'),
  parts: oneOf(['all', 'verdict']),
};

/**
 * @typedef {import('../..').ReportDocument} ReportDocument
 * @typedef {import('../..').ReportOptions} ReportOptions
 * @typedef {ReportOptions & { folder: string, withStrings: boolean, parts: 'all' | 'verdict' }} Asked
 */

/**
 * @param {import('../..').SnapshotOrSource[]} given one snapshot, or several in any order
 * @param {ReportOptions} [options]
 * @returns {Promise<ReportDocument>}
 */
async function makeReport(given, options) {
  if (!Array.isArray(given) || given.length === 0) throw optionError('snapshots', 'must be an array of one or more');
  const checked = checkOptions(options, REPORT);
  const folder = path.resolve(checked.folder ?? '.');
  const asked = { ...DEFAULTS, sources: folder, ...checked, folder };
  const sources = withoutFolders(given);
  /** @type {Snapshot[]} */
  const opened = [];
  const close = async () => {
    await Promise.all(opened.filter((snapshot, at) => snapshot !== sources[at]).map((snapshot) => snapshot.close()));
  };
  try {
    for (const [at, source] of sources.entries()) {
      const opening = { ...openingOf(checked), onProgress: ofSnapshot(checked.onProgress, at) };
      opened.push(source instanceof Snapshot ? source : await open(source, opening));
    }
    return await reportOf(opened, asked);
  } catch (error) {
    // The search for leaks alone needs no more than two of them at a time.
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== 'HEAPHOUND_ERR_NO_HEADROOM' || !canReopen(sources))
      throw error;
    await close();
    opened.length = 0;
    return await verdictAlone(sources, asked, error);
  } finally {
    await close();
  }
}

/**
 * @param {unknown} source
 * @param {import('../..').OpenOptions} opening
 * @returns {Promise<Snapshot>}
 */
async function open(source, opening) {
  const snapshot = await openSnapshot(/** @type {import('../..').Source} */ (source), opening);
  return /** @type {Snapshot} */ (snapshot);
}

/** @param {unknown[]} sources */
function canReopen(sources) {
  return sources.length > 1 && sources.every((source) => typeof source === 'string' || source instanceof URL);
}

/**
 * @param {unknown[]} sources
 * @param {Asked} asked
 * @param {unknown} error why there is no more
 */
async function verdictAlone(sources, asked, error) {
  const { order: _, ...document } = await ofLeaks(
    /** @type {import('../..').SnapshotOrSource[]} */ (sources),
    searchOf(asked),
    asked.folder,
  );
  const why = `The report has the verdict alone: ${sentence(/** @type {Error} */ (error).message)}.`;
  document.verdict.footnotes.push(why);
  return finished(document);
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
 * The options of `openSnapshot` among those of a report.
 *
 * @param {ReportOptions} options
 */
function openingOf(options) {
  return Object.fromEntries(Object.entries(options).filter(([name]) => name in OPEN));
}

/**
 * The options of `findLeaks`.
 *
 * @param {Asked} asked
 */
function searchOf({ folder: _, withStrings: __, parts: ___, ...search }) {
  return search;
}

/**
 * @param {Snapshot[]} opened in any order
 * @param {Asked} asked
 * @returns {Promise<ReportDocument>}
 */
async function reportOf(opened, asked) {
  const { folder, withStrings, parts, signal, onProgress } = asked;
  const searching = searchOf(asked);
  const work = { signal, onProgress };
  const isSeries = opened.length > 1;
  const answer = isSeries
    ? await ofLeaks(opened, searching, folder)
    : await ofSuspects(opened[0], searching, { folder, withStrings });
  const snapshots = isSeries ? sorted(opened, answer.order) : opened;
  const last = snapshots[snapshots.length - 1];
  const { order: _, ...document } = answer;
  /** @type {Partial<ReportDocument>} */
  const more = {};
  if (parts === 'all') {
    more.classes = await classesOf(snapshots, work);
    if (isSeries) more.comparison = await comparisonOf(snapshots, { ...work, ...comparing(searching) });
    more.boxes = await boxesOf(last, work);
    more.strings = await stringsOf(last, { ...work, withStrings });
    more.packages = await packagesOf(last, work);
    more.statistics = await last.statistics(work);
  }
  return finished({ ...document, ...more });
}

/**
 * @param {import('../..').SnapshotOrSource[]} opened
 * @param {ReportOptions} searching
 * @param {string} folder
 */
async function ofLeaks(opened, searching, folder) {
  const found = await findLeaks(opened, searching);
  const snapshots = found.snapshots.map(named);
  // Commands name the files as the report does.
  const leaks = { ...found, snapshots, next: nextSteps({ ...found, snapshots }) };
  const { sort, ...told } = verdictOf(leaks);
  return {
    order: found.order,
    sort: /** @type {const} */ ('leaks'),
    snapshots: snapshots.map((info) => ({ ...info, name: info.file ?? '' })),
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
 * @param {Snapshot} snapshot
 * @param {ReportOptions} searching
 * @param {{ folder: string, withStrings: boolean }} how
 */
async function ofSuspects(snapshot, searching, { folder, withStrings }) {
  const { signal, onProgress, ignore, limit } = searching;
  const found = await findSuspects(snapshot, { signal, onProgress, ignore, limit });
  const info = named(found.snapshot);
  const suspects = { ...found, snapshot: info, sections: withStrings ? found.sections : withoutTexts(found.sections) };
  const { totalSize } = found;
  const title = found.suspects.length === 0 ? 'No suspect' : counted(found.suspects.length, 'suspect');
  return {
    order: undefined,
    sort: /** @type {const} */ ('suspects'),
    snapshots: [{ ...info, name: info.file ?? '' }],
    verdict: {
      sort: /** @type {const} */ ('suspects'),
      title,
      headline: found.suspects.length === 0 ? noSuspect(found) : `${title} in one snapshot of ${size(totalSize)}.`,
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

/**
 * @param {Snapshot[]} opened
 * @param {import('../..').SnapshotOrder | undefined} order
 */
function sorted(opened, order) {
  return (order?.given ?? opened.map((_, at) => at)).map((at) => opened[at]);
}

/** @param {ReportOptions} options */
function comparing({ order, allow, compareBy }) {
  return { order, allow, compareBy };
}

/**
 * @param {import('../..').WorkOptions['onProgress']} onProgress
 * @param {number} snapshot
 */
function ofSnapshot(onProgress, snapshot) {
  return onProgress && ((/** @type {import('../..').Progress} */ progress) => onProgress({ ...progress, snapshot }));
}

module.exports = { makeReport, reportOf };
