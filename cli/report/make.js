'use strict';

const { rootOf, searchOptions } = require('../leaks/search');
const { sourcesOf } = require('../snapshots');

/**
 * The document of a report of the files that a command names, by its options.
 *
 * @param {import('../main').Context} context
 * @param {import('../..').ReportOptions} [more]
 */
async function makeDocument(context, more = {}) {
  const { options, operands, progress } = context;
  const { makeReport } = require('../..');
  const document = await makeReport(sourcesOf(operands), {
    ...searchOptions(context),
    sourceLines: options.source ?? undefined,
    limit: options.limit,
    folder: rootOf(options),
    withStrings: options['with-strings'] ?? false,
    ...more,
  });
  progress.stop();
  return document;
}

module.exports = { makeDocument };
