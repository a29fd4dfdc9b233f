'use strict';

// The sentence of an alarm: the rule, the memory, and the verdict of the snapshots.

const { printLocation } = require('./location');
const { tellUnknown } = require('./leak-accounting');
const { headline, placeOf } = require('./leak-sentences');
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
    const place = printLocation(placeOf(leak) ?? leak.container.location ?? leak.location);
    return [`${headline(leak)}${place === '' ? '' : ` ${place}`}`];
  }
  if (document?.verdict !== 'unknown') return [];
  const unknown = tellUnknown(document);
  return [`${CANNOT_TELL}: ${unknown.headline} ${unknown.sentences[0] ?? ''}`.trimEnd()];
}

module.exports = { alarmSentence };
