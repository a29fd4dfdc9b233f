'use strict';

// Where two snapshots, or a first one from before the warm-up, do not tell a leak from what fills up, the answer says
// so. It is never "none" for a leak, and always "none" for the repaired form.

const assert = require('node:assert/strict');
const { execFile } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { after, describe, it } = require('node:test');
const { promisify } = require('node:util');
const { findLeaks } = require('..');
const { RUN } = require('./helpers/leak-case');

const CASES = [
  'number-series',
  'hourly-buckets',
  path.join('..', 'node', 'promise-hooks'),
  path.join('..', '..', '__test__', 'programs', 'readings-of-ten-sensors'),
];

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'heaphound-ways-'));
after(() => fs.rmSync(folder, { recursive: true, force: true }));

describe('from two snapshots, and from a first one before the warm-up, with ids or without', { concurrency: 2 }, () => {
  for (const name of CASES) {
    it(`${path.basename(name)} is not called healthy`, async () => {
      const answers = await verdictsOf(name, 'leak');
      assert.ok(!answers.includes('none'), answers.join(' '));
    });
    it(`${path.basename(name)}, repaired, is healthy`, async () =>
      assert.deepEqual(new Set(await verdictsOf(name, 'fixed')), new Set(['none'])));
  }
});

/**
 * @param {string} name
 * @param {'leak' | 'fixed'} variant
 */
async function verdictsOf(name, variant) {
  const out = path.join(folder, `${path.basename(name)}-${variant}`);
  await promisify(execFile)(process.execPath, [RUN, `./${name}`, out, variant, 'ZABC']);
  const answers = [];
  for (const set of ['AC', 'ZBC'])
    for (const compareBy of /** @type {const} */ (['ids', 'structure'])) {
      const files = [...set].map((file) => path.join(out, `${file}.heapsnapshot`));
      answers.push((await findLeaks(files, { compareBy })).verdict);
    }
  fs.rmSync(out, { recursive: true });
  return answers;
}
