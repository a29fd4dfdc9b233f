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
const { sentence } = require('../../words/text');
const { finished, leaksAnswer, suspectsAnswer } = require('./answer');
const { boxesOf, classesOf, comparisonOf, packagesOf, stringsOf } = require('./parts');

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
  const found = await findLeaks(/** @type {import('../..').SnapshotOrSource[]} */ (sources), searchOf(asked));
  const document = leaksAnswer(found, asked.folder);
  const why = `The report has the verdict alone: ${sentence(/** @type {Error} */ (error).message)}.`;
  document.verdict.footnotes.push(why);
  return finished(document);
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
  const found =
    opened.length > 1
      ? await findLeaks(opened, searching)
      : await findSuspects(opened[0], { ...work, ignore: asked.ignore, limit: asked.limit });
  const isSeries = 'order' in found;
  const snapshots = isSeries ? found.order.given.map((at) => opened[at]) : opened;
  const document = isSeries ? leaksAnswer(found, folder) : suspectsAnswer(found, { folder, withStrings });
  const last = snapshots[snapshots.length - 1];
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
