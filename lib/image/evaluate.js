'use strict';

// JavaScript in a frozen process: it comes back in the loader, behind its fence, and gives one answer.

const { addon, run } = require('../native');
const { optionError, evalError, thawError } = require('../errors');
const { MAX_MS, WORK, checkOptions, identities, integer } = require('../options');
const { OF_CORES, STALLED_MS, checkImage, coreRequest } = require('../open/frozen');
const { readImage } = require('../open/image-bytes');
const { withDeadline } = require('../capture/deadline');
const { answer } = require('./inside/answer');
const { findHidden } = require('./inside/module-variables');
const { requireLoaded } = require('./inside/loaded-modules');
const { valueAsJson } = require('./inside/value-as-json');

/** For how long the whole call may last, in milliseconds. */
const TIMEOUT_MS = 60_000;
/** Characters of the code, and of both forms of the answer. A character is six bytes at most in each. */
const MOST_CODE = 32_768;
const MOST = { text: 1_000_000, json: 4_000_000 };

const EVALUATE = { ...WORK, identities, timeoutMs: integer(1, MAX_MS), ...OF_CORES };

/**
 * @param {string} image
 * @param {string} code
 * @param {import('../..').EvaluateOptions} [options]
 * @returns {Promise<import('../..').ImageAnswer>}
 */
async function evaluateInImage(image, code, options = {}) {
  checkImage(image);
  if (typeof code !== 'string' || code.trim() === '') throw optionError('code', 'must be JavaScript');
  if (code.length > MOST_CODE) throw optionError('code', `must have ${MOST_CODE} characters at most`);
  const checked = checkOptions(options, EVALUATE);
  const { signal, onProgress, identities: keys, timeoutMs = TIMEOUT_MS } = checked;
  return withDeadline({ signal, timeoutMs, what: 'the answer' }, async (signal) => {
    const given = await readImage(image, keys, signal, (from) =>
      run({ signal, onProgress, toTheEnd: true }, (control) =>
        addon.answerOfImage(from, textFor(code), coreRequest(checked), STALLED_MS, control),
      ),
    );
    const answered = read(given.text);
    if (answered.threw !== undefined) throw evalError(answered.threw);
    const { facts, value } = answered;
    const { type, text, isCut, whyNoValue, variables } = facts;
    const { memory: _, ...process } = JSON.parse(given.about);
    const how = whyNoValue === undefined ? { value } : { whyNoValue };
    return { type, text, isCut, ...how, variables, ...process };
  });
}

/** The text that runs in the process. @param {string} code */
function textFor(code) {
  const parts = [findHidden, requireLoaded, valueAsJson];
  const names = parts.map(({ name }) => name).join(', ');
  const call = `(${answer})(${JSON.stringify(code)}, ${JSON.stringify(MOST)}, { ${names} })`;
  return `(() => {\n${parts.join('\n')}\nreturn ${call};\n})()`;
}

/**
 * @typedef {Pick<import('../..').ImageAnswer, 'type' | 'text' | 'isCut' | 'whyNoValue' | 'variables'>} Facts
 * @typedef {{ threw: string } | { threw?: undefined, facts: Facts, value?: unknown }} Given
 */

/**
 * What came out of the process, which code of the image may have made in another way than ours.
 *
 * @param {string} text
 * @returns {Given}
 */
function read(text) {
  const wrong = () =>
    thawError('what came from the thawed process is no answer: its own code has changed what JSON is');
  let given;
  try {
    given = JSON.parse(text);
  } catch {
    throw wrong();
  }
  const { facts, threw } = given ?? {};
  if (typeof threw === 'string') return given;
  const isText = (/** @type {unknown} */ item) => typeof item === 'string';
  const isWhole =
    isText(facts?.type) &&
    isText(facts.text) &&
    typeof facts.isCut === 'boolean' &&
    (isText(facts.whyNoValue) || 'value' in given) &&
    Array.isArray(facts.variables) &&
    facts.variables.every(
      (/** @type {import('../..').UsedVariable} */ item) => isText(item?.name) && isText(item.file),
    );
  if (!isWhole) throw wrong();
  return given;
}

module.exports = { evaluateInImage };
