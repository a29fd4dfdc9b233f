'use strict';

// What stands on the page of every leak: the sentence that it begins with, and the facts below it.

const { printLocation } = require('../words/location');
const { cutOf, detailOf, headline, isOwn, knownAs, nameOf, placeOf } = require('../words/leak-sentences');
const { fit, harmless, widthOf, wrap } = require('../words/text');

/** @typedef {import('..').Leak} Leak */
/** @typedef {import('./terminal').Terminal} Terminal */

const INDENT = 3;
const LABEL_WIDTH = 11;
/** Columns that a place gets at least, or none. */
const NARROWEST_PLACE = 14;

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
    return at === 0 && line.startsWith(start) ? front + terminal.style(['bold', 'red'], name) + line.slice(start.length) : line;
  });
}

/** @param {string} line */
function margin(line) {
  return ' '.repeat(INDENT) + line;
}

/** @param {string} text */
function quoteForShell(text) {
  const shown = harmless(text);
  return /^[\w@%+=:,./-]+$/.test(shown) ? shown : `'${shown.replaceAll('\'', '\'\\\'\'')}'`;
}

/**
 * What it is, where, what to cut and what repairs it: a label and a text each.
 *
 * @param {Leak} leak
 * @param {Terminal} terminal
 * @param {{ isShort: boolean }} options for one screen, or all of it
 */
function drawFacts(leak, terminal, { isShort }) {
  const { container, location, detail, known, kind, advice, confidence, evidence } = leak;
  const width = terminal.width - INDENT - LABEL_WIDTH;
  const told = detailOf(leak);
  /** @type {(text: string, place: string) => string} */
  const placed = (text, place) => {
    if (place === '') return text;
    const room = width - widthOf(text) - 2;
    return isShort && room < widthOf(place) ? (room < NARROWEST_PLACE ? text : `${text}, ${fit(place, room, 'end')}`) : `${text}, ${place}`;
  };
  // What Node.js made is no use to who wants to change something: the nearest place in code of one's own.
  const own = isOwn(container.location) ? undefined : placeOf(leak);
  const holderPlace = own ? `held at ${printLocation(own)}` : printLocation(container.location);
  // Where allocations were recorded: the innermost function that is somebody's own.
  const maker = leak.allocationStack?.find((frame) => isOwn(frame)) ?? leak.allocationStack?.[0];
  const reasons = evidence.map(harmless).join('; ');
  /** @type {[label: string, text: string, mostLines: number][]} */
  const facts = [
    ['Kind', placed(`${kind}${told ? `: ${told}` : ''}`, printLocation(detail?.location)), 1],
    ['Container', placed(`${nameOf(container.name)} @${container.id}`, holderPlace), 1],
    ['Class', printLocation(location) === '' ? '' : placed(nameOf(leak.className), printLocation(location)), 1],
    ['Made by', maker ? placed(nameOf(maker.name), printLocation(maker)) : '', 1],
    ['Cut', cutOf(leak), 1],
    ['Known', known ? harmless(knownAs(known)) + (isShort ? '' : `; ${harmless(known.source)}`) : '', 2],
    ['Fix', harmless(known?.advice ?? advice), 2],
    ['Sure', `${confidence}${reasons ? `: ${reasons}` : ''}`, 1],
  ];
  return facts.filter(([, text]) => text !== '').flatMap(([label, text, most]) =>
    wrapTo(text, width, isShort ? most : Infinity).map((line, at) => margin(terminal.style('bold', (at === 0 ? label : '').padEnd(LABEL_WIDTH))) + line));
}

/**
 * At most so many lines; an ellipsis stands for what is missing.
 *
 * @param {string} text
 * @param {number} width
 * @param {number} most
 */
function wrapTo(text, width, most) {
  const lines = wrap(text, width);
  if (lines.length <= most) return lines;
  return [...lines.slice(0, most - 1), fit(`${lines[most - 1]} ${lines[most]}`, width)];
}

module.exports = { INDENT, drawFacts, drawHeadline, margin, quoteForShell, section };
