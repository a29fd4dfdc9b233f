'use strict';

/** Milliseconds of the longest timer of Node.js: a longer one fires at once. */
const MAX_MS = 2 ** 31 - 1;
/** As many rows as the engine counts: an answer without a limit. */
const ALL_ROWS = 2 ** 32 - 1;

module.exports = { ALL_ROWS, MAX_MS };
