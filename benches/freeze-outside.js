'use strict';

// How long a process stands still while it is frozen from outside, against its resident memory. It prints rows, the
// least of several runs each: on a busy machine the rest is waiting for a processor.
//
// usage: node benches/freeze-outside.js [--runs N] [--sizes MB,MB…]

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { execFile } = require('node:child_process');
const { promisify } = require('node:util');
const { start } = require('./service-run');

const run = promisify(execFile);
const CLI = path.join(__dirname, '..', 'cli', 'main.js');
const SIZES = [20, 120, 300];

async function main() {
  const flags = process.argv.slice(2);
  /** @type {(name: string) => string | undefined} */
  const value = (name) => (flags.includes(name) ? flags[flags.indexOf(name) + 1] : undefined);
  const runs = Number(value('--runs') ?? 5);
  const sizes = value('--sizes')?.split(',').map(Number) ?? SIZES;
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'heaphound-bench-'));
  try {
    for (const size of sizes) console.log(JSON.stringify(await measure(size, runs, directory)));
  } finally {
    fs.rmSync(directory, { recursive: true, force: true });
  }
}

/** @param {number} size @param {number} runs @param {string} directory */
async function measure(size, runs, directory) {
  const service = await start(size);
  const file = path.join(directory, 'app.frozen');
  const taken = [];
  try {
    for (let turn = 0; turn < runs; turn += 1) {
      // From another process: this one is the parent of the service.
      const { stdout } = await run(process.execPath, [
        CLI,
        'freeze',
        '--pid',
        String(service.pid),
        '--out',
        file,
        '--json',
      ]);
      taken.push(JSON.parse(stdout));
      fs.rmSync(file);
    }
  } finally {
    await service.stop();
  }
  /** @type {(field: string) => number} */
  const least = (field) => Math.min(...taken.map((one) => one[field]));
  const [{ memory, rawBytes, storedBytes }] = taken;
  const megabytes = (/** @type {number} */ bytes) => Math.round(bytes / 1e6);
  return {
    residentMb: megabytes(memory.rss),
    pauseMs: Number(least('pauseMs').toFixed(1)),
    forkMs: Number(least('forkMs').toFixed(1)),
    durationMs: Math.round(least('durationMs')),
    rawMb: megabytes(rawBytes),
    storedMb: megabytes(storedBytes),
  };
}

main();
