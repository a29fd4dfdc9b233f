'use strict';

const { captureSnapshot } = require('./lib/capture');
const { openSnapshot } = require('./lib/snapshot');
const { diffSnapshots } = require('./lib/diff');
const { findLeaks } = require('./lib/leaks');

module.exports = { captureSnapshot, openSnapshot, diffSnapshots, findLeaks };
