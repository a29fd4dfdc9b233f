'use strict';

const assert = require('node:assert/strict');
const path = require('node:path');
const { test } = require('node:test');
const { diffSnapshots, findLeaks } = require('heaphound');
const { matchers } = require('heaphound/test');

const CORPUS = path.join(__dirname, 'fixtures', 'golden');
const files = ['before', 'after'].map((name) => path.join(CORPUS, `growth-${name}.heapsnapshot.gz`));

test('a diff tells of one class by its name, zeros when it did not change', async () => {
  const diff = await diffSnapshots(files[0], files[1]);
  const row = diff.classes.find(
    ({ name, countDelta }) => countDelta > 0 && diff.classes.filter((it) => it.name === name).length === 1,
  );
  assert.deepEqual(diff.class(row.name), row);
  const same = diff.class('Promise');
  assert.deepEqual([same.countDelta, same.addedCount, same.sizeDelta, same.addedIds], [0, 0, 0, []]);
  // A name that is no class would have no growth for ever.
  assert.throws(() => diff.class('No such class'), { code: 'HEAPHOUND_ERR_OPTION', message: /is no class in these/ });
  assert.throws(() => matchers.toHaveGrownBy(diff, { className: 'Sesion', count: 0 }), {
    code: 'HEAPHOUND_ERR_OPTION',
  });
  assert.ok(!('names' in diff));
  assert.throws(() => diff.class(1), { code: 'HEAPHOUND_ERR_OPTION' });
  const cut = await diffSnapshots(files[0], files[1], { limit: 1 });
  assert.throws(() => cut.class('No such class'), { code: 'HEAPHOUND_ERR_OPTION' });
  const { countDelta, addedCount } = (await diffSnapshots(files[0], files[1], { compareBy: 'structure' })).class(
    'Promise',
  );
  assert.deepEqual([countDelta, addedCount], [0, null]);
});

test('toHaveGrownBy compares the count of a class', async () => {
  const diff = await diffSnapshots(files[0], files[1]);
  const { name: className, countDelta } = diff.classes.find((row) => row.countDelta > 0);
  assert.equal(matchers.toHaveGrownBy(diff, { className, count: countDelta }).pass, true);
  const { pass, message, actual, expected } = matchers.toHaveGrownBy(diff, { className, count: 1e6 });
  assert.deepEqual([pass, actual, expected], [false, countDelta, 1e6]);
  assert.equal(message(), `${className} grew by ${countDelta} objects`);
  assert.throws(() => matchers.toHaveGrownBy(diff, { className }), { code: 'HEAPHOUND_ERR_OPTION' });
  assert.throws(() => matchers.toHaveGrownBy({}, { className, count: 0 }), { code: 'HEAPHOUND_ERR_OPTION' });
});

test('toHaveNoLeaks takes diffs and the answers of findLeaks', async () => {
  const diff = await diffSnapshots(files[0], files[1]);
  const grown = matchers.toHaveNoLeaks(diff);
  assert.equal(grown.pass, false);
  assert.match(grown.message(), /of the program gained objects:\n {2}\S+ \+[\d,]+ {2}\S+:\d+/);
  assert.equal(matchers.toHaveNoLeaks(diff, { ignore: /./ }).pass, true);
  assert.equal(matchers.toHaveNoLeaks(await diffSnapshots(files[1], files[1], { allow: ['same'] })).pass, true);

  const found = await findLeaks(files);
  const leaking = matchers.toHaveNoLeaks(found);
  assert.equal(leaking.pass, false);
  assert.match(leaking.message(), new RegExp(`^${found.leaks[0].className} `));
  // Two snapshots are not sure: the message says what would be, and where the kind is described.
  const [{ command }] = found.next;
  assert.match(command, /^heaphound capture .* && heaphound leaks /);
  assert.ok(leaking.message().includes(`To be sure:\n  ${found.next[0].why}:\n    npx heaphound capture `));
  assert.match(leaking.message(), / && npx heaphound leaks /);
  assert.match(leaking.message(), /^ {2}More: docs\/kinds\/[\w-]+\.md of this package$/m);
  assert.doesNotMatch(matchers.toHaveNoLeaks({ ...found, next: [] }).message(), /To be sure/);
  assert.equal(matchers.toHaveNoLeaks(found, { ignore: found.leaks.map((leak) => leak.fingerprint) }).pass, true);
  assert.equal(matchers.toHaveNoLeaks({ ...found, leaks: [] }).pass, true);
  // Of leaks that were left out nobody knows anything.
  const cut = await findLeaks(files, { limit: 0 });
  assert.deepEqual([cut.verdict, cut.leaks, cut.leftOut], ['leak', [], found.leaks.length]);
  const one = await findLeaks(files, { limit: 1, ignore: [found.leaks[0].fingerprint] });
  assert.deepEqual([one.leaks.length, one.leftOut, one.ignored], [1, found.leaks.length - 2, 1]);
  const cutDiff = await diffSnapshots(files[0], files[1], { limit: 1 });
  assert.equal(cutDiff.leftOut, diff.classes.length + diff.resized.length - 1 - Math.min(diff.resized.length, 1));
  const first = [cutDiff, { ignore: cutDiff.classes[0].name }];
  for (const wrong of [
    [cut],
    first,
    [diff, { ignore: async () => false }],
    [found, { ignore: async () => false }],
    [1],
    [undefined],
    [Promise.resolve(diff)],
    [diff, null],
    [diff, { ignored: /./ }],
    [diff, { ignore: [1] }],
  ]) {
    assert.throws(() => matchers.toHaveNoLeaks(...wrong), { code: 'HEAPHOUND_ERR_OPTION' });
  }
});

test('toHaveNoLeaks fails where nobody can tell, and so does its opposite', async () => {
  const found = await findLeaks(files);
  const unknown = { ...found, leaks: [], verdict: 'unknown', accounting: { ...found.accounting, isExplained: false } };
  assert.throws(() => matchers.toHaveNoLeaks(unknown), {
    code: 'HEAPHOUND_ERR_UNEXPLAINED',
    message: /^Cannot tell: .* are without an explanation\./,
  });
  // All leaks are ignored, and the rest of the growth is still unknown.
  const ignore = found.leaks.map((leak) => leak.fingerprint);
  assert.throws(() => matchers.toHaveNoLeaks({ ...unknown, leaks: found.leaks, verdict: 'leak' }, { ignore }), {
    code: 'HEAPHOUND_ERR_UNEXPLAINED',
  });
});
