'use strict';

// The page of a leak begins with its headline, and the facts below it.

const { printLocation } = require('../../words/location');
const { factsOf } = require('../../words/leak-facts');
const { headline, nameOf } = require('../../words/leak-sentences');
const { drawSource } = require('./source');
const { fit, sentence, widthOf, wrap } = require('../../words/text');

/** @typedef {import('../..').Leak} Leak */
/** @typedef {import('../terminal').Terminal} Terminal */

const INDENT = 3;
const LABEL_WIDTH = 11;
/** A place gets this many columns at least, or is left out. */
const NARROWEST_PLACE = 14;
/** Facts that are left out where a screen has no room, in this order. */
const LESS_WORTH = ['Made by', 'Class', 'Kind', 'Cache?', 'Source', 'More'];

/**
 * @param {string} title
 * @param {string[]} lines
 * @param {Terminal} terminal
 */
function section(title, lines, terminal) {
  return lines.length > 0 ? ['', margin(terminal.style('bold', title)), ...lines] : [];
}

/**
 * The sentence in lines. The class is bold: a reader looks for it first.
 *
 * @param {Leak} leak
 * @param {number | undefined} number of several
 * @param {Terminal} terminal
 */
function drawHeadline(leak, number, terminal) {
  const front = number === undefined ? '' : `${number}.`.padEnd(INDENT);
  const name = nameOf(leak.className);
  return wrap(front + headline(leak), terminal.width).map((line, at) => {
    const start = front + name;
    return at === 0 && line.startsWith(start)
      ? front + terminal.style(['bold', 'red'], name) + line.slice(start.length)
      : line;
  });
}

/** @param {string} line */
function margin(line) {
  return ' '.repeat(INDENT) + line;
}

/**
 * The facts, a label and a text each. Where there is room for `most` lines only, whole facts of less worth are left out
 * and no sentence is cut. `heaphound explain` prints all.
 *
 * @param {Leak} leak
 * @param {Terminal} terminal
 * @param {{ isShort: boolean, most?: number }} options `isShort`: for one screen
 */
function drawFacts(leak, terminal, { isShort, most = Infinity }) {
  const fitted = isShort && terminal.isTty;
  let facts = factsOf(leak).map((fact) => ({ ...fact, text: textOf(fact, terminal, { isShort, fitted }) }));
  let lines = drawAll(facts, terminal);
  for (const giveUp of [...leak.evidence.map(() => withoutReason), ...LESS_WORTH.map((label) => without(label))]) {
    if (lines.length <= most) break;
    facts = giveUp(facts);
    lines = drawAll(facts, terminal);
  }
  return lines;
}

/** @typedef {import('../../words/leak-facts').Fact} Fact */

/**
 * A fact with its place. The place is cut at the edge of a terminal, so that it stays on the line of its text.
 *
 * @param {Fact} fact
 * @param {Terminal} terminal
 * @param {{ isShort: boolean, fitted: boolean }} options
 */
function textOf({ text, place, relation, source }, terminal, { isShort, fitted }) {
  if (source !== undefined && !isShort) return `${text}; ${sentence(source)}`;
  const shown = printLocation(place);
  if (shown === '') return text;
  const front = `${text}, ${relation ? `${relation} ` : ''}`;
  const room = terminal.width - INDENT - LABEL_WIDTH - widthOf(front);
  if (!fitted || room >= widthOf(shown)) return front + shown;
  return room < NARROWEST_PLACE ? text : front + fit(shown, room, 'end');
}

/**
 * @param {Fact[]} facts
 * @param {Terminal} terminal
 */
function drawAll(facts, terminal) {
  const width = terminal.width - INDENT - LABEL_WIDTH;
  return facts.flatMap(({ label, text, lines, reasons = [] }) =>
    (lines
      ? drawSource(lines, { terminal, width })
      : wrap(reasons.length === 0 ? text : `${text}: ${reasons.join('; ')}`, width)
    ).map((line, at) => margin(terminal.style('bold', (at === 0 ? label : '').padEnd(LABEL_WIDTH))) + line),
  );
}

/** @param {Fact[]} facts */
function withoutReason(facts) {
  return facts.map((fact) => ({ ...fact, reasons: fact.reasons?.slice(0, -1) }));
}

/** @param {string} label @returns {(facts: Fact[]) => Fact[]} */
function without(label) {
  return (facts) => facts.filter((fact) => fact.label !== label);
}

module.exports = { INDENT, drawFacts, drawHeadline, margin, section };
