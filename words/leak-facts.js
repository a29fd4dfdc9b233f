'use strict';

// The facts below a headline: a label, a text and a place each. The terminal, Markdown and the message of a test print
// the same facts; each leaves out what it has no room for.

const { kindPage } = require('./kind-page');
const { cacheOf, cutOf, detailOf, isOutsideOfNode, knownAs, nameOf, placeOf, weakMapOf } = require('./leak-sentences');
const { ownLine, placeToChange } = require('./leak-own');
const { sentence } = require('./text');

/** @typedef {import('./leak-sentences').Quote} Quote */

/**
 * @typedef {object} Fact
 * @property {'Made in' | 'Held in' | 'Kind' | 'Container' | 'WeakMap' | 'Class' | 'Made by' | 'Source' | 'Cut' | 'Known'
 *   | 'Fix' | 'Cache?' | 'Sure' | 'More'} label
 * @property {string} text
 * @property {import('..').SourceLocation | import('..').SourcePosition} [place] it stands behind the text
 * @property {string} [relation] before the place, where it is not the place of the text: "held at"
 * @property {string} [source] of a known leak: where it is described
 * @property {import('..').SourceText} [lines] of the source; the text has the first of them
 * @property {string[]} [reasons] they stand behind the text, strongest first
 */

/**
 * @param {import('..').Leak} leak
 * @param {{ quote?: Quote, prose?: Quote, folder?: string }} [write] `quote`: marks names; `prose`: writes sentences
 *   that others made; `folder`: that files are named from
 * @returns {Fact[]}
 */
function factsOf(leak, { quote = (text) => text, prose = sentence, folder } = {}) {
  const { className, container, location, detail, known, kind, advice, confidence, evidence } = leak;
  const more = detailOf(leak, quote);
  // A place in Node.js helps nobody who wants to change something: the fact names the nearest place above it that is
  // not of Node.js. The place of the class says nothing about its holder.
  const place = placeOf(leak);
  const holderPlace = isOutsideOfNode(container.location) || place === location ? undefined : place;
  // Where allocations were recorded: the innermost function that is not of Node.js.
  const maker = leak.allocationStack?.find(isOutsideOfNode) ?? leak.allocationStack?.[0];
  const weakMap = weakMapOf(leak, quote);
  /** @type {Fact[]} */
  const facts = [
    ownLine(leak, { quote, prose, folder }),
    ...sourceFacts(placeToChange(leak) ?? container.location ?? location, quote),
    { label: 'Kind', text: `${kind}${more ? `: ${more}` : ''}`, place: detail?.location },
    {
      label: 'Container',
      text: quote(`${nameOf(container.name)} @${container.id}`),
      place: holderPlace ?? container.location,
      relation: holderPlace && 'held at',
    },
    ...(weakMap ? [weakMap] : []),
    { label: 'Class', text: location?.file ? quote(nameOf(className)) : '', place: location },
    { label: 'Made by', text: maker ? quote(nameOf(maker.name)) : '', place: maker },
    { label: 'Cut', text: cutOf(leak, quote) },
    { label: 'Known', text: known ? prose(knownAs(known)) : '', source: known?.source },
    { label: 'Fix', text: prose(known?.advice ?? advice) },
    { label: 'Cache?', text: cacheOf(leak) },
    { label: 'Sure', text: confidence, reasons: evidence.map(prose) },
    { label: 'More', text: `${kindPage(kind)} of this package` },
  ];
  return facts.filter(({ text }) => text !== '');
}

/**
 * The line of the place that a person can change, or why it is not shown.
 *
 * @param {import('..').SourceLocation | undefined} place
 * @param {Quote} quote
 * @returns {Fact[]}
 */
function sourceFacts(place, quote) {
  const { source, noSource, wholeFile } = place ?? {};
  // Of a file that only loads a package no line says more than another.
  if (wholeFile) return [];
  if (source === undefined) return noSource === undefined ? [] : [{ label: 'Source', text: `not shown: ${noSource}` }];
  return [{ label: 'Source', text: `line ${source.line}: ${quote(source.text.trim())}`, lines: source }];
}

module.exports = { factsOf };
