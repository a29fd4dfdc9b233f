'use strict';

// Folders with code of heaphound that runs in the process it measures: nothing of it is the program's own.

const path = require('node:path');

const TOOLS = ['lib', 'waits', 'words', 'checks', 'counts', 'test', 'http', 'fastify', 'cli'].map(
  (name) => path.join(__dirname, '..', name) + path.sep,
);

module.exports = { TOOLS };
