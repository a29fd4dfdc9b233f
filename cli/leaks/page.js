'use strict';

// What stands on the page of every leak: the sentence that it begins with, and the facts below it.

const { printLocation } = require('../../words/location');
const { cacheOf, cutOf, detailOf, headline, isOwn, knownAs, nameOf, placeOf } = require('../../words/leak-sentences');
const { fit, sentence, widthOf, wrap } = require('../../words/text');

/** @typedef {import('../..').Leak} Leak */
/** @typedef {import('../terminal').Terminal} Terminal */

const INDENT = 3;
const LABEL_WIDTH = 11;
/** Columns that a place gets at least, or none. */
const NARROWEST_PLACE = 14;
/** Facts that go where a screen has no room for all, in this order. */
const LESS_WORTH = ['Made by', 'Class', 'Kind', 'Cache?'];

/**
 * @param {string} title
 * @param {string[]} lines
 * @param {Terminal} terminal
 */
function section(title, lines, terminal) {
  return lines.length > 0 ? ['', margin(terminal.style('bold', title)), ...lines] : [];
}

/**
 * The sentence in lines; the class is what the eye looks for first.
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
 * What it is, where, what to cut and what repairs it: a label and a text each. Where there is room for `most` lines
 * only, whole facts of less worth go, and no sentence is cut: `heaphound explain` has them all.
 *
 * @param {Leak} leak
 * @param {Terminal} terminal
 * @param {{ isShort: boolean, most?: number }} options `isShort`: what one screen is for
 */
function drawFacts(leak, terminal, { isShort, most = Infinity }) {
  let facts = factsOf(leak, terminal, isShort);
  let lines = drawAll(facts, terminal);
  for (const giveUp of [...leak.evidence.map(() => withoutReason), ...LESS_WORTH.map((label) => without(label))]) {
    if (lines.length <= most) break;
    facts = giveUp(facts);
    lines = drawAll(facts, terminal);
  }
  return lines;
}

/** @typedef {{ label: string, text: string, reasons?: string[] }} Fact `reasons`: what stands behind the text, of falling worth */

/**
 * @param {Leak} leak
 * @param {Terminal} terminal
 * @param {boolean} isShort
 * @returns {Fact[]}
 */
function factsOf(leak, terminal, isShort) {
  const { container, location, detail, known, kind, advice, confidence, evidence } = leak;
  const width = terminal.width - INDENT - LABEL_WIDTH;
  const told = detailOf(leak);
  /**
   * A place is cut at the edge of a terminal, so that it stays beside what it is the place of.
   *
   * @type {(text: string, place: string, before?: string) => string}
   */
  const placed = (text, place, before = '') => {
    if (place === '') return text;
    const front = `${text}, ${before}`;
    const room = width - widthOf(front);
    if (!isShort || !terminal.isTty || room >= widthOf(place)) return front + place;
    return room < NARROWEST_PLACE ? text : front + fit(place, room, 'end');
  };
  // What Node.js made is no use to who wants to change something: the nearest place in code of one's own.
  // Where the class is written says nothing of what holds it.
  const place = placeOf(leak);
  const own = isOwn(container.location) || place === location ? undefined : place;
  // Where allocations were recorded: the innermost function that is somebody's own.
  const maker = leak.allocationStack?.find((frame) => isOwn(frame)) ?? leak.allocationStack?.[0];
  const holder = `${nameOf(container.name)} @${container.id}`;
  const classPlace = printLocation(location);
  /** @type {Fact[]} */
  const facts = [
    { label: 'Kind', text: placed(`${kind}${told ? `: ${told}` : ''}`, printLocation(detail?.location)) },
    { label: 'Container', text: placed(holder, printLocation(own ?? container.location), own && 'held at ') },
    { label: 'Class', text: classPlace === '' ? '' : placed(nameOf(leak.className), classPlace) },
    { label: 'Made by', text: maker ? placed(nameOf(maker.name), printLocation(maker)) : '' },
    { label: 'Cut', text: cutOf(leak) },
    { label: 'Known', text: known ? sentence(knownAs(known)) + (isShort ? '' : `; ${sentence(known.source)}`) : '' },
    { label: 'Fix', text: sentence(known?.advice ?? advice) },
    { label: 'Cache?', text: cacheOf(leak) },
    { label: 'Sure', text: confidence, reasons: evidence.map(sentence) },
  ];
  return facts.filter(({ text }) => text !== '');
}

/**
 * @param {Fact[]} facts
 * @param {Terminal} terminal
 */
function drawAll(facts, terminal) {
  return facts.flatMap(({ label, text, reasons = [] }) =>
    wrap(reasons.length === 0 ? text : `${text}: ${reasons.join('; ')}`, terminal.width - INDENT - LABEL_WIDTH).map(
      (line, at) => margin(terminal.style('bold', (at === 0 ? label : '').padEnd(LABEL_WIDTH))) + line,
    ),
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
