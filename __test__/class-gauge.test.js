'use strict';

// `watchClass`: how many objects of a class are alive.

const assert = require('node:assert/strict');
const { execFileSync } = require('node:child_process');
const path = require('node:path');
const { test } = require('node:test');
const client = require('prom-client');
const { observeMetrics, watchClass } = require('..');

class Lease {
  pages = [1, 2, 3];
}
class LongLease extends Lease {}

test('a gauge counts what is alive, subclasses included, and keeps nothing alive', async () => {
  const gauge = watchClass(Lease);
  let leases = [new Lease(), new Lease(), new LongLease()];
  assert.equal(gauge.latest(), undefined);
  assert.equal(await gauge.count(), 3);
  const { count, pauseMs, at } = gauge.latest();
  assert.ok(count === 3 && pauseMs > 0 && !Number.isNaN(Date.parse(at)));
  assert.equal(leases.length, 3);
  const last = new WeakRef(leases[0]);
  await gauge.count();
  leases = [];
  assert.equal(await gauge.count(), 0);
  assert.equal(last.deref(), undefined);
  gauge.close();
  gauge.close();
  await assert.rejects(gauge.count(), { code: 'HEAPHOUND_ERR_CLOSED' });
  assert.equal(gauge.latest().count, 0);
  for (const other of [undefined, 'Lease', () => {}, {}])
    assert.throws(() => watchClass(other), { code: 'HEAPHOUND_ERR_OPTION' });
});

test('a gauge needs no flag, leaves no listener, and lets the process end', () => {
  const script = `
    const { watchClass } = require(${JSON.stringify(path.join(__dirname, '..'))});
    class Lease {}
    const kept = [new Lease()];
    const gauge = watchClass(Lease);
    gauge.count().then((count) => {
      const again = Object.getOwnPropertyNames(globalThis).filter((name) => name.startsWith('heaphound'));
      console.log(count, typeof gc, again.length, kept.length);
    });`;
  assert.equal(execFileSync(process.execPath, ['-e', script], { encoding: 'utf8' }), '1 undefined 0 1\n');
});

test('the ids of objects go on between two captures around a count', () => {
  const script = `
    const { captureAndOpen, diffSnapshots, watchClass } = require(${JSON.stringify(path.join(__dirname, '..'))});
    class Lease {}
    globalThis.kept = [new Lease()];
    const gauge = watchClass(Lease);
    (async () => {
      const before = await captureAndOpen({ mode: 'inline', keepIds: true });
      await gauge.count();
      kept.push(new Lease());
      const diff = await diffSnapshots(before, await captureAndOpen({ mode: 'inline', keepIds: true }));
      console.log(diff.comparison.ids, diff.class('Lease').addedCount);
      gauge.close();
    })();`;
  assert.equal(execFileSync(process.execPath, ['-e', script], { encoding: 'utf8' }), 'true 1\n');
});

test('metrics have the last count of a gauge, and reading them counts nothing', async () => {
  const registry = new client.Registry();
  const gauge = watchClass(Lease);
  const metrics = observeMetrics({ registry, gauges: [gauge] });
  assert.doesNotMatch(await registry.metrics(), /^heaphound_live_objects\{/m);
  const leases = [new Lease(), new Lease()];
  await gauge.count();
  const { at } = gauge.latest();
  assert.match(await registry.metrics(), /^heaphound_live_objects\{class="Lease"\} 2$/m);
  assert.deepEqual([gauge.latest().at, leases.length], [at, 2]);
  metrics.stop();
  gauge.close();
  assert.throws(() => observeMetrics({ registry, gauges: [Lease] }), { code: 'HEAPHOUND_ERR_OPTION' });
});
