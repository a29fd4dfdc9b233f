'use strict';

// Documents quote commands with their output, and files of the examples. All of them are run and read again here.
// UPDATE_EXPECT=1 writes the documents anew.

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { describe, it, test } = require('node:test');
const { documents, read, stable, written } = require('../scripts/write-outputs');

describe('a document has the output that its commands have', () => {
  for (const name of documents()) {
    it(`docs/${name}`, async () => {
      const text = read(name);
      const expected = await written(text);
      if (process.env.UPDATE_EXPECT) fs.writeFileSync(path.join(__dirname, '..', 'docs', name), expected);
      else assert.deepEqual(stable(text).split('\n'), stable(expected).split('\n'));
    });
  }
});

test('an output that says another thing is not taken for the same', () => {
  const said = (/** @type {string} */ output) => stable(`\`\`\`console\n$ heaphound leaks heaps\n${output}\n\`\`\`\n`);
  assert.equal(said('Map @12, 94.5 kB in\nall'), said('Map @4711, 1.2 MB\nin all'));
  assert.notEqual(said('+211 objects at every step'), said('+212 objects at every step'));
  // One object lived a moment longer.
  assert.equal(said('+100 and +101 objects step by step'), said('+101 objects at every step'));
  assert.notEqual(said('+90 and +101 objects step by step'), said('+101 objects at every step'));
  assert.notEqual(said('carts.js:15:14'), said('carts.js:16:14'));
  assert.notEqual(said('[78d1b703253998fe]'), said('[78d1b703253998ff]'));
  assert.notEqual(stable('a paragraph'), stable('another paragraph'));
});
