'use strict';

// The page of a failed test, beside its snapshots: what a person opens first.

const fs = require('node:fs');
const path = require('node:path');
const { reportOfLeaks, reportPage } = require('../..');

/**
 * @param {import('../..').LeakDocument} document
 * @param {string} folder
 * @returns {string | undefined} its path; undefined where it could not be written: the test fails for its own reason
 */
function keepPage(document, folder) {
  const file = path.join(folder, 'report.html');
  try {
    fs.writeFileSync(file, reportPage(reportOfLeaks(document)), { flag: 'wx', mode: 0o600 });
    return file;
  } catch {
    return undefined;
  }
}

module.exports = { keepPage };
