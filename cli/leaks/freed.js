'use strict';

const { margin, INDENT } = require('./page');
const { freedSentences } = require('../../words/freed');
const { PROGRAM } = require('../program');
const { quoteForShell, wrap } = require('../../words/text');

/**
 * The objects that cutting the reference would free, and the command that shows who holds the rest.
 *
 * @param {import('../..').Leak} leak
 * @param {string} file the last snapshot
 * @param {import('../terminal').Terminal} terminal
 */
function drawFreed(leak, file, terminal) {
  const still = leak.freed?.still;
  return [
    ...freedSentences(leak).flatMap((text) => wrap(text, terminal.width - INDENT).map(margin)),
    ...(still === undefined ? [] : [margin(`${PROGRAM} node ${quoteForShell(file)} @${still.id}`)]),
  ];
}

module.exports = { drawFreed };
