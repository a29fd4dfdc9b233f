'use strict';

// Results of a long benchmark, one a line in a file, so that a run goes on where the last one was ended.

const fs = require('node:fs');
const { valueOf } = require('./flags');

/**
 * With `--results FILE` they are kept there.
 *
 * @template T
 * @param {string[]} flags
 */
function keptResults(flags) {
  const file = valueOf(flags, '--results');
  /** @type {T[]} */
  const results = [];
  if (file !== undefined && fs.existsSync(file)) {
    const lines = fs.readFileSync(file, 'utf8').split('\n');
    // A run that was killed may have written a part of its last line.
    const whole = lines.slice(0, -1);
    results.push(...whole.map((line) => JSON.parse(line)));
    fs.writeFileSync(file, whole.map((line) => `${line}\n`).join(''));
  }
  return {
    results,
    /** @param {T} result */
    add(result) {
      results.push(result);
      if (file !== undefined) fs.appendFileSync(file, `${JSON.stringify(result)}\n`);
    },
  };
}

module.exports = { keptResults };
