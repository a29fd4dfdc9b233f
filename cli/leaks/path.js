'use strict';

const { endOfChain } = require('../path-lines');
const { printLocation } = require('../../words/location');
const { counted } = require('../../words/numbers');
const { INDENT } = require('./page');
const { SIGNS, remarkOf } = require('../../words/leak-sentences');
const { objectOf, referenceOf } = require('../../words/reference');
const { shownSteps } = require('../../words/shown-steps');
const { fit, sentence, widthOf, wrap } = require('../../words/text');

/** Columns that a place gets at least, or none. */
const NARROWEST_PLACE = 14;
const NARROWEST_NAME = 12;
/** Steps at each end of a stretch whose middle is left out. */
const ENDS = 2;

const COLORS = /** @type {const} */ ({ no: 'green', unknown: 'yellow', yes: 'red' });

/**
 * @typedef {import('../..').Leak} Leak
 * @typedef {import('../..').LeakStep} LeakStep
 */

/**
 * The path of a leak, a step a line: ✓ an object that is meant to be there, ? one that may not be, ✗ one that should
 * have gone.
 *
 * @param {Leak} leak
 * @param {import('../terminal').Terminal} terminal
 * @param {number} most lines
 */
function drawShortPath(leak, terminal, most) {
  const path = leak.retainingPath;
  const shown = shownSteps(leak, most);
  /** @type {string[]} */
  const lines = [];
  let skipped = 0;
  for (const [at, step] of path.entries()) {
    if (!shown.has(at)) {
      skipped += 1;
      continue;
    }
    if (skipped > 0) lines.push(gap(skipped, terminal));
    skipped = 0;
    lines.push(drawStep(step, { leak, parent: path[at - 1], terminal, ids: false }));
  }
  if (skipped > 0) lines.push(gap(skipped, terminal));
  return lines;
}

/**
 * All steps, with ids and the reason for each mark. Runs of equal steps lose their middle.
 *
 * @param {Leak} leak
 * @param {import('../terminal').Terminal} terminal
 */
function drawFullPath(leak, terminal) {
  const path = leak.retainingPath;
  /** @type {string[]} */
  const lines = [];
  let because = '';
  for (let at = 0; at < path.length;) {
    const end = endOfChain(path, at);
    for (let position = at; position < end; position += 1) {
      const isSkipped = end - at > 2 * ENDS + 1 && position >= at + ENDS && position < end - ENDS;
      if (isSkipped) {
        if (position === at + ENDS) lines.push(gap(end - at - 2 * ENDS, terminal));
        continue;
      }
      const step = path[position];
      lines.push(drawStep(step, { leak, parent: path[position - 1], terminal, ids: true }));
      if (step.because && step.because !== because) {
        because = step.because;
        const reason = wrap(sentence(because), terminal.width - INDENT - 4);
        lines.push(...reason.map((line) => ' '.repeat(INDENT + 4) + terminal.style('dim', line)));
      }
    }
    at = end;
  }
  return lines;
}

/**
 * @param {LeakStep} step
 * @param {{ leak: Leak, parent?: LeakStep, terminal: import('../terminal').Terminal, ids: boolean }} options
 */
function drawStep(step, { leak, parent, terminal, ids }) {
  const isContainer = step.id === leak.container.id;
  const remark = remarkOf(step, leak.container.id);
  const tail = (ids ? ` @${step.id}` : '') + (remark === '' ? '' : `  ← ${remark}`);
  const width = terminal.tableWidth - INDENT - 2 - widthOf(tail);
  const whole = parent ? referenceOf(step) : '';
  const reference = fit(whole, Math.max(width - NARROWEST_NAME - 3, NARROWEST_NAME));
  const arrow = reference === '' ? '' : ' → ';
  const name = fit(objectOf(step) || '(root)', Math.max(width - widthOf(reference + arrow), NARROWEST_NAME));
  const room = width - widthOf(reference + arrow + name) - 2;
  const place = printLocation(step.location);
  const location =
    place === '' || room < Math.min(NARROWEST_PLACE, widthOf(place)) ? '' : `  ${fit(place, room, 'end')}`;
  return (
    ' '.repeat(INDENT) +
    terminal.style(COLORS[step.leaking], SIGNS[step.leaking]) +
    ' ' +
    terminal.style(step.cut ? ['bold', 'red', 'underline'] : 'yellow', reference) +
    terminal.style('dim', arrow) +
    terminal.style(isContainer ? ['bold', 'cyan'] : 'cyan', name) +
    (ids ? terminal.style('dim', ` @${step.id}`) : '') +
    (remark === '' ? '' : terminal.style('bold', `  ← ${remark}`)) +
    terminal.style('dim', location)
  );
}

/**
 * @param {number} skipped
 * @param {import('../terminal').Terminal} terminal
 */
function gap(skipped, terminal) {
  return `${' '.repeat(INDENT)}  ${terminal.style('dim', `… ${counted(skipped, 'step')}`)}`;
}

module.exports = { drawFullPath, drawShortPath };
