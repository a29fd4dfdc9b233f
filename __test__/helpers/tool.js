'use strict';

const fs = require('node:fs');
const path = require('node:path');

/**
 * A program of the system that a test needs and `.ci/run` installs. Where it is missing the test skips, in CI it fails.
 *
 * @param {string} name
 * @returns {{ command: string, skip: string | false }}
 */
function tool(name) {
  const folders = (process.env.PATH ?? '').split(path.delimiter).filter(Boolean);
  const command = folders.map((folder) => path.join(folder, name)).find((file) => fs.existsSync(file));
  return { command: command ?? name, skip: command === undefined && !process.env.CI && `${name} is not installed` };
}

module.exports = { tool };
