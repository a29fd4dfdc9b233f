'use strict';

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

/**
 * A folder of the test's own, empty, and gone when the test has ended.
 *
 * @param {import('node:test').TestContext} t
 */
function folder(t) {
  const made = fs.mkdtempSync(path.join(os.tmpdir(), 'heaphound-test-'));
  t.after(() => fs.rmSync(made, { recursive: true }));
  return made;
}

module.exports = { folder };
