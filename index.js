'use strict';

const { captureSnapshot } = require('./lib/capture');
const { captureAndOpen } = require('./lib/capture/and-open');
const { captureFrom, captureSeriesFrom, listWorkers } = require('./lib/capture/inspector/capture-from');
const { collectSnapshots } = require('./lib/files/collect');
const { trackAllocations } = require('./lib/capture/track-allocations');
const { openSnapshot } = require('./lib/open/snapshot');
const { diffSnapshots } = require('./lib/compare/diff');
const { diffOwners } = require('./lib/compare/owners');
const { findLeaks } = require('./lib/compare/leaks');
const { findSuspects } = require('./lib/compare/suspects');
const { checkBudget } = require('./lib/compare/budget');
const { verifyFix } = require('./lib/compare/verify');
const { decryptSnapshot } = require('./lib/files/decrypt');
const { ignoreLeaks } = require('./lib/compare/ignore');
const { redactSnapshot } = require('./lib/files/redact');
const { openStore } = require('./lib/store/store');
const { createService } = require('./lib/service');
const { watchMemory } = require('./lib/watch');
const { observeMetrics } = require('./lib/metrics');
const { watchClass } = require('./lib/metrics/class-gauge');

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
  diffOwners,
  findLeaks,
  findSuspects,
  checkBudget,
  verifyFix,
  ignoreLeaks,
  redactSnapshot,
  openStore,
  createService,
  decryptSnapshot,
  watchMemory,
  observeMetrics,
  watchClass,
};
