'use strict';
// 120 columns everywhere: rustfmt and prettier break code, and this looks at comments and documents, which they leave.

const test = require('node:test');
const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { execFileSync } = require('node:child_process');

const root = path.join(__dirname, '..', '..');
const WIDTH = 120;
/** Heaps, programs and documents of others. Generated documents are as wide as what they quote. */
const EXCEPT = /^(__test__\/(fixtures|runners\/projects)\/|docs\/(cli|benchmarks|leaks)\.md$)/;

const files = execFileSync('git', ['ls-files'], { cwd: root, encoding: 'utf8' })
  .split('\n')
  .filter((file) => /\.([cm]?[jt]s|rs|md)$/.test(file) && !EXCEPT.test(file) && fs.existsSync(path.join(root, file)));

test('no comment and no paragraph is wider than 120 columns', () => {
  const wide = files.flatMap((file) => {
    const isText = file.endsWith('.md');
    let inCode = false;
    return fs
      .readFileSync(path.join(root, file), 'utf8')
      .split('\n')
      .map((line, at) => {
        if (/^\s*```/.test(line)) inCode = !inCode;
        const counts = isText ? !inCode && isProse(line) : isComment(line);
        return counts && [...line].length > WIDTH ? `${file}:${at + 1}` : undefined;
      })
      .filter((place) => place !== undefined);
  });
  assert.deepEqual(wide, []);
});

/** Tables, drawings and links cannot be broken. @param {string} line */
function isProse(line) {
  return !/^(\||    |\[\w+\]:)/.test(line) && !/^\S*https?:\S*$/.test(line);
}

/** A comment that fills its line. Types, tables and drawn graphs cannot be broken. @param {string} line */
function isComment(line) {
  return /^\s*(\/\/|\*|\/\*)/.test(line) && !/^\s*(\/\/[/!]?|\*|\/\*\*) *(\||@|`)|https?:|\/\*\* @/.test(line);
}
