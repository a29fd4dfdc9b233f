'use strict';

// How should rows come from Rust: as objects that napi makes, or as pages of JSON? Milliseconds of the main thread for
// 1,000 rows of the shape that `query` gives. Builds an addon of its own with the feature `boundary-bench`.
//
// usage: node benches/boundary.js

const fs = require('node:fs');
const path = require('node:path');
const { execFileSync } = require('node:child_process');

const ROUNDS = 400;
const root = path.join(__dirname, '..');
const file = path.join(root, 'build', 'boundary.node');

execFileSync('cargo', ['build', '--release', '--locked', '--lib', '--features', 'boundary-bench'], {
  cwd: root,
  stdio: 'inherit',
});
fs.mkdirSync(path.dirname(file), { recursive: true });
fs.copyFileSync(path.join(root, 'target', 'release', 'libheaphound.so'), file);
const addon = require(file);

console.log(`Node ${process.version}, ms of the main thread for 1,000 rows`);
for (const rows of [256, 1000]) {
  // The making of the rows in Rust is in both; for documents it happens on the job's thread, so it is taken off the
  // JSON side only.
  const pages = Array.from({ length: ROUNDS }, () => Buffer.from(addon.benchJson(rows)));
  console.log(
    `${String(rows).padStart(5)} rows a page: napi objects ${per(rows, () => addon.benchObjects(rows))}, JSON ${per(rows, (round) => JSON.parse(pages[round].toString()))}`,
  );
}

/**
 * @param {number} rows
 * @param {(round: number) => unknown} once
 */
function per(rows, once) {
  for (let round = 0; round < ROUNDS; round++) once(round);
  const start = process.cpuUsage();
  for (let round = 0; round < ROUNDS; round++) once(round);
  const { user, system } = process.cpuUsage(start);
  return (((user + system) / 1000 / ROUNDS / rows) * 1000).toFixed(3);
}
