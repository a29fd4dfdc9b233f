'use strict';
// A highlighter for each request: shiki 0.x compiles the grammar anew into the memory of one WebAssembly module, which
// only grows.
const shiki = require('shiki');

const make = () => shiki.getHighlighter({ theme: 'nord', langs: ['javascript'] });
let kept;
const highlight = (highlighter, i) => highlighter.codeToHtml(`const id = ${i};`, { lang: 'javascript' });
exports.warmup = 3;
exports.operations = 7;
exports.leak = async (i) => {
  highlight(await make(), i);
};
exports.fixed = async (i) => {
  highlight((kept ??= await make()), i);
};
exports.expect = {
  line: 'shiki-highlighter.js',
  kind: 'external-memory',
  classes: ['system / JSArrayBufferData', 'ArrayBuffer', 'WebAssembly.Memory', 'Memory'],
  path: ['ArrayBuffer'],
};
