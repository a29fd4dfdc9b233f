'use strict';

// Whose code a place is, and which evidence decides: workspaces, zip files of Yarn, bundles, allocations, WeakMaps.

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { describe, it, test } = require('node:test');
const { findLeaks } = require('..');
const { TICKETS, leaksOf, ownLineOf, packaged } = require('./helpers/own-line');
const { factsOf } = require('../words/leak-facts');

const ONE = { role: 'made', evidence: 'module', probably: false, others: [] };

test('workspaces are own, wherever npm links them', async (t) => {
  const files = {
    'packages/desk/package.json': JSON.stringify({ name: '@acme/desk', version: '1.0.0', main: 'src/desk.js' }),
    'packages/desk/src/desk.js': `
const open = new Map();
class Ticket { constructor(id) { this.id = id; } }
exports.open = (id) => { open.set(id, new Ticket(id)); };
`,
    'apps/shop/work.js': "const { open } = require('@acme/desk'); module.exports = (id) => open(id);",
  };
  const after = (root) => {
    fs.mkdirSync(path.join(root, 'node_modules', '@acme'), { recursive: true });
    fs.symlinkSync(path.join(root, 'packages', 'desk'), path.join(root, 'node_modules', '@acme', 'desk'), 'junction');
  };
  const { at, role, evidence } = await ownLineOf(t, files, { work: 'apps/shop/work.js', after });
  assert.deepEqual(
    { at: at.split(':')[0], role, evidence },
    { at: 'packages/desk/src/desk.js', role: 'held', evidence: 'path' },
  );
});

/** Where Yarn keeps a package: files in it have this path, though a zip file stands in the place of the folder. */
const ZIP = '.yarn/cache/tickets-npm-1.0.0-0a1b2c3d4e.zip/node_modules/tickets';

test('a package in a zip file of Yarn is not own: the own file that loads it is named', async (t) => {
  const files = {
    [`${ZIP}/index.js`]: TICKETS,
    [`${ZIP}/package.json`]: JSON.stringify({ name: 'tickets', version: '1.0.0' }),
    // What Yarn puts before the program, as far as it concerns a name.
    '.pnp.cjs': `
const Module = require('node:module');
const { _resolveFilename: resolve } = Module;
const file = require('node:path').join(__dirname, '${ZIP}', 'index.js');
Module._resolveFilename = (request, ...rest) => (request === 'tickets' ? file : resolve(request, ...rest));
`,
    'desk.js': "const tickets = require('tickets'); module.exports = (id) => tickets.open(id);",
    'work.js': "require('./.pnp.cjs'); module.exports = require('./desk.js');",
  };
  const because = 'the only own file that loads tickets';
  assert.deepEqual(await ownLineOf(t, files), { at: 'desk.js', because, ...ONE });
});

test('of several own files that load a package, recorded allocations name the line that called it', async (t) => {
  const files = {
    ...packaged('tickets', TICKETS),
    'a.js': "const tickets = require('tickets'); module.exports = () => tickets;",
    'b.js': `
const tickets = require('tickets');
module.exports = function order(id) {
  tickets.open(id);
};`,
    'work.js': "require('./a.js'); module.exports = require('./b.js');",
  };
  const flags = ['--require', path.join(__dirname, '..', 'lib', 'capture', 'track-from-start.js')];
  const without = await ownLineOf(t, files);
  assert.deepEqual([without.evidence, without.probably, without.others], ['module', true, ['b.js']]);
  assert.deepEqual(await ownLineOf(t, files, { flags }), {
    ...ONE,
    at: 'b.js:3',
    evidence: 'allocation',
    because: 'order() is the first own function on the stack that allocated most of them',
  });
});

describe('in a bundle with a source map', () => {
  const BUNDLE = path.join(__dirname, 'fixtures', 'bundle', 'dist');
  /** @param {import('node:test').TestContext} t @param {'order' | 'visit'} work @param {boolean} hasMap */
  const ownLineOfBundle = async (t, work, hasMap) => {
    const after = (/** @type {string} */ root) => {
      fs.cpSync(BUNDLE, path.join(root, 'dist'), { recursive: true });
      if (!hasMap) fs.rmSync(path.join(root, 'dist', 'shop.js.map'));
    };
    const files = { 'work.js': `module.exports = require('./dist/shop.js').${work};` };
    const { root } = await leaksOf(t, files, { after });
    const taken = ['A', 'B', 'C'].map((name) => path.join(root, `${name}.heapsnapshot`));
    const [{ responsible }] = (await findLeaks(taken, { sourceMaps: true })).leaks;
    const { file = '' } = responsible.location?.original ?? responsible.location ?? {};
    return path.relative(root, file).replaceAll(path.sep, '/');
  };

  it('the sources say what is of the program', async (t) => {
    assert.equal(await ownLineOfBundle(t, 'order', true), 'src/shop.ts');
    assert.equal(await ownLineOfBundle(t, 'order', false), 'dist/shop.js');
  });

  it('a package in the bundle is not own', async (t) => {
    assert.equal(await ownLineOfBundle(t, 'visit', true), 'src/shop.ts');
    assert.equal(await ownLineOfBundle(t, 'visit', false), 'dist/shop.js');
  });
});

describe('an entry of a WeakMap', () => {
  const work = `
const { handlers } = require('./handlers.js');
const notes = new WeakMap();
for (const handler of handlers) notes.set(handler, new Map());
class Note { constructor(id) { this.text = 'note ' + id; } }
module.exports = (id) => notes.get(handlers[id % 5]).set(id, new Note(id));
`;
  const handlers = 'class Handler {} exports.handlers = Array.from({ length: 5 }, () => new Handler());';

  it('has its own line where the WeakMap is held, and not where the class of its key is written', async (t) => {
    const { at, role, evidence, because } = await ownLineOf(t, { 'work.js': work, 'handlers.js': handlers });
    assert.deepEqual([at.split(':')[0], role, evidence], ['work.js', 'held', 'path']);
    assert.equal(
      because,
      'a step of the path is an entry of the WeakMap variable notes in work.js, which is held there',
    );
  });

  it('names the WeakMap and its key', async (t) => {
    const { leaks } = await leaksOf(t, { 'work.js': work, 'handlers.js': handlers });
    for (const leak of leaks) {
      const { weakMap } = leak.retainingPath.find((step) => step.reference === 'WeakMap entry');
      assert.equal(weakMap.heldBy, 'variable notes in work.js');
      assert.match(weakMap.location.file, /work\.js$/);
      assert.equal(leak.retainingPath.filter((step) => step.weakMap).length, 1);
      const { text, place } = factsOf(leak).find(({ label }) => label === 'WeakMap');
      assert.equal(text, `variable notes in work.js @${weakMap.id}; the key is Handler, Module.exports.handlers[]`);
      assert.equal(place, weakMap.location);
    }
  });

  it('in a package has no own line by the WeakMap', async (t) => {
    const files = {
      ...packaged(
        'annotate',
        `
const notes = new WeakMap();
class Note { constructor(id) { this.text = 'note ' + id; } }
exports.annotate = (key, id) => {
  if (!notes.has(key)) notes.set(key, new Map());
  notes.get(key).set(id, new Note(id));
};`,
      ),
      'handlers.js': handlers,
      'work.js': `
const { annotate } = require('annotate');
const { handlers } = require('./handlers.js');
module.exports = (id) => annotate(handlers[id % 5], id);`,
    };
    const { at } = await ownLineOf(t, files);
    assert.equal(at, 'handlers.js:1');
  });
});
