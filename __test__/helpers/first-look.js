'use strict';

// Says whether the first pass of a leak test lets a case of examples/leaks go: node first-look.js CASE [leak|fixed]

const os = require('node:os');
const path = require('node:path');
const { takeRounds } = require('../../test/measure/rounds');

const PLAN = { iterations: 11, warmup: 2, snapshots: 3, settleMs: 40, alwaysSnapshots: false };
const [name, variant = 'leak'] = process.argv.slice(2);

async function main() {
  const example = require(path.join(__dirname, '..', '..', 'examples', 'leaks', name));
  const operation = variant === 'fixed' ? example.fixed : example.leak;
  await example.before?.();
  const toSnapshots = () => {
    process.stdout.write('snapshots');
    process.exit();
  };
  await takeRounds((turn) => operation(turn), PLAN, os.tmpdir(), toSnapshots);
  process.stdout.write('still');
  process.exit();
}

main();
