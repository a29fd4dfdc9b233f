'use strict';

// The sentences about one leak, for every printer. `quote` marks names: of classes, references and files, which are
// content of a foreign process.

const { countDelta, mean, size, sizeDelta } = require('./numbers');
const { isEntry, memberOf, nameOf, referenceOf } = require('./reference');
const { fit, widthOf } = require('./text');

/** @typedef {import('..').Leak} Leak */
/** @typedef {(text: string) => string} Quote */

const LONGEST_NAME = 60;
/** No system has longer paths. */
const LONGEST_PATH = 4096;
/** Kinds of leaks whose container has keys. */
const KEYED = ['growing-map', 'growing-object', 'growing-set', 'weak-map-live-keys'];
/** Kinds of leaks that a cache may keep without keys. */
const COLLECTED = [
  'growing-array',
  'growing-list',
  'instances',
  'promises',
  'string-slices',
  'buffer-slices',
  'globals',
  'other',
];
const CACHE = /cache|memo|lru|lookup|intern/i;
/** Steps above the container whose names may say that it is a cache. */
const NEAR_CACHE = 3;
/** References written in a row: `a.b.c.d`. */
const LONGEST_CHAIN = 4;
/** Classes whose names do not say what an object is for. */
const PLAIN = /^(Object|Array|Map|Set|WeakMap)$/;
/** "variable sessions in createStore()" */
const VARIABLE = /^variable (\S+)/;
/** Roots, and native objects of Node.js. */
const NATIVE = /^(\(roots\)|\(Global handles\)|Node \/ .*)$/;
/** Roots that hold the variables of running functions. */
const RUNNING = /^\((Stack roots|Handle scope|Relocatable|Thread manager)\)$/;
const A_VARIABLE = 'a variable of the function that runs';

/** The name that V8 writes for an object of the browser without a name. */
const NAMELESS = 'InternalNode';

/** Is the object of a step meant to be there? */
const SIGNS = /** @type {const} */ ({ no: '✓', unknown: '?', yes: '✗' });

/** @type {Quote} */
const plain = (text) => text;

/**
 * "Session piles up in SessionStore.sessions, a Map: +211 objects at every step (1 for each operation), 519 B each with
 * what they hold; 219 kB in all."
 *
 * @param {Leak} leak
 * @param {Quote} [quote]
 */
function headline(leak, quote = plain) {
  const objects = sum(leak.countGrowth);
  if (objects <= 0) {
    const steps = leak.sizeGrowth.length === 1 ? '' : isEven(leak.sizeGrowth) ? ' at every step' : ' step by step';
    return `${growthOf(leak, quote)}: ${grown(leak.sizeGrowth, sizeDelta)}${steps}, without more objects.`;
  }
  const steps = leak.countGrowth.length === 1 ? '' : isEven(leak.countGrowth) ? ' at every step' : ' step by step';
  const perOperation = leak.perOperation === undefined ? '' : ` (${mean(leak.perOperation)} for each operation)`;
  const bytes = leak.retainedGrowth;
  const each = bytes > 0 ? `, ${size(bytes / objects)} each with what they hold; ${size(bytes)} in all` : '';
  return `${growthOf(leak, quote)}: ${grown(leak.countGrowth, countDelta)} objects${steps}${perOperation}${each}.`;
}

/**
 * "Session piles up in SessionStore.sessions, a Map"
 *
 * @param {Leak} leak
 * @param {Quote} quote
 */
function growthOf(leak, quote) {
  const name = quote(nameOf(leak.className));
  return sum(leak.countGrowth) > 0
    ? `${name} piles up in ${holder(leak, quote)}`
    : `${name} swells, held by ${holder(leak, quote)}`;
}

/**
 * The headline in half a line, for a list: "Session +422 in SessionStore.sessions, a Map".
 *
 * @param {Leak} leak
 */
function shortHeadline(leak) {
  const objects = sum(leak.countGrowth);
  const growth = objects > 0 ? countDelta(objects) : sizeDelta(sum(leak.sizeGrowth));
  return `${nameOf(leak.className)} ${growth} in ${holder(leak)}`;
}

/**
 * "SessionStore.sessions, a Map"
 *
 * @param {Leak} leak
 * @param {Quote} [quote]
 */
function holder({ container, retainingPath }, quote = plain) {
  const at = retainingPath.findIndex((step) => step.id === container.id);
  const held = retainingPath[at + 1];
  // A scope has no name; its variable has one.
  if (at >= 0 && held && VARIABLE.test(referenceOf(held))) return quote(referenceOf(held));
  if (NATIVE.test(container.name)) return 'native code';
  if (RUNNING.test(container.name)) return A_VARIABLE;
  if (container.name === NAMELESS) return browserFor(retainingPath, at, quote);
  const name = nameOf(container.name);
  const article = /^[A-Za-z]/.test(name) && widthOf(name) <= 30 ? (/^[AEIOaeio]/.test(name) ? 'an ' : 'a ') : '';
  const what = `${article}${quote(name)}`;
  const written = writeOut(retainingPath, at);
  return written === '' || written === name ? what : `${quote(written)}, ${what}`;
}

/**
 * A step as code would write it, from the nearest class or variable with a name: "EventEmitter._events.change",
 * "state.sessions", "Router.byHost.get(…)".
 *
 * @param {import('..').LeakStep[]} path
 * @param {number} at
 */
function writeOut(path, at) {
  if (at < 1) return '';
  const reference = referenceOf(path[at]);
  if (memberOf(reference) === undefined) return reference || nameOf(path[at].name);
  let start = at;
  let written = '';
  do {
    written = memberOf(referenceOf(path[start])) + written;
    start -= 1;
  } while (
    start > 0 &&
    at - start <= LONGEST_CHAIN &&
    PLAIN.test(path[start].name) &&
    memberOf(referenceOf(path[start])) !== undefined
  );
  const [, variable] = VARIABLE.exec(PLAIN.test(path[start].name) ? referenceOf(path[start]) : '') ?? [];
  return fit((variable ?? nameOf(path[start].name)) + written, LONGEST_NAME);
}

/**
 * "what the browser keeps for Window"
 *
 * @param {import('..').LeakStep[]} path
 * @param {number} at
 * @param {Quote} quote
 */
function browserFor(path, at, quote) {
  const named = path.slice(0, at).findLast(({ name }) => name !== NAMELESS && name !== '');
  return `what the browser keeps${named ? ` for ${quote(nameOf(named.name))}` : ''}`;
}

/**
 * The detail of a leak's kind, without its place: "event change of EventEmitter, function onChange".
 *
 * @param {Leak} leak
 * @param {Quote} [quote]
 */
function detailOf({ detail = {} }, quote = plain) {
  const { emitter, event, function: name, parentSize, module } = detail;
  return [
    ...(event
      ? [`event ${quote(nameOf(event))}${emitter ? ` of ${quote(nameOf(emitter))}` : ''}`]
      : emitter
        ? [`of ${quote(nameOf(emitter))}`]
        : []),
    ...(name ? [`function ${quote(nameOf(name))}`] : []),
    ...(parentSize === undefined ? [] : [`each keeps ${size(parentSize)}`]),
    ...(module ? [quote(nameOf(module))] : []),
  ].join(', ');
}

/**
 * The reference to cut, with the object that holds it and the object that it holds: "Map entry of state.sessions, which
 * holds Session".
 *
 * @param {Leak} leak
 * @param {Quote} [quote]
 * @returns {string} empty when it is not known
 */
function cutOf({ className, retainingPath }, quote = plain) {
  const at = retainingPath.findIndex((step) => step.cut);
  if (at < 1) return '';
  const reference = referenceOf(retainingPath[at]);
  const what = nameOf(retainingPath[at].name);
  if (NATIVE.test(retainingPath[at - 1].name))
    return `none in JavaScript: native code holds ${quote(what)} until it is closed`;
  if (RUNNING.test(retainingPath[at - 1].name)) return `${A_VARIABLE}, which holds ${quote(what)}`;
  if ([retainingPath[at - 1].name, retainingPath[at].name].includes(NAMELESS)) {
    return `none in JavaScript: ${browserFor(retainingPath, at, quote)} holds ${quote(nameOf(className))} until it is taken out`;
  }
  if (reference === '') return `what ${quote(nameOf(retainingPath[at - 1].name) || '(root)')} holds: ${quote(what)}`;
  if (VARIABLE.test(reference)) return `${quote(reference)}, which holds ${quote(what)}`;
  if (!isEntry(reference) && memberOf(reference) !== undefined)
    return `${quote(writeOut(retainingPath, at))}, which holds ${quote(what)}`;
  return `${quote(reference)} of ${quote(writeOut(retainingPath, at - 1) || '(root)')}, which holds ${quote(what)}`;
}

/**
 * The WeakMap whose entry keeps the leaked objects, with who holds its key: a path leads over the key alone. "variable
 * audits in audits.js; the key is Account, Module.exports.accounts[]", with the id of the WeakMap behind its holder.
 *
 * @param {Leak} leak
 * @param {Quote} [quote]
 * @returns {{ label: 'WeakMap', text: string, place?: import('..').SourceLocation } | undefined}
 */
function weakMapOf({ retainingPath }, quote = plain) {
  const at = retainingPath.findLastIndex((step) => step.weakMap !== undefined);
  const { id, heldBy, location } = retainingPath[at]?.weakMap ?? {};
  if (id === undefined) return undefined;
  const [map, key] = [nameOf(heldBy || 'WeakMap'), nameOf(retainingPath[at - 1].name)];
  const holder = writeOut(retainingPath, at - 1);
  const text = `${quote(map)} @${id}; the key is ${quote(key)}${holder === '' || holder === key ? '' : `, ${quote(holder)}`}`;
  return { label: 'WeakMap', text, place: location };
}

/**
 * Whether the leak may be a cache that is not full yet: its container has keys, or a name like "cache". A leak of the
 * catalogue is no cache.
 *
 * @param {Leak} leak
 */
function mayBeCache({ kind, known, container, retainingPath }) {
  if (known) return false;
  if (KEYED.includes(kind)) return true;
  const end = retainingPath.findIndex((step) => step.id === container.id);
  const near = retainingPath.slice(Math.max(0, end - NEAR_CACHE), end + 1);
  return COLLECTED.includes(kind) && near.some(({ name, edge }) => CACHE.test(name) || CACHE.test(edge ?? ''));
}

/**
 * How to tell a cache from a leak: the snapshots alone cannot.
 *
 * @param {Leak} leak
 * @returns {string} empty where it is no cache
 */
function cacheOf(leak) {
  return mayBeCache(leak) ? 'If it is a cache, fill it first, or set a small limit.' : '';
}

/**
 * "axios 0.21.4 (<0.22.0): a token keeps a listener for each request"
 *
 * @param {import('..').KnownLeak} known
 */
function knownAs({ package: name, version, versions, title }) {
  const affected = versions === '*' ? 'all versions' : versions;
  return `${name}${version ? ` ${version}` : ''} (${version ? affected : `if it is ${affected}`}): ${title}`;
}

/**
 * The place in code that a person can change: of the container, else of the nearest step above it that is outside of
 * Node.js, else of the class.
 *
 * @param {Leak} leak
 * @returns {import('..').SourceLocation | undefined}
 */
function placeOf({ container, retainingPath, location }) {
  const end = retainingPath.findIndex((step) => step.id === container.id) + 1;
  const steps = retainingPath
    .slice(0, end)
    .reverse()
    .map((step) => step.location);
  return [container.location, ...steps, location].find(isOutsideOfNode);
}

/**
 * True for a place in a file outside of Node.js, with a path that a file can have.
 *
 * @param {import('..').SourceLocation} [place]
 */
function isOutsideOfNode(place) {
  return (
    place !== undefined && place.file !== '' && place.file.length <= LONGEST_PATH && !place.file.startsWith('node:')
  );
}

/**
 * The remark beside a step: "grows here, cut here".
 *
 * @param {{ id: number, cut?: true }} step
 * @param {number} [container] id of the one that grows
 */
function remarkOf({ id, cut }, container) {
  return [...(id === container ? ['grows here'] : []), ...(cut ? ['cut here'] : [])].join(', ');
}

/**
 * @param {number[]} growth
 * @param {(value: number) => string} print
 */
function grown(growth, print) {
  if (isEven(growth)) return print(growth[0]);
  return `${growth.slice(0, -1).map(print).join(', ')} and ${print(growth[growth.length - 1])}`;
}

/** @param {number[]} values */
function isEven(values) {
  return values.every((value) => value === values[0]);
}

/** @param {number[]} values */
function sum(values) {
  return values.reduce((total, value) => total + value, 0);
}

module.exports = {
  SIGNS,
  cacheOf,
  cutOf,
  detailOf,
  headline,
  holder,
  isOutsideOfNode,
  knownAs,
  mayBeCache,
  nameOf,
  placeOf,
  referenceOf,
  remarkOf,
  shortHeadline,
  sum,
  weakMapOf,
};
