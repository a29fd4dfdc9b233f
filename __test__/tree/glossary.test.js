'use strict';

// Words that docs/glossary.md gave up do not come back.

const assert = require('node:assert/strict');
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');

const ROOT = path.join(__dirname, '..', '..');
const FOLDERS = ['checks', 'counts', 'cli', 'fastify', 'http', 'test', 'waits', 'words'];

/** A word of the last table of the glossary, and how it looks in code and comments. */
const WORDS = {
  '`settle`': /\bsettle\b/,
  '`ladder`': /ladder/i,
  '`turn` for the right to measure or to capture': /\b(in|my|his|its|haveA?|isWithin)Turn\b|\b(my|its) turn\b/,
  '`Desk`, `Ask`, `who` of an authority': /\b(desk|openDesk|Desk|Ask)\b|\bauthority\.who\b/,
  '`told`': /\btold\b/,
  '`dear`': /\bdear\b/,
  '`hangs from`': /\bhangs? (from|on)\b/,
  '`own` for "made by the program", "of Node.js", "of this package"': /\bisOwn(?!Propert)/,
};

test('no file has a word that the glossary gave up', () => {
  const files = execFileSync('git', ['ls-files', ...FOLDERS], { cwd: ROOT, encoding: 'utf8' })
    .split('\n')
    .filter((file) => file.endsWith('.js') && fs.existsSync(path.join(ROOT, file)));
  assert.ok(files.length > 80);
  const wrong = files.flatMap((file) =>
    fs
      .readFileSync(path.join(ROOT, file), 'utf8')
      .split('\n')
      .flatMap((line, at) =>
        Object.entries(WORDS).flatMap(([word, pattern]) => (pattern.test(line) ? [`${file}:${at + 1} ${word}`] : [])),
      ),
  );
  assert.deepEqual(wrong, []);
});

test('each of these words is in the last table of the glossary', () => {
  const glossary = fs.readFileSync(path.join(ROOT, 'docs', 'glossary.md'), 'utf8');
  const table = glossary.slice(glossary.indexOf('## Words that are not used'));
  for (const word of Object.keys(WORDS)) assert.ok(table.includes(`| ${word} |`), word);
});
