'use strict';

// Steps that run side by side: each is a command, and the first that fails decides how all of it ends.

const { spawn } = require('node:child_process');

/** @typedef {{ name: string, command: string[] }} Step */

/**
 * Runs lanes of steps side by side, the steps of a lane one after the other. One lane writes as it runs; of several
 * each step is printed when it has ended. After the first step that fails no other begins.
 *
 * @param {Step[][]} lanes
 * @param {string} cwd
 * @returns {Promise<number>} the exit code of the step that failed first, or 0
 */
async function sideBySide(lanes, cwd) {
  let failed = 0;
  const runLane = async (/** @type {Step[]} */ steps) => {
    for (const step of steps) {
      if (failed !== 0) return;
      const code = await run(step, lanes.length === 1, cwd);
      // A step of another lane may have failed meanwhile.
      if (failed === 0) failed = code;
    }
  };
  await Promise.all(lanes.map(runLane));
  return failed;
}

/**
 * @param {Step} step
 * @param {boolean} isAlone
 * @param {string} cwd
 * @returns {Promise<number>} its exit code
 */
function run({ name, command: [command, ...args] }, isAlone, cwd) {
  const start = performance.now();
  if (isAlone) console.log(`> ${name}`);
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd, stdio: ['ignore', ...Array(2).fill(isAlone ? 'inherit' : 'pipe')] });
    /** @type {Buffer[]} */
    const printed = [];
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (part) => printed.push(part));
    child.on('error', (error) => {
      console.error(`${command} does not run: ${error.message}`);
      resolve(1);
    });
    child.on('close', (code) => {
      if (!isAlone) console.log(`> ${name}: ${((performance.now() - start) / 1000).toFixed(1)} s`);
      process.stdout.write(Buffer.concat(printed));
      resolve(code ?? 1);
    });
  });
}

module.exports = { sideBySide };
