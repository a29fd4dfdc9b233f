'use strict';

const path = require('node:path');
const { ALL_ROWS } = require('../../checks/limits');
const { OPTIONS } = require('../options');
const { COMPARISON, checkSeveral, comparisonOptions, sourcesOf, workOptions } = require('../snapshots');
const { DASH, readInput } = require('../standard-streams');
const { UsageError } = require('../usage');

/** `/…/`, with the flags that change the match. */
const EXPRESSION = /^\/(.+)\/([imsuv]*)$/s;

/** Options of every command that looks for leaks. */
const SEARCH = ['operations', ...COMPARISON, 'ignore', 'catalogue', 'root', 'source'];

/** The options, of these and of all commands, that decide which leaks are found. */
const FOUND_BY = [
  ...SEARCH.filter((name) => name !== 'root' && name !== 'source'),
  'strict',
  'source-maps',
  'no-source-maps',
  'identity',
];

const SEARCH_HELP = {
  ignore: 'leaks to leave out: fingerprints, names of classes, ends of paths, /expressions/',
  root: 'folder from which files are named (default: the working folder)',
};

/**
 * Looks for the leaks of some files.
 *
 * @param {import('../main').Context} context
 * @param {string[]} files or a directory
 * @param {number} [limit]
 * @param {string} [explain] beginning of the fingerprint of the leaks that are explained
 * @returns {Promise<import('../..').LeakDocument>}
 */
async function searchLeaks(context, files, limit = ALL_ROWS, explain = undefined) {
  checkSeveral(files);
  const { findLeaks } = require('../..');
  const document = await findLeaks(sourcesOf(files), {
    ...searchOptions({ ...context, operands: files }),
    limit,
    explain,
  });
  context.progress.stop();
  return document;
}

/**
 * The options of the API for those of `SEARCH`.
 *
 * @param {import('../main').Context} context whose operands are the files
 */
function searchOptions(context) {
  const { options } = context;
  return {
    ...workOptions(context),
    ...comparisonOptions(options),
    operations: options.operations,
    ignore: readIgnore(options.ignore ?? []),
    catalogue: catalogueOf(options),
    // A command that reads source maps may read sources, too.
    sources: options['no-source-maps'] ? false : rootOf(options),
    sourceLines: options.source,
  };
}

/**
 * @param {string[]} texts each a list with commas, or one regular expression
 * @returns {import('../..').IgnorePattern[] | undefined}
 */
function readIgnore(texts) {
  /** @type {import('../..').IgnorePattern[]} */
  const patterns = texts.flatMap((text) => {
    const [, source, flags] = EXPRESSION.exec(text) ?? [];
    if (source !== undefined) return /** @type {(RegExp | string)[]} */ ([readExpression(source, flags)]);
    return text
      .split(',')
      .map((part) => part.trim())
      .filter((part) => part !== '');
  });
  return patterns.length > 0 ? patterns : undefined;
}

/**
 * @param {string} source
 * @param {string} flags
 */
function readExpression(source, flags) {
  try {
    return new RegExp(source, flags);
  } catch (error) {
    throw new UsageError(`--ignore: ${/** @type {Error} */ (error).message}`);
  }
}

/**
 * The path, or the rows that standard input has.
 *
 * @param {Record<string, any>} options
 */
function catalogueOf({ catalogue }) {
  if (catalogue !== DASH) return catalogue;
  const text = readInput(catalogue).toString('utf8');
  try {
    const document = JSON.parse(text);
    if (Array.isArray(document?.leaks)) return document.leaks;
  } catch {
    // It is said below.
  }
  throw new UsageError('--catalogue: standard input has no JSON { "leaks": [row, …] }');
}

/**
 * The options that decide which leaks are found, as words of a command line: another command finds the same with
 * them.
 *
 * @param {Record<string, any>} options
 * @returns {string[]}
 */
function flagsOf(options) {
  return FOUND_BY.filter((name) => options[name] !== undefined).flatMap((name) => {
    const value = options[name];
    if (value === true) return [`--${name}`];
    const values = OPTIONS[name].several ? value : [[value].flat().join(',')];
    return values.flatMap((/** @type {string} */ one) => [`--${name}`, String(one)]);
  });
}

/** @param {Record<string, any>} options */
function rootOf({ root }) {
  return path.resolve(root ?? '.');
}

module.exports = { SEARCH, SEARCH_HELP, flagsOf, readIgnore, rootOf, searchLeaks, searchOptions };
