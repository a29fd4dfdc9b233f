'use strict';

// Writes three snapshots of one process, `a`, `b` and `c`: a slow leak amid millions of objects that stay and thousands
// that are replaced.
//
//   node --max-old-space-size=6000 benches/make-slow.js DIRECTORY ROWS

const fs = require('node:fs');
const path = require('node:path');
const v8 = require('node:v8');

/** Entries of the cache, and how many of them an operation replaces. */
const CACHED = 41_000;
const REPLACED = 3_000;
/** Operations before the first snapshot, and between two. Each leaks one object. */
const WARM_UP = 20;
const OPERATIONS = 11;

class Row {
  constructor(number) {
    this.number = number;
    this.sku = `SKU-${number}`;
    this.price = number % 977;
    this.tags = [`a${number % 13}`, `b${number % 7}`];
  }
}

class Page {
  constructor(number) {
    this.number = number;
    this.html = `<p>${'x'.repeat(number % 60)}${number}</p>`;
  }
}

class Answer {
  constructor(count) {
    this.count = count;
  }
}

const [directory, rowCount] = process.argv.slice(2);
const state = { rows: Array.from({ length: Number(rowCount) }, (_, number) => new Row(number)), pages: new Map() };
const answers = new Map();
let pages = 0;
let asked = 0;

function operate(times) {
  for (let time = 0; time < times; time += 1) {
    for (let page = 0; page < REPLACED; page += 1) {
      const key = pages % CACHED;
      pages += 1;
      state.pages.set(key, new Page(pages));
    }
    asked += 1;
    answers.set(`search ${asked}`, new Answer(state.rows.length));
  }
}

fs.mkdirSync(directory, { recursive: true });
for (const [name, times] of [
  ['a', WARM_UP],
  ['b', OPERATIONS],
  ['c', OPERATIONS],
]) {
  operate(times);
  v8.writeHeapSnapshot(path.join(directory, `${name}.heapsnapshot`));
}
