'use strict';

const { openSnapshot } = require('./lib/snapshot');
const { diffSnapshots } = require('./lib/diff');
const { findLeaks } = require('./lib/leaks');

module.exports = { openSnapshot, diffSnapshots, findLeaks };
