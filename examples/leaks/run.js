'use strict';
// Runs one of the cases beside this file and takes three snapshots of it:
//   node run.js CASE FOLDER [leak|fixed] [A|B|C|ZABC]
// A, B or C: this one only, as of one replica of three. ZABC: one more, before the warm-up.
// CASE.js exports `leak(i)`, one operation, `fixed(i)` where there is a repaired form, and what a finder should say;
// `settle()` waits until what the operations began is over, where that takes time.
const fs = require('node:fs');
const path = require('node:path');
const v8 = require('node:v8');
const vm = require('node:vm');

v8.setFlagsFromString('--expose-gc');
const gc = vm.runInNewContext('gc');

async function main() {
  const [name, folder, variant, only] = process.argv.slice(2);
  const example = require(path.join(__dirname, name));
  const operation = variant === 'fixed' ? example.fixed : example.leak;
  const { warmup = 20, operations = 101 } = example;
  fs.mkdirSync(folder, { recursive: true });
  await example.before?.();
  let done = 0;
  for (const [file, count] of [
    ...(only === 'ZABC' ? [['Z', 0]] : []),
    ['A', warmup],
    ['B', operations],
    ['C', operations],
  ]) {
    for (let turn = 0; turn < count; turn++) {
      await operation(done++);
      await new Promise(setImmediate);
    }
    if (file !== 'Z') await example.settle?.();
    for (let turn = 0; turn < 4; turn++) {
      await new Promise(setImmediate);
      gc();
    }
    if (only === undefined || only === 'ZABC' || only === file)
      v8.writeHeapSnapshot(path.join(folder, `${file}.heapsnapshot`));
    if (only === file) break;
  }
  process.exit(0);
}

main();
