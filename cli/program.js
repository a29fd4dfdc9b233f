'use strict';

/** How the reader calls this program: what is printed to be copied begins with it. npx says so by npm's variable. */
const PROGRAM = process.env.npm_command === 'exec' ? 'npx heaphound' : 'heaphound';

module.exports = { PROGRAM };
