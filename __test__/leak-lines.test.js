'use strict';

const assert = require('node:assert/strict');
const { execFile } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { after, describe, it } = require('node:test');
const { promisify } = require('node:util');
const { findLeaks } = require('..');
const { RUN, assertFound, leakCases } = require('./helpers/leak-case');

const LINES = [20, 22, 24, 26];
const binaries = LINES.map((line) =>
  path.join(__dirname, 'nodes', 'node_modules', `node${line}`, 'bin', 'node'),
).filter((binary) => fs.existsSync(binary));
const skip = binaries.length > 1 ? false : 'two binaries are not installed: npm ci --prefix __test__/nodes';

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'heaphound-lines-'));
after(() => fs.rmSync(folder, { recursive: true, force: true }));

describe('every leak is found on every line of Node, with one fingerprint', { concurrency: 2, skip }, () => {
  for (const { name, expect } of leakCases().filter(({ isLeak }) => isLeak)) {
    it(name, async () => {
      const fingerprints = [];
      for (const [at, binary] of binaries.entries()) {
        const out = path.join(folder, `${name}-${at}`);
        await promisify(execFile)(binary, [RUN, `./${name}`, out]);
        const files = ['A', 'B', 'C'].map((file) => path.join(out, `${file}.heapsnapshot`));
        for (const compareBy of ['ids', 'structure']) {
          const { leaks } = await findLeaks(files, { compareBy });
          assertFound(leaks, expect);
          fingerprints.push(leaks[0].fingerprint);
        }
        fs.rmSync(out, { recursive: true });
      }
      assert.equal(new Set(fingerprints).size, 1, fingerprints.join(' '));
    });
  }
});
