'use strict';

/** The words with which the user started this program. Printed commands begin with them. npx sets a variable of npm. */
const PROGRAM = process.env.npm_command === 'exec' ? 'npx heaphound' : 'heaphound';

module.exports = { PROGRAM };
