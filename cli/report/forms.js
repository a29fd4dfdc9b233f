'use strict';

// The forms of a report: each is a printer of the same document.

const { leaksAsMarkdown } = require('../leaks/markdown');
const { leaksAsSarif } = require('../leaks/sarif');
const { tellLeaks } = require('../leaks/story');
const { suspectsAsMarkdown, tellSuspects } = require('../suspects/story');
const { counted, count, size } = require('../../words/numbers');
const { harmless, toJson, wrap } = require('../../words/text');
const { UsageError } = require('../usage');
const { writeReportFile } = require('./file');

const PACKAGE = '../../package.json';

/** Forms by the ending of a name. */
const FORMS = /** @type {const} */ ({
  html: 'html',
  json: 'json',
  md: 'markdown',
  markdown: 'markdown',
  sarif: 'sarif',
});

/**
 * @typedef {import('../..').ReportDocument} ReportDocument
 * @typedef {{ root: string, files: string[], flags: string[], limit?: number, terminal: import('../terminal').Terminal }}
 *   How
 */

/**
 * @param {string} file
 * @param {string} [option] that names it
 * @returns {'html' | 'json' | 'markdown' | 'sarif'}
 */
function formOf(file, option = 'out') {
  const ending = /\.(\w+)$/.exec(file)?.[1].toLowerCase() ?? '';
  if (!Object.hasOwn(FORMS, ending))
    throw new UsageError(`--${option} ${harmless(file)}: the ending says the form: .html, .json, .md or .sarif`);
  return FORMS[/** @type {keyof typeof FORMS} */ (ending)];
}

/**
 * @param {string} file
 * @param {ReportDocument} document
 * @param {How & { form: 'html' | 'json' | 'markdown' | 'sarif' }} how
 * @returns {string[]} lines that say what was written
 */
function writeReport(file, document, { form, root, terminal }) {
  const text = textOf(form, document, root);
  writeReportFile(file, text, (there) => isOfForm(form, there));
  return [
    `${harmless(file)}  ${size(Buffer.byteLength(text))}`,
    ...wrap(document.verdict.headline, terminal.width),
    ...wrap(insideOf(document), terminal.width).map((line) => terminal.style('dim', line)),
  ];
}

/**
 * What goes to whoever gets the file.
 *
 * @param {ReportDocument} document
 */
function insideOf({ contents }) {
  const { classNames, propertyNames, paths, strings, stringsLeftOut } = contents;
  const left =
    strings > 0
      ? `and the contents of ${counted(strings, 'string')}.`
      : `and no contents of strings${stringsLeftOut > 0 ? ` (${count(stringsLeftOut)} left out)` : ''}.`;
  return `Inside: ${counted(classNames, 'name')} of classes, ${counted(propertyNames, 'name')} of properties and variables, ${counted(paths, 'path')} of files, ${left}`;
}

/**
 * @param {string} form
 * @param {string} text of a file that is there
 */
function isOfForm(form, text) {
  if (text === '') return true;
  if (form === 'markdown') return text.startsWith('### ');
  if (form === 'sarif') return text.includes('"name": "heaphound"');
  try {
    require('../..').readReport(text, '');
    return true;
  } catch {
    return false;
  }
}

/**
 * @param {'html' | 'json' | 'markdown' | 'sarif' | 'lean'} form
 * @param {ReportDocument} document
 * @param {string} root
 */
function textOf(form, document, root) {
  const { leanReport, reportPage } = require('../..');
  const { leaks, suspects } = document;
  switch (form) {
    case 'html':
      return reportPage(document);
    case 'json':
      return `${toJson(document)}\n`;
    case 'lean':
      return `${toJson(leanReport(document), 1)}\n`;
    case 'sarif': {
      if (leaks === undefined)
        throw new UsageError('SARIF has places of leaks, and one snapshot shows none: give two or more');
      const { version } = /** @type {{ version: string }} */ (require(PACKAGE));
      return `${toJson(leaksAsSarif(leaks, { root, version }), 2)}\n`;
    }
    case 'markdown': {
      const lines = leaks ? leaksAsMarkdown(leaks, { root }) : suspects ? suspectsAsMarkdown(suspects, { root }) : [];
      return `${lines.join('\n')}\n`;
    }
  }
}

/**
 * @param {'json' | 'lean' | 'markdown' | 'sarif' | undefined} form as text for people where none is asked for
 * @param {ReportDocument} document
 * @param {How & { output: import('../output').Output }} how
 */
async function printReport(form, document, { output, ...how }) {
  if (form === 'json') return output.json(document);
  if (form !== undefined) return output.write(textOf(form, document, how.root));
  const { leaks, suspects, snapshots } = document;
  const files = how.files.length > 0 ? how.files : snapshots.map(({ name }) => name);
  const limit = how.limit ?? 1;
  if (leaks) return output.lines(tellLeaks(leaks, { ...how, files, limit }));
  if (suspects)
    return output.lines(tellSuspects(suspects, { file: files[0], limit: how.limit ?? 3, terminal: how.terminal }));
}

module.exports = { formOf, printReport, writeReport };
