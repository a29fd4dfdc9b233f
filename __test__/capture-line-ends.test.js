'use strict';

// V8 of Node.js 20 looks for the line of each function from the beginning of its script, unless it knows where the
// lines end. A snapshot of a process with one large script did not end for minutes.

const assert = require('node:assert/strict');
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { it } = require('node:test');
const { openSnapshot } = require('..');
const { folder } = require('./helpers/folder');
const { nodeOfLine } = require('./helpers/node-lines');

const PROGRAM = `
const { captureSnapshot } = require(${JSON.stringify(path.join(__dirname, '..'))});
exports.keep = require('./large.js');
captureSnapshot({ path: process.argv[2], mode: process.argv[3], compression: 'none' });
`;
/** No error of it shows a stack, for which V8 would find the lines too. */
const LARGE = Array.from({ length: 2000 }, (_, at) => `exports.f${at} = function f${at}() {};\n`).join('');

for (const mode of process.platform === 'linux' ? ['inline', 'fork'] : ['inline'])
  it(`knows the ends of the lines of a script before the snapshot, on Node.js 20: ${mode}`, async (t) => {
    const root = folder(t);
    fs.writeFileSync(path.join(root, 'large.js'), LARGE);
    fs.writeFileSync(path.join(root, 'main.js'), PROGRAM);
    const file = path.join(root, 'a.heapsnapshot');
    execFileSync(nodeOfLine(20), [path.join(root, 'main.js'), file, mode], { stdio: 'pipe' });
    const snapshot = await openSnapshot(file);
    const [last] = await snapshot.query({ kind: 'closure', name: '^f1999$' });
    assert.equal(last.location?.line, 2000);
    const ends = await snapshot.query({ name: '^.script line ends.$', sort: 'shallowSize', limit: 1 });
    // Eight bytes for each line.
    assert.ok(ends.length === 1 && ends[0].shallowSize > 2000 * 8, JSON.stringify(ends));
    await snapshot.close();
  });
