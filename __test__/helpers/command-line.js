'use strict';

const { spawn } = require('node:child_process');
const { once } = require('node:events');
const path = require('node:path');

const MAIN = path.join(__dirname, '..', '..', 'cli', 'main.js');

/**
 * @typedef {object} How
 * @property {Record<string, string>} [environment] beside that of the tests, which says nothing of colours and platforms
 * @property {string} [cwd]
 * @property {string | Uint8Array} [input] all of standard input
 */

/**
 * Starts the command line in a process of its own.
 *
 * @param {string[]} args
 * @param {How} [how]
 */
function start(args, { environment = {}, cwd, input } = {}) {
  const { FORCE_COLOR, NO_COLOR, NODE_OPTIONS, GITHUB_ACTIONS, ...inherited } = process.env;
  const child = spawn(process.execPath, [MAIN, ...args], { env: { ...inherited, ...environment }, cwd });
  // The child may end before it has read all of its input.
  child.stdin.on('error', () => {});
  if (input !== undefined) child.stdin.end(input);
  return child;
}

/**
 * Runs the command line to its end.
 *
 * @param {string[]} args
 * @param {How} [how]
 * @returns {Promise<{ code: number, bytes: Buffer, stdout: string, stderr: string }>} `bytes`: of standard output
 */
async function heaphound(args, how) {
  const child = start(args, how);
  const parts = { stdout: [], stderr: [] };
  for (const name of ['stdout', 'stderr']) child[name].on('data', (part) => parts[name].push(part));
  const [code] = await once(child, 'close');
  const bytes = Buffer.concat(parts.stdout);
  return { code, bytes, stdout: bytes.toString(), stderr: Buffer.concat(parts.stderr).toString() };
}

module.exports = { MAIN, heaphound, start };
