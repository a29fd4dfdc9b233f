'use strict';

const path = require('node:path');
const { diffSnapshots, findLeaks } = require('..');
const { takeRoundsInChild } = require('./measure/child');
const { leakError } = require('./errors');
const { warnOfLargeHeap } = require('./measure/large-heap');
const { keepPage } = require('./report/page');
const { keep, makeDirectory, removeDirectory } = require('./measure/keep');
const { tellFailure } = require('./report/message');
const { checkOptions, counts, integer, ofType, patterns, strings, text } = require('./options');
const { nextPrime } = require('./measure/prime');
const { takeRounds } = require('./measure/rounds');
const { placeHere, placeInSources } = require('./report/scripts');
const { toScenario } = require('./measure/scenario');
const { inQueue } = require('./measure/queue');
const { isDoubtful, judge } = require('./report/verdict');

const MOST_SNAPSHOTS = 10;
/** From this number of runs on, `findLeaks` counts growth by a multiple of them. */
const FEWEST_ITERATIONS = 3;
/**
 * `findLeaks` needs five objects an interval when not every run leaves one. With this number of runs it sees a leak in
 * every other run.
 */
const ITERATIONS = 11;
/** Two snapshots make one interval: a single growth by a multiple of a small number may be an accident. */
const ITERATIONS_OF_ONE = 23;
/** Limit of leaks: ignored leaks must not push others out. */
const MOST_LEAKS = 1000;
const WARMUP = 2;
const SETTLE_MS = 40;
/** Names in the place of a class, for nodes that no program makes. */
const MADE_BY_V8 = new Set(['(compiled code)', '(object shape)', '(system)']);

const OPTIONS = {
  iterations: integer(1, 1e6),
  warmup: integer(0, 1e3),
  snapshots: integer(2, MOST_SNAPSHOTS),
  settleMs: integer(0, 1e7),
  ignore: patterns,
  maxBytesPerIteration: integer(0),
  maxGrowth: counts,
  alwaysSnapshots: ofType('boolean'),
  inProcess: ofType('boolean'),
  export: text,
  execArgv: strings,
  name: text,
  dir: text,
};

/**
 * @param {any} scenario
 * @param {import('.').NoLeakOptions} [options]
 * @returns {Promise<import('.').NoLeakReport>}
 */
async function assertNoLeak(scenario, options) {
  const { iterations, snapshots = 3, warmup = WARMUP, settleMs = SETTLE_MS, ...rest } = checkOptions(options, OPTIONS);
  const where = toScenario(scenario, { inProcess: rest.inProcess, exported: rest.export });
  const wanted = iterations ?? (snapshots === 2 ? ITERATIONS_OF_ONE : ITERATIONS);
  // What counts objects of a class, or bytes of the program alone, needs the snapshots.
  const isCounted = rest.maxBytesPerIteration !== undefined || Object.keys(rest.maxGrowth ?? {}).length > 0;
  // Who does not warm up asks for the growth of the first runs, which a look after them does not see.
  const isCold = warmup < WARMUP;
  const plan = {
    iterations: nextPrime(Math.max(wanted, FEWEST_ITERATIONS)),
    warmup,
    snapshots,
    settleMs,
    alwaysSnapshots: isCounted || isCold || (rest.alwaysSnapshots ?? false),
  };
  const name = rest.name ?? (typeof scenario === 'function' ? scenario.name : path.basename(String(scenario)));
  const caller = {};
  Error.captureStackTrace(caller, assertNoLeak);
  return inQueue(() => measure(where, plan, { ...rest, name, caller }));
}

/**
 * @param {ReturnType<typeof toScenario>} where
 * @param {import('./measure/rounds').Plan} plan
 * @param {any} options
 */
async function measure(
  where,
  plan,
  { ignore = [], maxGrowth = {}, maxBytesPerIteration, execArgv = [], name, dir = '.heaphound', caller },
) {
  const startedAt = performance.now();
  const directory = makeDirectory();
  try {
    const { files, scripts, lookRounds, runs } =
      'run' in where
        ? { ...(await takeRounds(where.run, plan, directory, warnOfLargeHeap)), scripts: undefined }
        : await takeRoundsInChild(where, plan, directory, execArgv);
    const how = {
      process: /** @type {'this' | 'child'} */ ('run' in where ? 'this' : 'child'),
      decidedBy: /** @type {'statistics' | 'snapshots'} */ (files.length === 0 ? 'statistics' : 'snapshots'),
      lookRounds,
      runs,
      durationMs: performance.now() - startedAt,
    };
    if (files.length === 0) return { leaks: [], ignored: 0, grown: [], ...plan, ...how };
    const document = await findLeaks(files, { operations: plan.iterations, limit: MOST_LEAKS, sourceMaps: true });
    if (scripts === undefined) await placeHere(document.leaks);
    else placeInSources(document.leaks, scripts);
    const { leaks, ignored } = judge(document.leaks, { iterations: plan.iterations, ignore });
    const grown = await findGrown(files, maxGrowth);
    const bytes = maxBytesPerIteration === undefined ? undefined : await bytesPerIteration(files, plan.iterations);
    const tooMany = bytes !== undefined && bytes > maxBytesPerIteration;
    // Leaks from elsewhere than the scenario explain their part of the growth.
    const isUnknown = leaks.length === 0 && isDoubtful(document.accounting, plan);
    const report = {
      leaks,
      ignored,
      grown,
      ...plan,
      ...(bytes === undefined ? {} : { bytesPerIteration: bytes }),
      ...how,
      durationMs: performance.now() - startedAt,
    };
    if (leaks.length === 0 && grown.length === 0 && !tooMany && !isUnknown) return report;
    const kept = keep(files, { dir: path.resolve(dir), name });
    const isDoubt = isUnknown && grown.length === 0 && !tooMany;
    const verdict = isUnknown ? 'unknown' : leaks.length > 0 ? 'leak' : 'none';
    /** @type {import('..').LeakDocument} */
    const judged = { ...document, leaks, verdict };
    const page = keepPage(judged, path.dirname(kept[0]));
    const message = tellFailure(report, { maxBytesPerIteration, files: kept, page, document: judged });
    throw leakError(
      message,
      { report, snapshots: kept, ...(page === undefined ? {} : { page }) },
      caller,
      isDoubt ? 'HEAPHOUND_ERR_UNEXPLAINED' : 'HEAPHOUND_ERR_LEAK',
    );
  } finally {
    removeDirectory(directory);
  }
}

/**
 * Classes that gained more objects than `maxGrowth` allows, from the first snapshot to the last.
 *
 * @param {string[]} files
 * @param {Record<string, number>} most
 * @returns {Promise<import('.').GrownClass[]>}
 */
async function findGrown(files, most) {
  const names = Object.keys(most);
  if (names.length === 0) return [];
  const diff = await diffSnapshots(files[0], files[files.length - 1], { ids: 0 });
  return names
    .map((className) => ({ className, countDelta: diff.class(className).countDelta, most: most[className] }))
    .filter((row) => row.countDelta > row.most);
}

/**
 * Bytes of the program's objects for each run. The interval with the least growth counts, since growth from elsewhere
 * comes once.
 *
 * @param {string[]} files
 * @param {number} iterations
 */
async function bytesPerIteration(files, iterations) {
  /** @type {number[]} */
  const growth = [];
  for (const [at, file] of files.slice(1).entries()) {
    const { classes, resized } = await diffSnapshots(files[at], file, { ids: 0 });
    const rows = [...classes, ...resized].filter((row) => !MADE_BY_V8.has(row.name));
    growth.push(rows.reduce((sum, row) => sum + row.sizeDelta + (row.grownSize ?? 0) - (row.shrunkSize ?? 0), 0));
  }
  return Math.min(...growth) / iterations;
}

module.exports = { assertNoLeak };
