'use strict';

// Weighs several calls of a package: the heaviest most likely makes or holds the objects that leak.

const { lastName } = require('./origins');

/** The weight of the first name, if it is the name of the called function or class. */
const SAME_NAME = 100;
/** If a part of it is: `Client` of `ClientRequest`. */
const PART_OF_NAME = 40;
/** Each further name is worth this much less: the leaked class says more than a step above it. */
const LESS = 5;
/** A member of an instance is one step from the name of its class. */
const OF_INSTANCE = 0.5;
/** It makes something: `new`, `createClient`. */
const MAKES = 20;
/** It adds something: `set`, `on`. */
const ADDS = 18;
/** It ends something: `delete`, `close`. */
const ENDS = -15;
/** It stands in a function, so that it may happen again and again. */
const REPEATED = 12;

const MAKERS = wordsIn('create make build open connect init new spawn fork clone extend child duplicate');
const ADDERS = wordsIn(
  'set add push on once use register subscribe listen put insert append prepend enqueue schedule watch observe track',
  'intercept define compile store load attach bind mount',
);
const ENDERS = wordsIn(
  'delete del remove off clear close end destroy dispose release unsubscribe unregister eject shutdown stop disconnect',
  'quit free flush detach unmount unwatch cancel abort',
);

/**
 * @param {import('./calls').Use} use
 * @param {{ packageName: string, names: string[] }} about
 * @returns {{ weight: number, why: string }}
 */
function weigh({ how, of, isRepeated }, { packageName, names }) {
  const name = lastName(of.path);
  const [verb] = wordsOf(name);
  const isMethod = of.sort === 'instance' && of.path.includes('.');
  const fit = bestFit([name, ...(isMethod && of.className ? [of.className] : [])], names, isMethod);
  const does =
    (how === 'new' || how === 'renders' || MAKERS.has(verb) ? MAKES : 0) +
    (how === 'call' && ADDERS.has(verb) ? ADDS : 0) +
    (ENDERS.has(verb) ? ENDS : 0);
  const what = {
    new: `constructs ${name} of ${packageName}`,
    extends: `extends ${of.path} of ${packageName}`,
    renders: `renders ${of.path} of ${packageName}`,
    call:
      isMethod && of.className
        ? `calls ${name} of a ${of.className} of ${packageName}`
        : `calls ${of.path} of ${packageName}`,
  }[how];
  return {
    weight: fit.worth + does + (isRepeated ? REPEATED : 0),
    why: fit.name === undefined ? what : `${what}; the name fits ${fit.name}`,
  };
}

/**
 * The name that fits best.
 *
 * @param {string[]} own the name of the called function, and the class of its instance
 * @param {string[]} names
 * @param {boolean} isMethod
 */
function bestFit(own, names, isMethod) {
  /** @type {{ worth: number, name?: string }} */
  let best = { worth: 0 };
  for (const [at, name] of names.entries()) {
    const likeness = Math.max(...own.map((one) => likenessOf(one, name)));
    const worth = Math.max(likeness - at * LESS, 0) * (isMethod ? OF_INSTANCE : 1);
    if (worth > best.worth) best = { worth, name };
  }
  return best;
}

/**
 * @param {string} own
 * @param {string} name
 */
function likenessOf(own, name) {
  const [first, ...rest] = wordsOf(own);
  const ours = MAKERS.has(first) ? rest : [first, ...rest];
  const theirs = wordsOf(name);
  if (first === undefined || ours.length === 0 || theirs.length === 0) return 0;
  if (ours.join(' ') === theirs.join(' ')) return SAME_NAME;
  const shared = theirs.filter((word) => ours.includes(word)).length;
  return (PART_OF_NAME * shared) / Math.max(ours.length, theirs.length);
}

/**
 * `createHTTPServer` as create, http, server.
 *
 * @param {string} name
 */
function wordsOf(name) {
  const words = name.match(/[A-Z]+(?![a-z])|[A-Z]?[a-z]+/g) ?? [];
  return words.map((word) => word.toLowerCase());
}

/** @param {string[]} lines */
function wordsIn(...lines) {
  return new Set(lines.flatMap((line) => line.split(' ')));
}

module.exports = { weigh };
