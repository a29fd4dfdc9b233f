'use strict';

// Writes the two snapshots that the benchmarks read: `mid.heapsnapshot` and, from the same process a little later,
// `mid2.heapsnapshot`. The heap is the one of a small service: sessions in a Map, posts in an array. Seeded, so that
// every run makes the same objects.
//
//   node benches/make-mid.js DIRECTORY [--scale 1]

const fs = require('node:fs');
const path = require('node:path');
const v8 = require('node:v8');
const vm = require('node:vm');

/** Objects at scale 1; they give about 3.2 M nodes and 8.9 M edges, 229 MB of text on Node 20. */
const SESSIONS = 175_000;
const POSTS = 142_000;
/** Between the two snapshots: part of the sessions that ends, and part that begins. */
const ENDED_PART = 0.02;
const BEGUN_PART = 0.06;

class Session {
  constructor(random, index) {
    this.token = `s${index}.${Math.floor(random() * 1e9).toString(36)}`;
    this.user = { name: `visitor ${index}`, mail: Buffer.from(`v${index}@example.org`).toString('latin1') };
    this.seenAt = 1.7e12 + random();
    this.trail = [PATHS[index % PATHS.length], PATHS[(index * 7) % PATHS.length]];
  }
}

function post(random, index) {
  return {
    title: `post number ${index}`,
    score: random(),
    slug: Buffer.from(`p${index}`).toString('latin1'),
    comments: [{ score: random(), text: 'agreed' }],
  };
}

const PATHS = Array.from({ length: 40 }, (_, index) => `/posts/${index}`);

/** Numbers in [0, 1), the same for the same seed (mulberry32). */
function seeded(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

function write(directory, name) {
  const target = path.join(directory, name);
  v8.writeHeapSnapshot(`${target}.part`);
  fs.renameSync(`${target}.part`, target);
  console.log(`${target}: ${(fs.statSync(target).size / 1e6).toFixed(1)} MB`);
}

function main() {
  const [directory = '.', flag, value] = process.argv.slice(2);
  const scale = flag === '--scale' ? Number(value) : 1;
  fs.mkdirSync(directory, { recursive: true });
  const random = seeded(1);
  const store = { sessions: new Map(), posts: [] };
  globalThis.store = store;
  const sessionCount = Math.round(SESSIONS * scale);
  let next = 0;
  const begin = (count) => {
    for (let added = 0; added < count; added += 1, next += 1) {
      const session = new Session(random, next);
      store.sessions.set(session.token, session);
    }
  };
  begin(sessionCount);
  for (let index = 0; index < POSTS * scale; index += 1) store.posts.push(post(random, index));
  v8.setFlagsFromString('--expose-gc');
  vm.runInNewContext('gc')();
  write(directory, 'mid.heapsnapshot');

  let toEnd = Math.round(sessionCount * ENDED_PART);
  for (const token of store.sessions.keys()) {
    if (toEnd === 0) break;
    store.sessions.delete(token);
    toEnd -= 1;
  }
  begin(Math.round(sessionCount * BEGUN_PART));
  write(directory, 'mid2.heapsnapshot');
}

main();
