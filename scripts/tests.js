'use strict';

// Runs files of tests side by side, those that take longest first: the last ones to begin are short, so that no
// processor waits at the end. `node --test` would sort them by their names, and leave one of the processors idle.
//
// usage: node scripts/tests.js FILE…

const os = require('node:os');
const path = require('node:path');
const { run } = require('node:test');
const { spec: Spec, tap } = require('node:test/reporters');

/** A file that takes longer than this waits for an event that does not come. */
const LONGEST_MS = 20 * 60_000;

const files = process.argv.slice(2).map((file) => path.resolve(file));
/** One more than there are processors: a file that waits for a process, a timer or a socket leaves its own idle. */
const concurrency = Math.max(2, os.availableParallelism()) + 1;
const tests = run({ files, concurrency, timeout: LONGEST_MS });
tests.on('test:fail', () => (process.exitCode = 1));
tests.compose(process.stdout.isTTY ? new Spec() : tap).pipe(process.stdout);
