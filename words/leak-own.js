'use strict';

// The place in the program's own code that is responsible for a leak, and how it was found.

const { placeOf } = require('./leak-sentences');
const { printLocation } = require('./location');
const { sentence } = require('./text');

/** @typedef {import('./leak-sentences').Quote} Quote */

/** Other files that a sentence names. */
const MOST_OTHERS = 4;
const LABELS = /** @type {const} */ ({ made: 'Made in', held: 'Held in' });

/**
 * The place to go to: the own line, or the nearest place outside of Node.js where no own line is known.
 *
 * @param {import('..').Leak} leak
 * @returns {import('..').SourceLocation | undefined}
 */
function placeToChange(leak) {
  return leak.responsible?.location ?? placeOf(leak);
}

/**
 * "Made in", and "src/price-service.js:14:3: the function onPrice(), which the leaked ClientRequest leads to by
 * _events.response". The file stands first, since it is what a reader looks for.
 *
 * @param {Pick<import('..').Leak, 'responsible'>} leak or a suspect
 * @param {{ quote?: Quote, prose?: Quote, folder?: string }} [write] `folder`: that files are named from
 * @returns {{ label: 'Made in' | 'Held in', text: string }} an empty text where the document does not say
 */
function ownLine({ responsible }, { quote = (text) => text, prose = sentence, folder } = {}) {
  if (responsible === undefined) return { label: LABELS.made, text: '' };
  if (responsible.evidence === 'unknown') {
    const { because, command } = responsible;
    return { label: LABELS.made, text: `not known: ${prose(because)}. To know, record allocations: ${quote(command)}` };
  }
  const { location, role, because, probably, others = [] } = responsible;
  const named = others.slice(0, MOST_OTHERS).map((place) => quote(printLocation(place, folder)));
  const more = others.length > named.length ? [`${others.length - named.length} more`] : [];
  const orElse = named.length === 0 ? '' : `; or ${[...named, ...more].join(', ')}`;
  return {
    label: LABELS[role],
    text: `${probably ? 'probably ' : ''}${quote(printLocation(location, folder))}: ${prose(because)}${orElse}`,
  };
}

module.exports = { ownLine, placeToChange };
