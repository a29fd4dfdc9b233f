'use strict';

const path = require('node:path');

/** Snapshots with the numbers that Chrome DevTools has for them. */
const GOLDEN = path.join(__dirname, '..', 'fixtures', 'golden');
/** Two of one program, which grew between them. */
const BEFORE = path.join(GOLDEN, 'growth-before.heapsnapshot.gz');
const AFTER = path.join(GOLDEN, 'growth-after.heapsnapshot.gz');

module.exports = { AFTER, BEFORE, GOLDEN };
