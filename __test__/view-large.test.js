'use strict';

// Two million objects of one class: their last page comes as fast as the first, and whoever leaves ends the question.

const assert = require('node:assert/strict');
const http = require('node:http');
const { Readable } = require('node:stream');
const { after, before, test } = require('node:test');
const { setImmediate: turn } = require('node:timers/promises');
const { viewSnapshots } = require('..');
const { inside } = require('../lib/open/snapshot');
const { largeClass } = require('./helpers/large-class');
const { clientOf } = require('./helpers/viewer');

const COUNT = 2_000_000;

/** @type {import('..').Viewer} */
let viewer;
/** @type {ReturnType<typeof clientOf>} */
let client;

before(async () => {
  viewer = await viewSnapshots([]);
  client = clientOf(viewer.url);
  const body = Readable.from(largeClass(COUNT));
  await client.ask('/api/files?name=large.heapsnapshot', { method: 'POST', body });
  const { files } = await client.settled();
  assert.equal(files[0].state, 'ready', files[0].error?.message);
});
after(() => viewer.close());

test('all pages together are the objects of the class, each once, sorted', async () => {
  const { get } = client;
  const [{ key, count }] = (await get('/api/s/0/classes', { search: 'Session' })).rows;
  assert.equal(count, COUNT);
  const seen = new Set();
  let least = Infinity;
  for (const offset of [0, 200, COUNT / 2, COUNT - 400, COUNT - 200]) {
    const { total, rows } = await get('/api/s/0/objects', { key, sort: 'shallowSize', offset, limit: 200 });
    assert.deepEqual([total, rows.length], [COUNT, 200]);
    for (const { id, shallowSize, className } of rows) {
      assert.equal(className, 'Session');
      assert.ok(shallowSize <= least, 'largest first');
      least = shallowSize;
      seen.add(id);
    }
  }
  assert.equal(seen.size, 1000);
  assert.deepEqual((await get('/api/s/0/objects', { key, offset: COUNT })).rows, []);
});

test('the elements of a table with two million of them come in pages', async () => {
  const { get } = client;
  const [{ id }] = (await get('/api/s/0/objects', { kind: 'array', limit: 1 })).rows;
  const seen = new Set();
  for (const offset of [0, COUNT - 200]) {
    const { total, rows } = await get(`/api/s/0/object/${id}/edges`, { sort: 'name', offset, limit: 200 });
    assert.equal(total, COUNT);
    rows.forEach((row) => seen.add(row.id));
  }
  assert.equal(seen.size, 400);
  const [only] = (await get(`/api/s/0/object/${[...seen][0]}/retainers`)).rows;
  assert.equal(only.id, id);
});

test('a client that leaves ends its question', async (t) => {
  const { port, token, get } = client;
  const headers = { 'x-heaphound-token': token };
  const real = inside.query;
  t.after(() => {
    inside.query = real;
  });
  /** @type {Promise<unknown>[]} */
  const begun = [];
  inside.query = (snapshot, options) => {
    const answer = real(snapshot, options);
    begun.push(answer);
    return answer;
  };
  const path = '/api/s/0/objects?sort=shallowSize&property=^x';
  const req = http.request({ host: '127.0.0.1', port, path, headers });
  req.on('error', () => {});
  req.end();
  while (begun.length === 0) await turn();
  req.destroy();
  const [outcome] = await Promise.allSettled(begun);
  assert.equal(outcome.reason?.message, 'the client has left');
  assert.ok((await get('/api/s/0/objects', { kind: 'array' })).total > 0, 'the next one has its answer');
});
