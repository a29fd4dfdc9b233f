'use strict';

// What would make the answer of a failed test sure.

const { nextSteps } = require('../../words/next-steps');
const { sentence } = require('../../words/text');

const MORE_WORK =
  'More of the same work decides: a leak grows with it, and what fills up stops. Raise `iterations`, or `snapshots`';

/**
 * For a test that measured: it repeats its work itself, so no program has to be started for that.
 *
 * @param {import('../..').LeakDocument} document
 * @param {string[]} files the snapshots that are kept, oldest first
 * @returns {string[]}
 */
function tellNextOfTest(document, files) {
  const snapshots = document.snapshots.map((snapshot, at) => ({ ...snapshot, file: files[at] }));
  const next = nextSteps({ ...document, snapshots });
  const ofFiles = next.filter(({ command }) => !command.startsWith('heaphound capture '));
  return next.length === 0 ? [] : ['To be sure:', `  ${MORE_WORK}.`, ...ofFiles.flatMap(tellStep)];
}

/**
 * @param {import('../..').NextStep[]} [next]
 * @returns {string[]}
 */
function tellNext(next = []) {
  return next.length === 0 ? [] : ['To be sure:', ...next.flatMap(tellStep)];
}

/** @param {import('../..').NextStep} step */
function tellStep({ why, command }) {
  return [`  ${sentence(why)}:`, `    npx ${command.replaceAll(' && heaphound ', ' && npx heaphound ')}`];
}

module.exports = { tellNext, tellNextOfTest };
