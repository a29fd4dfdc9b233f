'use strict';

// docs/cli.md holds the help of every command as the program prints it. UPDATE_EXPECT=1 writes it anew.

const assert = require('node:assert/strict');
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');
const { COMMAND_NAMES } = require('../cli/commands');

const MAIN = path.join(__dirname, '..', 'cli', 'main.js');
const DOCUMENT = path.join(__dirname, '..', 'docs', 'cli.md');
const MARK = '<!-- help -->\n';
const COMMANDS = COMMAND_NAMES.filter((name) => name !== 'help');

function section(command) {
  const help = execFileSync(process.execPath, [MAIN, command, '--help', '--no-color'], { encoding: 'utf8' });
  return `\n### ${command}\n\n\`\`\`\n${help}\`\`\`\n`;
}

test('docs/cli.md has the help that the program prints', () => {
  const document = fs.readFileSync(DOCUMENT, 'utf8');
  const [before] = document.split(MARK, 1);
  const expected = before + MARK + COMMANDS.map(section).join('');
  if (process.env.UPDATE_EXPECT) fs.writeFileSync(DOCUMENT, expected);
  else assert.equal(document, expected);
});

test('docs/cli.md names what each command prints with --json', () => {
  const document = fs.readFileSync(DOCUMENT, 'utf8');
  const missing = COMMANDS.filter(
    (name) => !document.includes(`\n| \`${name}\` | `) && !document.includes(`\n\`${name}\` prints a `),
  );
  assert.deepEqual(missing, []);
});
