'use strict';

const assert = require('node:assert/strict');
const { test } = require('node:test');
const vm = require('node:vm');
const { assertRetained, checkpoint, countInstances, matchers, whatRetains } = require('heaphound/test');

class Vehicle {
  constructor() {
    this.wheels = 4;
  }
}
class Truck extends Vehicle {}
class Van {
  wheels = 4;
}
class Cart {
  wheels = 2;
}

test('checkpoint tells new objects from those that stayed', async () => {
  globalThis.vans = [new Van(), new Van()];
  const before = await checkpoint();
  globalThis.vans.push(new Van(), new Cart());
  globalThis.vans.shift();
  const diff = await before.diff();
  const isVan = ({ className, file, type }) => className === 'Van' && file === __filename && type === 'object';
  assert.equal(diff.objects(isVan).count, 1);
  assert.equal(diff.objects(({ className }) => className === 'Cart').count, 1);
  assert.equal(diff.survived(isVan).count, 1);
  assert.deepEqual([diff.class('Van').countDelta, diff.class('Van').removedCount], [0, 1]);
  const [cart] = diff.objects(({ className }) => className === 'Cart');
  assert.ok(cart.size > 0 && cart.line > 0 && !cart.detached);
  delete globalThis.vans;
  assert.equal((await before.diff()).survived(isVan).count, 0);
  const [answered] = await Promise.all([before.diff(), before.close()]);
  assert.equal(answered.survived(isVan).count, 0, 'asked before it was closed');
  await before.close();
  await assert.rejects(before.diff(), { code: 'HEAPHOUND_ERR_CLOSED', message: /checkpoint is closed/ });
  assert.throws(() => diff.objects('Van'), { code: 'HEAPHOUND_ERR_OPTION' });
  await assert.rejects(checkpoint({ settle: 1 }), { code: 'HEAPHOUND_ERR_OPTION' });
});

test('what asks the inspector between a checkpoint and its diff leaves the ids as they are', async () => {
  globalThis.vans = [new Van()];
  const before = await checkpoint();
  assert.equal(await countInstances(Van), 1);
  await whatRetains(globalThis.vans[0]);
  globalThis.vans.push(new Van());
  const diff = await before.diff();
  assert.equal(diff.comparison.ids, true, diff.comparison.reason);
  assert.deepEqual([diff.class('Van').addedCount, diff.class('Van').removedCount], [1, 0]);
  // What asks is none of the program's objects, whatever those are called.
  assert.equal(diff.class('Session').countDelta, 0);
  delete globalThis.vans;
  await before.close();
});

test('what a checkpoint makes is no leak of the program', async () => {
  const before = await checkpoint();
  const message = () => matchers.toHaveNoLeaks(diff).message();
  const diff = await before.diff();
  assert.ok(matchers.toHaveNoLeaks(diff).pass, message());
  globalThis.cart = new Cart();
  const later = await before.diff();
  assert.match(
    matchers.toHaveNoLeaks(later).message(),
    /^a class of the program gained objects:\n {2}Cart \+1 {2}\S+:\d+$/,
  );
  delete globalThis.cart;
  await before.close();
});

test('countInstances counts what is alive, subclasses included and their prototypes not', async () => {
  const fleet = [new Vehicle(), new Truck(), new Truck()];
  assert.deepEqual([await countInstances(Vehicle), await countInstances(Truck)], [3, 2]);
  fleet.length = 1;
  assert.deepEqual([await countInstances(Vehicle), await countInstances(Truck)], [1, 0]);
  for (const other of [() => {}, 1, undefined, {}])
    await assert.rejects(countInstances(other), { code: 'HEAPHOUND_ERR_OPTION' });
});

test('countInstances sees classes without a name and those of other contexts', async () => {
  const [Unnamed] = [
    class {
      wheels = 1;
    },
  ];
  const Foreign = vm.runInNewContext('class Foreign {}; globalThis.all = [new Foreign(), new Foreign()]; Foreign');
  const all = [new Unnamed(), new Unnamed()];
  assert.deepEqual(await Promise.all([countInstances(Unnamed), countInstances(Foreign)]), [all.length, 2]);
});

test('whatRetains tells the path of one object, and not its own mark', async () => {
  globalThis.garage = new Map([['first', { vehicle: new Vehicle() }]]);
  const reference = new WeakRef(globalThis.garage.get('first').vehicle);
  const kept = await whatRetains(reference);
  assert.equal(kept.alive, true);
  assert.match(kept.message, /\.garage → Map[^]*\.vehicle → Vehicle/);
  assert.doesNotMatch(kept.message, /heaphound|WeakRef/);
  delete globalThis.garage;
  assert.deepEqual(await whatRetains(reference), {
    alive: false,
    path: [],
    message: 'nothing: it is collected, or will be',
  });
  await assert.rejects(whatRetains(1), { code: 'HEAPHOUND_ERR_OPTION' });
});

test('assertRetained allows what it is told, and names what keeps the rest alive', async () => {
  class Parcel {
    weight = 1;
  }
  // Its prototype has the name of the class in a snapshot, and is no parcel.
  class LargeParcel extends Parcel {}
  class Depot {
    parcels = [new Parcel(), new Parcel()];
  }
  globalThis.depot = new Depot();
  assert.deepEqual(await assertRetained({ Parcel: 2, Depot: (n) => n === 1 }), { Parcel: 2, Depot: 1 });
  await assert.rejects(assertRetained({ Parcel: 1, Depot: (n) => n > 1 }), (error) => {
    assert.equal(error.code, 'HEAPHOUND_ERR_LEAK');
    assert.match(error.message, /^Parcel: 2 objects are alive, and 1 is allowed\n {2}Why one of them stays alive:\n/);
    assert.match(error.message, /\.depot → Depot[^]*\.parcels → Array[^]* → Parcel/);
    assert.match(error.message, /\n\nDepot: 1 object is alive, and \(n\) => n > 1 does not allow that\n/);
    assert.deepEqual(error.counts, { Parcel: 2, Depot: 1 });
    assert.deepEqual(
      error.retained.map(({ className, count }) => [className, count]),
      [
        ['Parcel', 2],
        ['Depot', 1],
      ],
    );
    assert.match(error.stack, /test-heap\.test\.js/);
    assert.doesNotMatch(JSON.stringify(error), /retained/);
    return true;
  });
  delete globalThis.depot;
  assert.deepEqual(await assertRetained({ Parcel: 0, Depot: 0 }), { Parcel: 0, Depot: 0 });
  assert.deepEqual([typeof Depot, typeof LargeParcel], ['function', 'function']);
});

test('assertRetained refuses a name that no class has: it would allow everything', async () => {
  const code = 'HEAPHOUND_ERR_OPTION';
  await assert.rejects(assertRetained({ Parsel: 0 }), { code, message: /Parsel: is no class in this heap/ });
  for (const wrong of [undefined, {}, [], { Parcel: -1 }, { Parcel: '1' }, { '': 0 }, { Parcel: async () => false }])
    await assert.rejects(assertRetained(wrong), { code });
});
