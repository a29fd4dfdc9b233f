'use strict';

// The place in the program's own code, in programs whose leak lies in a package.

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');
const { LINES, nodeOfLine } = require('./helpers/node-lines');
const { TICKETS, ownLineOf, packaged } = require('./helpers/own-line');

const ONE = { role: 'made', evidence: 'module', probably: false, others: [] };

test('the own file that loads the package is named, where nothing own is on the path or below', async (t) => {
  const files = {
    ...packaged('tickets', TICKETS),
    'desk.js': "const tickets = require('tickets'); module.exports = (id) => tickets.open(id);",
    'work.js': "module.exports = require('./desk.js');",
  };
  const because = 'the only own file that loads tickets';
  assert.deepEqual(await ownLineOf(t, files), { at: 'desk.js', because, ...ONE });
});

test('of several own files that load the package all are named, as probable', async (t) => {
  const files = {
    ...packaged('tickets', TICKETS),
    'b.js': "const tickets = require('tickets'); module.exports = (id) => tickets.open(id);",
    'a.js': "const { open } = require('tickets'); module.exports = (id) => open(id);",
    'work.js': "const [a, b] = [require('./a.js'), require('./b.js')]; module.exports = (id) => (id % 2 ? a : b)(id);",
  };
  const { because, ...rest } = await ownLineOf(t, files);
  assert.deepEqual(rest, { ...ONE, at: 'a.js', probably: true, others: ['b.js'] });
  assert.equal(because, 'one of 2 own files that lead to tickets: it loads tickets');
});

test('a package that another package loads leads to the own file at the top', async (t) => {
  const files = {
    ...packaged('tickets', TICKETS),
    ...packaged('office', "const tickets = require('tickets'); exports.enter = (id) => tickets.open(id);"),
    'work.js': "const office = require('office'); module.exports = (id) => office.enter(id);",
  };
  const because = 'the only own file that loads office, which loads tickets';
  assert.deepEqual(await ownLineOf(t, files), { at: 'work.js', because, ...ONE });
});

test('a package that the program loads itself and over another one has two probable files', async (t) => {
  const files = {
    ...packaged('tickets', TICKETS),
    ...packaged('office', "const tickets = require('tickets'); exports.enter = (id) => tickets.open(id);"),
    'direct.js': "const tickets = require('tickets'); module.exports = () => tickets;",
    'work.js': "require('./direct.js'); const office = require('office'); module.exports = (id) => office.enter(id);",
  };
  const { because, ...rest } = await ownLineOf(t, files);
  assert.deepEqual(rest, { ...ONE, at: 'direct.js', probably: true, others: ['work.js'] }, because);
});

for (const line of LINES) {
  const node = nodeOfLine(line);
  test(
    `on Node ${line} the imports of ES modules lead to the own file`,
    { skip: node === undefined && `node${line} is not installed` },
    async (t) => {
      const module = {
        'node_modules/tickets/package.json': '{ "name": "tickets", "type": "module", "main": "index.js" }',
      };
      const files = {
        ...packaged('tickets', TICKETS.replace('exports.open =', 'export const open =')),
        ...module,
        'desk.mjs': "import { open } from 'tickets'; export default (id) => open(id);",
        'work.mjs': "export { default } from './desk.mjs';",
      };
      const because = 'the only own file that loads tickets';
      assert.deepEqual(await ownLineOf(t, files, { work: 'work.mjs', node }), { at: 'desk.mjs', because, ...ONE });
    },
  );
}

test('a CommonJS package that an ES module imports leads to that module', async (t) => {
  const files = {
    ...packaged('tickets', TICKETS),
    'work.mjs': "import tickets from 'tickets'; export default (id) => tickets.open(id);",
  };
  assert.equal((await ownLineOf(t, files, { work: 'work.mjs' })).at, 'work.mjs');
});

test('a callback of the program that a package keeps is the line, and not the file that loads the package', async (t) => {
  const files = {
    ...packaged(
      'jobs',
      `
class Job { constructor(done) { this.done = done; this.timer = setInterval(() => this.check(), 1e9); } check() {} }
exports.start = (done) => { new Job(done); };`,
    ),
    'work.js': `
const { start } = require('jobs');
module.exports = (id) => start(function finished() {
  return id;
});`,
  };
  const { at, role, evidence } = await ownLineOf(t, files);
  assert.deepEqual({ at, role, evidence }, { at: 'work.js:3', role: 'made', evidence: 'callback' });
});

test('a listener that was bound, or wrapped by once, is the line', async (t) => {
  for (const listener of ['emitter.once("end", onEnd)', 'emitter.on("end", onEnd.bind(null))']) {
    const files = {
      'work.js': `
const { EventEmitter } = require('node:events');
const emitter = new EventEmitter().setMaxListeners(0);
class Page { constructor(id) { this.id = id; } }
module.exports = (id) => {
  const page = new Page(id);
  const onEnd = () => page;
  ${listener};
};`,
    };
    const { at, role } = await ownLineOf(t, files);
    assert.deepEqual({ at, role }, { at: 'work.js:7', role: 'made' }, listener);
  }
});

test('a linked package is own', async (t) => {
  const files = {
    'packages/tickets/index.js': TICKETS,
    'work.js': "const tickets = require('tickets'); module.exports = (id) => tickets.open(id);",
  };
  const after = (root) => {
    fs.mkdirSync(path.join(root, 'node_modules'));
    fs.symlinkSync(path.join(root, 'packages', 'tickets'), path.join(root, 'node_modules', 'tickets'), 'junction');
  };
  const { at } = await ownLineOf(t, files, { after });
  assert.equal(at, 'packages/tickets/index.js:2');
});

test('where nothing tells, the answer says so and what to do', async (t) => {
  const files = {
    'work.js': `
globalThis.pagesByUrl = {};
module.exports = (id) => {
  globalThis.pagesByUrl['https://example.org/page/' + id] = { title: 'Page ' + id, links: [id] };
};`,
  };
  const answer = await ownLineOf(t, files);
  assert.deepEqual(answer, {
    evidence: 'unknown',
    because: 'no step of the path and nothing that the leaked objects lead to is of the program or of a package',
  });
});
