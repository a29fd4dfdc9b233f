'use strict';

const path = require('node:path');
const { pathToFileURL } = require('node:url');
const { optionError } = require('../errors');

/**
 * Decides where a scenario runs: a function only in its own process, a module in either.
 *
 * @param {any} scenario
 * @param {{ inProcess?: boolean, exported?: string }} options
 * @returns {{ run: ((iteration: number) => unknown) } | { href: string, exported: string }}
 */
function toScenario(scenario, { inProcess, exported }) {
  if (typeof scenario === 'function') {
    if (inProcess === false) {
      throw optionError(
        'inProcess',
        'cannot be false for a function, which lives in this process: put it into a module and give its file: URL',
      );
    }
    if (exported !== undefined) throw optionError('export', 'is for a scenario that is a module');
    return { run: scenario };
  }
  const isUrl = Object.prototype.toString.call(scenario) === '[object URL]';
  const href = isUrl ? scenario.href : typeof scenario === 'string' ? toHref(scenario) : undefined;
  if (href === undefined || !href.startsWith('file:')) {
    throw optionError('scenario', 'must be a function, or the file: URL or absolute path of a module that exports one');
  }
  const name = exported ?? 'default';
  if (!inProcess) return { href, exported: name };
  /** @type {Promise<(iteration: number) => unknown> | undefined} */
  let loading;
  return {
    run: async (iteration) => {
      loading ??= loadScenario(href, name);
      return (await loading)(iteration);
    },
  };
}

/** @param {string} text */
function toHref(text) {
  if (text.startsWith('file:')) return text;
  return path.isAbsolute(text) ? pathToFileURL(text).href : undefined;
}

/**
 * @param {string} href
 * @param {string} exported
 */
async function loadScenario(href, exported) {
  const module = await import(href);
  // The names of a CommonJS module cannot always be seen from outside. Then `default` has all of its exports, and the
  // default export of compiled TypeScript is a member of it.
  const run = [module[exported], module.default?.[exported]].find((it) => typeof it === 'function');
  if (run === undefined)
    throw optionError(
      'export',
      `${href} has no function ${exported}; it exports ${Object.keys(module).join(', ') || 'nothing'}`,
    );
  return run;
}

module.exports = { loadScenario, toScenario };
