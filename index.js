'use strict';

// A file is loaded when one of its functions is first read: a command, and a program that destructures what it needs,
// load no more than that. Each line names its export after `exports`: there Node.js finds the names for `import`.

// An addon that does not load is an error of `require('heaphound')` itself: `import` hides the errors of a getter.
require('./lib/native');

exports.captureSnapshot = () => require('./lib/capture/freeze').captureOrFreeze;
exports.captureAndOpen = () => require('./lib/capture/and-open').captureAndOpen;
exports.captureFrom = () => require('./lib/capture/inspector/capture-from').captureFrom;
exports.captureSeriesFrom = () => require('./lib/capture/inspector/capture-from').captureSeriesFrom;
exports.listWorkers = () => require('./lib/capture/inspector/capture-from').listWorkers;
exports.collectSnapshots = () => require('./lib/files/collect').collectSnapshots;
exports.trackAllocations = () => require('./lib/capture/track-allocations').trackAllocations;
exports.openSnapshot = () => require('./lib/open/snapshot').openSnapshot;
exports.diffSnapshots = () => require('./lib/compare/diff').diffSnapshots;
exports.diffOwners = () => require('./lib/compare/owners').diffOwners;
exports.findLeaks = () => require('./lib/compare/leaks').findLeaks;
exports.findSuspects = () => require('./lib/compare/suspects').findSuspects;
exports.viewSnapshots = () => require('./lib/view').viewSnapshots;
exports.exportProfile = () => require('./lib/export/pprof').exportProfile;
exports.checkBudget = () => require('./lib/compare/budget').checkBudget;
exports.makeReport = () => require('./lib/report/document').makeReport;
exports.reportOfLeaks = () => require('./lib/report/answer').reportOfLeaks;
exports.reportPage = () => require('./lib/report/page').reportPage;
exports.readReport = () => require('./lib/report/page').readReport;
exports.leanReport = () => require('./lib/report/lean').leanReport;
exports.compareReports = () => require('./lib/report/changes').compareReports;
exports.verifyFix = () => require('./lib/compare/verify').verifyFix;
exports.ignoreLeaks = () => require('./lib/compare/ignore').ignoreLeaks;
exports.redactSnapshot = () => require('./lib/files/redact').redactSnapshot;
exports.freezeProcess = () => require('./lib/capture/freeze-outside').freezeProcess;
exports.evaluateInImage = () => require('./lib/image/evaluate').evaluateInImage;
exports.memoryOfImage = () => require('./lib/image/memory').memoryOfImage;
exports.thawImage = () => require('./lib/files/thaw').thawImage;
exports.openStore = () => require('./lib/store/store').openStore;
exports.createService = () => require('./lib/service').createService;
exports.decryptSnapshot = () => require('./lib/files/decrypt').decryptSnapshot;
exports.watchMemory = () => require('./lib/watch').watchMemory;
exports.observeMetrics = () => require('./lib/metrics').observeMetrics;
exports.watchClass = () => require('./lib/metrics/class-gauge').watchClass;

for (const [name, load] of Object.entries(exports)) {
  const define = (/** @type {PropertyDescriptor} */ as) =>
    Object.defineProperty(exports, name, { enumerable: true, configurable: true, ...as });
  const become = (/** @type {unknown} */ value) => define({ value, writable: true });
  define({
    get() {
      const value = load();
      become(value);
      return value;
    },
    set: become,
  });
}
