'use strict';

// What the command line and Markdown say of an accumulation in one snapshot.

const { count, counted, mean, percent, size } = require('./numbers');
const { ownLine } = require('./leak-own');
const { nameOf, writeEdge } = require('./reference');
const { harmless, quoteForShell, sentence } = require('./text');

const SURE = { high: 'sure', medium: 'likely', low: 'not sure' };

/** @typedef {import('..').Suspect} Suspect */
/** @typedef {(text: string) => string} Quote */

/** @type {Record<Suspect['looksLike'], string>} */
const LOOKS = {
  leak: 'a leak',
  bounded: 'a collection with a limit, or one that loses entries',
  loaded: 'data that was loaded once',
};

/**
 * "393,217 Draft in 3 Maps: 39.9 MB, 92 % of the heap".
 *
 * @param {Suspect} suspect
 * @param {number} total bytes of the heap
 * @param {Quote} [quote] writes names
 */
function suspectHeadline(suspect, total, quote = (text) => text) {
  const { className, container, containerCount, single } = suspect;
  const much = `${size(suspect.size)}, ${percent(suspect.size, total)} of the heap`;
  if (single) return `one ${quote(nameOf(className))}: ${much}`;
  const holder = isNative(container.name)
    ? 'native code'
    : containerCount === 1
      ? quote(containerName(suspect))
      : `${count(containerCount)} objects like ${quote(containerName(suspect))}`;
  const held = isNative(container.name) ? 'held by' : 'in';
  return `${count(suspect.count)} ${quote(nameOf(className))} ${held} ${holder}: ${much}`;
}

/**
 * Whether only native code or the roots hold the objects.
 *
 * @param {string} name
 */
function isNative(name) {
  return name.startsWith('(') || name.startsWith('Node / ');
}

/**
 * The container with the reference by which it is held: `drafts.byTenant, a Map`.
 *
 * @param {Suspect} suspect
 */
function containerName({ container, retainingPath }) {
  const at = retainingPath.findIndex(({ id }) => id === container.id);
  const { reference = '' } = retainingPath[at] ?? {};
  const name = nameOf(container.name);
  // One of many is known by what holds them: `.byTenant`, whose entry it is.
  const owner = isOneOfMany(reference)
    ? retainingPath.slice(0, at).findLast((step) => step.reference !== '' && !isOneOfMany(step.reference))
    : undefined;
  if (owner !== undefined) return `${name} within ${nameOf(owner.reference)}`;
  const held = reference || (container.edge === '' ? '' : writeEdge(container.edge));
  return held === '' ? name : `${nameOf(held)}, ${name}`;
}

/**
 * Whether a reference says a position and no name: `Map entry`, `[12]`.
 *
 * @param {string} reference
 */
function isOneOfMany(reference) {
  return reference.endsWith(' entry') || /^\[(?:\d+)?\]$/.test(reference);
}

/**
 * The facts below the headline.
 *
 * @param {Suspect} suspect
 * @param {{ quote?: Quote, prose?: Quote, root?: string }} [write]
 * @returns {{ label: string, text: string }[]}
 */
function suspectFacts(suspect, { quote = (text) => text, prose = sentence, root } = {}) {
  const { container, item } = suspect;
  const main = suspect.containerCount > 1 ? `: it has ${count(suspect.containerItemCount)} of them` : '';
  const classes = suspect.classes
    .slice(0, 3)
    .map(
      (row) => `${counted(row.count, quote(nameOf(row.className)), quote(nameOf(row.className)))}, ${size(row.size)}`,
    );
  return [
    {
      label: 'Looks like',
      text: `${LOOKS[suspect.looksLike]} (${SURE[suspect.confidence]})`,
    },
    {
      label: 'For',
      text:
        suspect.looksLike === 'leak'
          ? suspect.evidence.map(prose).join('; ')
          : suspect.counterEvidence.map(prose).join('; '),
    },
    {
      label: 'Against',
      text:
        suspect.looksLike === 'leak'
          ? suspect.counterEvidence.map(prose).join('; ')
          : suspect.evidence.map(prose).join('; '),
    },
    { label: 'Kind', text: suspect.kind },
    { label: 'Container', text: `${quote(`${containerName(suspect)} @${container.id}`)}${main}` },
    ownLine(suspect, { quote, prose, folder: root }),
    { label: 'Each', text: suspect.single ? '' : `${size(item.size)}: ${partsOf(item, quote)}` },
    { label: 'Also', text: classes.join('; ') },
    { label: 'Fix', text: suspect.looksLike === 'leak' ? prose(suspect.advice) : '' },
  ].filter(({ text }) => text !== '');
}

/**
 * The heaviest parts of one object, in a line.
 *
 * @param {import('..').LeakPart} item
 * @param {Quote} quote
 */
function partsOf(item, quote) {
  const parts = item.children.slice(0, 3).map((part) => {
    const times = Math.round(part.count * 100) === 100 ? '' : `${mean(part.count)} × `;
    const edge = part.edge === '' ? '' : `${quote(writeEdge(part.edge))} `;
    return `${times}${edge}${quote(nameOf(part.name))} ${size(part.size)}`;
  });
  return parts.length === 0 ? 'the object itself' : parts.join(', ');
}

/**
 * What the lines of the account are called.
 *
 * @param {import('..').HeapLine} line
 * @param {Suspect[]} suspects
 */
function titleOfLine(line, suspects) {
  if (line.what !== 'suspect') return line.what;
  const at = suspects.findIndex((suspect) => suspect.fingerprint === line.fingerprint);
  const suspect = suspects[at];
  return suspect === undefined ? 'ignored' : `${at + 1}. ${nameOf(suspect.className)}`;
}

/**
 * Facts beside the suspects, a sentence each; none for what is small.
 *
 * @param {import('..').SuspectDocument} document
 * @param {{ withTexts?: boolean }} [options] `withTexts`: texts of the program are quoted
 */
function sectionSentences({ sections, totalSize }, { withTexts = true } = {}) {
  const { duplicateStrings, hugeStrings, detached, contextCount, external } = sections;
  const isNotable = (/** @type {number} */ bytes) => bytes * 100 >= totalSize;
  const [most] = duplicateStrings.most;
  return [
    isNotable(duplicateStrings.size) &&
      `texts that are there more than once: ${size(duplicateStrings.size)} too much; ` +
        `${count(most.count)} times ${withTexts ? shown(most.value) : 'one of them'}`,
    hugeStrings.length > 0 &&
      `${counted(hugeStrings.length, 'huge text')}: ` +
        `${size(hugeStrings[0].size)}${withTexts ? ` of ${shown(hugeStrings[0].start)}` : ''} @${hugeStrings[0].id}`,
    detached.count > 0 &&
      isNotable(detached.size) &&
      `${counted(detached.count, 'detached node')}: ${size(detached.size)}`,
    contextCount > 2 && `${counted(contextCount, 'context')} (node:vm, workers)`,
    isNotable(external.size) &&
      `memory outside of V8's heap: ${size(external.size)} in ${counted(external.count, 'piece')}`,
  ].filter((text) => typeof text === 'string');
}

/** @param {string} text */
function shown(text) {
  return JSON.stringify(harmless(text.length > 40 ? `${text.slice(0, 40)}…` : text));
}

/**
 * What to do next, as commands to copy.
 *
 * @param {import('..').SuspectDocument} document
 * @param {string} file as it was given
 * @param {string} program
 */
function nextCommands({ suspects }, file, program) {
  const [first] = suspects;
  const quoted = quoteForShell(file);
  return [
    ...(first ? [`${program} path ${quoted} @${first.examples[0]}`] : []),
    `${program} leaks ${quoted} LATER    (a second snapshot of the same process shows what grows)`,
    `${program} capture --pid PID --count 3 --out heaps    (where it has ended: three of the next one, for leaks)`,
  ];
}

/** What one file does not say. */
const LIMITS_OF_ONE_FILE =
  'One snapshot shows what is there, and not what grows: a suspect may be a full cache, or data that the program ' +
  'needs. Two snapshots or more of one process tell.';

/**
 * The answer without a suspect. It is no verdict: one snapshot does not show what grows.
 *
 * @param {import('..').SuspectDocument} document
 */
function noSuspect({ totalSize, leastSize }) {
  return (
    `No suspect: nothing of one sort takes ${size(leastSize)} or more of the ${size(totalSize)}. ` +
    'That does not say that nothing leaks: a leak that is younger or smaller shows in two snapshots or more.'
  );
}

module.exports = {
  LIMITS_OF_ONE_FILE,
  noSuspect,
  nextCommands,
  sectionSentences,
  suspectFacts,
  suspectHeadline,
  titleOfLine,
};
