'use strict';

// The file of a report: read, and written where nothing else stands.

const fs = require('node:fs');
const { readInput } = require('../standard-streams');
const { UsageError } = require('../usage');
const { writeWhole } = require('../whole-file');

/**
 * @param {string} file `-` for standard input
 * @returns {import('../..').ReportDocument}
 */
function readReportFile(file) {
  const { readReport } = require('../..');
  return readReport(onDisk(file, 'read', () => readInput(file)).toString('utf8'), file);
}

/**
 * A file of that name that is no report stays: a report may be made anew, and anything else may be the only one.
 *
 * @param {string} file
 * @param {string} text
 * @param {(text: string) => boolean} isReport
 */
function writeReportFile(file, text, isReport) {
  const isFree = onDisk(file, 'read', () => {
    const facts = fs.lstatSync(file, { throwIfNoEntry: false });
    return facts === undefined || (facts.isFile() && isReport(fs.readFileSync(file, 'utf8')));
  });
  if (!isFree)
    throw Object.assign(new Error(`${file} is there, and is no file of a report: give another name, or remove it`), {
      code: 'HEAPHOUND_ERR_EXISTS',
      isWhole: true,
    });
  onDisk(file, 'written', () => writeWhole(file, text));
}

/**
 * @template T
 * @param {string} file
 * @param {'read' | 'written'} done
 * @param {() => T} work
 * @returns {T}
 */
function onDisk(file, done, work) {
  try {
    return work();
  } catch (error) {
    const { code, message } = /** @type {NodeJS.ErrnoException} */ (error);
    if (error instanceof UsageError || code === undefined) throw error;
    // Behind the comma Node.js names the call, and a name that nobody gave.
    throw Object.assign(new Error(`${file} cannot be ${done}: ${message.split(',')[0]}`, { cause: error }), {
      code: code === 'ENOSPC' || code === 'EDQUOT' ? 'HEAPHOUND_ERR_NO_SPACE' : 'HEAPHOUND_ERR_IO',
      isWhole: true,
    });
  }
}

module.exports = { readReportFile, writeReportFile };
