'use strict';

const assert = require('node:assert/strict');

/**
 * Every byte of growth has a line, in every interval.
 *
 * @param {import('../..').LeakDocument} document
 */
function assertAccounted({ accounting, snapshots, leaks }) {
  const { lines, size, sizeGrowth } = accounting;
  const sum = (values) => values.reduce((total, value) => total + value, 0);
  assert.equal(
    size,
    snapshots[snapshots.length - 1].totalSize - snapshots[0].totalSize,
    'it is the difference of the totals',
  );
  assert.deepEqual(
    sizeGrowth,
    snapshots.slice(1).map(({ totalSize }, at) => totalSize - snapshots[at].totalSize),
  );
  sizeGrowth.forEach((growth, at) =>
    assert.equal(sum(lines.map((line) => line.sizeGrowth[at])), growth, `the lines of interval ${at} add up`),
  );
  for (const line of lines) {
    assert.equal(line.size, sum(line.sizeGrowth));
    assert.match(line.because, /^\S.*[^.]$/);
    if (line.what === 'freed') assert.ok(line.size <= 0);
  }
  // A leak has its line, with all of its own growth at least.
  for (const { fingerprint, retainedGrowth } of leaks) {
    const own = sum(lines.filter((line) => line.fingerprint === fingerprint).map((line) => line.size));
    assert.ok(own > 0 && own >= retainedGrowth * 0.9, `${own} of ${retainedGrowth}`);
  }
}

module.exports = { assertAccounted };
