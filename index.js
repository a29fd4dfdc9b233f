'use strict';

const { captureSnapshot } = require('./lib/capture');
const { captureAndOpen } = require('./lib/capture-and-open');
const { captureFrom, captureSeriesFrom, listWorkers } = require('./lib/capture-from');
const { collectSnapshots } = require('./lib/collect');
const { trackAllocations } = require('./lib/track-allocations');
const { openSnapshot } = require('./lib/snapshot');
const { diffSnapshots } = require('./lib/diff');
const { findLeaks } = require('./lib/leaks');
const { decryptSnapshot } = require('./lib/decrypt');
const { ignoreLeaks } = require('./lib/ignore-leaks');
const { redactSnapshot } = require('./lib/redact');
const { openStore } = require('./lib/store/store');
const { createService } = require('./lib/service');
const { watchMemory } = require('./lib/watch');
const { observeMetrics } = require('./lib/metrics');

module.exports = {
  captureSnapshot,
  captureAndOpen,
  captureFrom,
  captureSeriesFrom,
  listWorkers,
  collectSnapshots,
  trackAllocations,
  openSnapshot,
  diffSnapshots,
  findLeaks,
  ignoreLeaks,
  redactSnapshot,
  openStore,
  createService,
  decryptSnapshot,
  watchMemory,
  observeMetrics,
};
