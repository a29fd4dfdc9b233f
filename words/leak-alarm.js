'use strict';

// The sentence of an alarm: the rule, the memory, and the verdict of the snapshots.

const { printLocation } = require('./location');
const { tellUnknown } = require('./leak-accounting');
const { ownLine, placeToChange } = require('./leak-own');
const { headline } = require('./leak-sentences');
const { CANNOT_TELL } = require('./leak-verdict');
const { size } = require('./numbers');
const { sentence } = require('./text');

/**
 * @param {string} rule
 * @param {{ level: number, slope?: number, limit?: number }} finding bytes; `slope`: bytes per second
 * @param {import('..').LeakDocument} [document] none where no snapshots were compared
 */
function alarmSentence(rule, { level, slope, limit }, document) {
  const state =
    limit === undefined
      ? `${size(level)}, rising by ${size((slope ?? 0) * 60)} a minute`
      : `${size(level)} of ${size(limit)}`;
  return sentence([`${rule}: ${state}`, ...verdictIn(document)].join('; '));
}

/** @param {import('..').LeakDocument} [document] */
function verdictIn(document) {
  const [leak] = document?.leaks ?? [];
  if (leak !== undefined) {
    return [`${headline(leak)} ${placeIn(leak)}`.trimEnd()];
  }
  if (document?.verdict !== 'unknown') return [];
  const unknown = tellUnknown(document);
  return [`${CANNOT_TELL}: ${unknown.headline} ${unknown.sentences[0] ?? ''}`.trimEnd()];
}

/**
 * "Made in src/price-service.js:14:3"; the place alone where no own line is known.
 *
 * @param {import('..').Leak} leak
 */
function placeIn(leak) {
  const place = printLocation(placeToChange(leak) ?? leak.container.location ?? leak.location);
  const { responsible } = leak;
  if (responsible?.location === undefined) return place;
  return `${responsible.probably ? 'Probably ' : ''}${ownLine(leak).label} ${place}`;
}

module.exports = { alarmSentence };
