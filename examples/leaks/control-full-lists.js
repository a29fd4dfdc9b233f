'use strict';
// A cache at its limit, a ring of the last lines, a pool that reached its size, and functions that V8 goes on to
// compile: much comes and goes, and nothing is more.
class Entry {
  constructor(i) {
    this.text = `entry ${i}`;
  }
}
const cache = new Map();
const ring = new Array(128).fill(null);
const idle = [];
const functions = Array.from({ length: 200 }, (_, i) => new Function('a', 'b', `return a * b + ${i}`));
let made = 0;

exports.leak = (i) => {
  cache.set(`key-${i}`, new Entry(i));
  if (cache.size > 64) cache.delete(cache.keys().next().value);
  ring[i % ring.length] = { line: `line ${i}` };
  const taken = Array.from(
    { length: Math.min(24, 4 + i) },
    () => idle.pop() ?? { buffer: Buffer.alloc(64), number: made++ },
  );
  idle.push(...taken);
  for (let turn = 0; turn < 50; turn += 1) functions[i % functions.length](turn, i);
};
exports.warmup = 150;
exports.expect = { classes: [], path: [] };
