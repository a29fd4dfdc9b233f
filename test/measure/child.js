'use strict';

// Runs a scenario in a process of its own. Its heap has no other objects, and V8 is quiet from the start.

const { fork } = require('node:child_process');
const path = require('node:path');
const { QUIET } = require('./quiet');

const MAIN = path.join(__dirname, 'child-main.js');
/** Variables of the environment that make the child speak to a test runner, or fill its heap. */
const NOT_INHERITED = ['NODE_TEST_CONTEXT', 'NODE_V8_COVERAGE', 'NODE_CHANNEL_FD', 'NODE_UNIQUE_ID'];

/**
 * @param {{ href: string, exported: string }} scenario
 * @param {import('./rounds').Plan} plan
 * @param {string} directory for the snapshots
 * @param {string[]} execArgv further flags
 * @returns {Promise<import('./rounds').Rounds & { scripts: import('../report/scripts').Script[] }>} with the scripts
 *   that were compiled in memory there
 */
function takeRoundsInChild(scenario, plan, directory, execArgv) {
  const env = { ...process.env };
  for (const name of NOT_INHERITED) delete env[name];
  const child = fork(MAIN, [], { execArgv: [...QUIET, ...execArgv], env, serialization: 'advanced' });
  return new Promise((resolve, reject) => {
    /** @type {any} */
    let answer;
    child.on('message', (message) => (answer = message));
    child.on('error', reject);
    child.on('exit', (code, signal) => {
      if (!answer)
        reject(
          new Error(
            `the child process of the scenario ended before its work was done (${signal ?? `exit code ${code}`})`,
          ),
        );
      else if ('files' in answer) resolve(answer);
      else reject(answer.error instanceof Error ? Object.assign(answer.error, answer.facts) : answer.error);
    });
    child.send({ ...scenario, plan, directory });
  });
}

module.exports = { takeRoundsInChild };
