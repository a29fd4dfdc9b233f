'use strict';

// docs/cli.md holds the help of every command as the program prints it. UPDATE_EXPECT=1 writes it anew.

const assert = require('node:assert/strict');
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');

const MAIN = path.join(__dirname, '..', 'cli', 'main.js');
const DOCUMENT = path.join(__dirname, '..', 'docs', 'cli.md');
const MARK = /<!-- help: ([a-z -]+) -->\n/;

function sections(commands) {
  return commands
    .map((command) => {
      const help = execFileSync(process.execPath, [MAIN, command, '--help', '--no-color'], { encoding: 'utf8' });
      return `\n### ${command}\n\n\`\`\`\n${help}\`\`\`\n`;
    })
    .join('');
}

test('docs/cli.md has the help that the program prints', () => {
  const document = fs.readFileSync(DOCUMENT, 'utf8');
  const mark = MARK.exec(document);
  const expected = document.slice(0, mark.index) + mark[0] + sections(mark[1].split(' '));
  if (process.env.UPDATE_EXPECT) fs.writeFileSync(DOCUMENT, expected);
  else assert.equal(document, expected);
});
