'use strict';

const { annotations, doubt, isGithub, withoutCommands } = require('./github');
const { leaksAsMarkdown } = require('./markdown');
const { leaksAsSarif } = require('./sarif');
const { rootOf } = require('./search');
const { toJson } = require('../../words/text');
const { UsageError } = require('../usage');

const PACKAGE = '../../package.json';

/** Exit code that says: no leak was found, and too much of the growth has no explanation. */
const CANNOT_TELL = 4;
/** Options of every command that reports leaks. */
const REPORT = ['markdown', 'sarif', 'github'];
const DOCUMENTS = /** @type {const} */ (['json', 'markdown', 'sarif']);

/** @param {Record<string, any>} options */
function checkFormat(options) {
  const asked = DOCUMENTS.filter((name) => options[name]);
  if (asked.length > 1) throw new UsageError(`--${asked[0]} and --${asked[1]} cannot both be printed`);
}

/**
 * Prints a document in the form that was asked for.
 *
 * @param {import('../main').Context} context
 * @param {import('../..').LeakDocument} document
 * @param {{ story: () => string[], known?: Set<string> }} options `story`: for people; `known`: fingerprints of a
 *   baseline
 */
async function reportLeaks({ options, output }, document, { story, known }) {
  const root = rootOf(options);
  const isDocument = DOCUMENTS.some((name) => options[name]);
  const isRead = options.github || isGithub();
  if (options.json) await output.json(document);
  else if (options.sarif)
    await output.write(`${toJson(leaksAsSarif(document, { root, version: version(), known }), 2)}\n`);
  else if (options.markdown) await output.lines(leaksAsMarkdown(document, { root }));
  else await output.lines(isRead ? withoutCommands(story()) : story());
  if (!isRead) return;
  const found = [
    ...annotations(
      document.leaks.filter((leak) => !known?.has(leak.fingerprint)),
      { root },
    ),
    ...doubt(document),
  ];
  // GitHub reads both streams; a document stays whole.
  if (isDocument) found.forEach((line) => console.error(line));
  else await output.lines(found);
}

function version() {
  return /** @type {{ version: string }} */ (require(PACKAGE)).version;
}

module.exports = { CANNOT_TELL, REPORT, checkFormat, reportLeaks };
