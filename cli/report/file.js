'use strict';

// The file of a report: read, and written where nothing else stands.

const fs = require('node:fs');
const { readInput } = require('../standard-streams');
const { writeWhole } = require('../whole-file');

/**
 * @param {string} file `-` for standard input
 * @returns {import('../..').ReportDocument}
 */
function readReportFile(file) {
  const { readReport } = require('../..');
  return readReport(readInput(file).toString('utf8'), file);
}

/**
 * A file of that name that is no report stays: a report may be made anew, and anything else may be the only one.
 *
 * @param {string} file
 * @param {string} text
 * @param {(text: string) => boolean} isReport
 */
function writeReportFile(file, text, isReport) {
  const facts = fs.lstatSync(file, { throwIfNoEntry: false });
  const isFree = facts === undefined || (facts.isFile() && isReport(fs.readFileSync(file, 'utf8')));
  if (!isFree)
    throw Object.assign(new Error(`${file} is there, and it is no report: give another name, or remove it`), {
      code: 'HEAPHOUND_ERR_EXISTS',
    });
  writeWhole(file, text);
}

module.exports = { readReportFile, writeReportFile };
