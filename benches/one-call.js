'use strict';

// One call of the API in a process of its own, for a benchmark.
//
//   node benches/one-call.js leaks A B C
//   node benches/one-call.js summary A
//   node benches/one-call.js suspects A

const { findLeaks, findSuspects, openSnapshot } = require('..');

const CALLS = {
  leaks: (files) => findLeaks(files, { sourceMaps: false }),
  structure: (files) => findLeaks(files, { sourceMaps: false, compareBy: 'structure' }),
  summary: async ([file]) => {
    const snapshot = await openSnapshot(file);
    await snapshot.summary();
    await snapshot.close();
  },
  suspects: ([file]) => findSuspects(file, { sourceMaps: false }),
};

const [call, ...files] = process.argv.slice(2);
CALLS[call](files);
