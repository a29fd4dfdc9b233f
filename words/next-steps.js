'use strict';

// Where an answer is not sure: the measurement that would decide, as a command to copy.

const path = require('node:path');
const { harmless, quoteForShell } = require('./text');

/** Snapshots from which on growth in every interval is more than the start of something. */
const ENOUGH_SNAPSHOTS = 3;
/** Where new snapshots go, beside those of this run. */
const AGAIN = 'again';
/** Where `node --inspect` listens. */
const INSPECTOR = 9229;
/** A word that stands for the program of the reader: such a command does not work as it is. */
const PLACEHOLDER = /\bAPP\b/;
const START = 'Start the program with node --inspect, warm it up, and do the same work in each interval';

/** @typedef {import('..').NextStep} NextStep */

/**
 * The steps, the most decisive first; none where the answer is sure. Each command works as it stands.
 *
 * @param {Pick<import('..').LeakDocument, 'snapshots' | 'verdict' | 'leaks' | 'accounting' | 'outside'>} document
 * @returns {NextStep[]}
 */
function nextSteps({ snapshots, verdict, leaks, accounting, outside }) {
  const files = snapshots.map(({ file }) => file).filter(isWritable);
  const isNamed = files.length === snapshots.length;
  const [first, last] = [files[0], files[files.length - 1]].map((file) => quoteForShell(file ?? ''));
  const unsure = leaks.filter((leak) => leak.confidence !== 'high');
  const isUnsure = verdict === 'unknown' || unsure.length > 0;
  const again = measureAgain(isNamed ? path.dirname(files[files.length - 1] ?? '') : '.');
  /** @type {NextStep[]} */
  const steps = [];
  if (snapshots.length < ENOUGH_SNAPSHOTS && (isUnsure || leaks.length === 0))
    steps.push({ why: `Three snapshots tell a leak from a cache that fills up. ${START}`, command: again });
  else if (unsure.length > 0)
    steps.push({
      why: `More of the same work in each interval decides: a leak grows with it, and what fills up stops. ${START}`,
      command: again,
    });
  else if (verdict === 'unknown')
    steps.push({ why: `Intervals with more of one sort of work show what grows with it. ${START}`, command: again });
  const unknown = leaks
    .map(responsibleOf)
    .find((one) => one?.evidence === 'unknown' && one.command && !PLACEHOLDER.test(one.command));
  if (unknown?.command) steps.push({ why: `Who made them: ${unknown.because}`, command: unknown.command });
  if (isNamed && verdict === 'unknown' && (!accounting.isExplained || outside === undefined))
    steps.push({ why: 'Which classes grew', command: `heaphound diff ${first} ${last}` });
  if (isNamed && verdict === 'unknown' && outside?.isUnexplained)
    steps.push({ why: 'What V8 counts outside of its heap', command: `heaphound stats ${last}` });
  const [example] = unsure.flatMap((leak) => leak.examples);
  if (isNamed && example !== undefined)
    steps.push({ why: 'One of the objects, with all that holds it', command: `heaphound node ${last} @${example}` });
  return steps;
}

/**
 * Three snapshots of one session: V8 collects garbage before each, and ids go on from one to the next.
 *
 * @param {string} folder
 */
function measureAgain(folder) {
  const out = quoteForShell(`${path.join(folder, AGAIN)}/`);
  return `heaphound capture --inspect ${INSPECTOR} --count 3 --interval 1min --out ${out} && heaphound leaks ${out}`;
}

/**
 * A name that a command can have as it is.
 *
 * @param {string | undefined} file
 * @returns {file is string}
 */
function isWritable(file) {
  return file !== undefined && file !== '' && !file.startsWith('-') && harmless(file) === file;
}

/** @param {import('..').Leak} leak */
function responsibleOf(leak) {
  const { responsible } = /** @type {{ responsible?: { evidence: string, because: string, command?: string } }} */ (
    leak
  );
  return responsible;
}

module.exports = { nextSteps };
