'use strict';

const { captureSnapshot } = require('./lib/capture');
const { openSnapshot } = require('./lib/snapshot');
const { diffSnapshots } = require('./lib/diff');
const { findLeaks } = require('./lib/leaks');
const { redactSnapshot } = require('./lib/redact');

module.exports = { captureSnapshot, openSnapshot, diffSnapshots, findLeaks, redactSnapshot };
