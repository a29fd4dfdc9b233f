'use strict';

// The program of the child process: one message in, one out.

const { compiledScripts } = require('../report/scripts');
const { loadScenario } = require('./scenario');
const { takeRounds } = require('./rounds');

process.once('message', async (/** @type {any} */ { href, exported, plan, directory }) => {
  const answer = await measure(href, exported, plan, directory).catch((error) => ({ error }));
  send(answer);
});
process.once('disconnect', () => process.exit());

/**
 * @param {string} href
 * @param {string} exported
 * @param {import('./rounds').Plan} plan
 * @param {string} directory
 */
async function measure(href, exported, plan, directory) {
  const rounds = await takeRounds(await loadScenario(href, exported), plan, directory);
  return { ...rounds, scripts: await compiledScripts() };
}

/**
 * A copied error has its name, message, stack and cause only; its other members are sent beside it.
 *
 * @param {any} answer
 */
function send(answer) {
  const end = () => process.exit();
  const reply = /** @type {(message: object, end: () => void) => void} */ (process.send?.bind(process));
  const { error } = answer;
  const facts = error instanceof Error ? { ...error } : {};
  try {
    reply({ ...answer, facts }, end);
  } catch {
    // An error that cannot be copied crosses as its text.
    reply({ error: new Error(String(error?.stack ?? error)), facts: {} }, end);
  }
}
