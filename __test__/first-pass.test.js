'use strict';

// The first pass of a leak test takes no snapshots. No leak may pass it.

const assert = require('node:assert/strict');
const { execFile } = require('node:child_process');
const path = require('node:path');
const { describe, it } = require('node:test');
const { promisify } = require('node:util');
const { leakCases } = require('./helpers/leak-case');

const LOOK = path.join(__dirname, 'helpers', 'first-look.js');
/** Their heap stands still to the byte once it is warm, on every line of Node.js. */
const STILL = ['few-tickets', 'global-dictionary', 'two-indexes', 'wrapped-again'];

/** Numbers in an array are no objects, and the array grows by jumps: the snapshots after so few runs miss it, too. */
const TOO_FEW_RUNS = ['number-series'];

const look = async (name, variant) => (await promisify(execFile)(process.execPath, [LOOK, name, variant])).stdout;

describe('the first pass of a leak test', { concurrency: 2 }, () => {
  for (const { name } of leakCases().filter(({ name, isLeak }) => isLeak && !TOO_FEW_RUNS.includes(name))) {
    it(`hands ${name} on to the snapshots`, async () => assert.equal(await look(name, 'leak'), 'snapshots'));
  }
  for (const name of STILL) {
    it(`lets ${name} pass once it is repaired`, async () => assert.equal(await look(name, 'fixed'), 'still'));
  }
});
