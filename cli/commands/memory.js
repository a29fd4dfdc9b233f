'use strict';

const { counted, percent, size, sizeDelta } = require('../../words/numbers');
const { label, wrap } = require('../../words/text');
const { right } = require('../columns');
const { identitiesOf } = require('../identities');
const { DASH } = require('../standard-streams');
const { drawTable } = require('../table');
const { UsageError } = require('../usage');

/** Files that are named; the rest is one row. */
const FILES = 3;

/** @typedef {import('../..').ImageMemory} ImageMemory */
/** @typedef {import('../..').ImageMemoryKind} Kind */
/**
 * A row of a table: a kind, a file below it, or the sum.
 *
 * @typedef {{ kind?: Kind, name?: string, file?: string }} Row
 */

/** What each kind is called, and what it is made of. @type {Record<Kind, [string, string]>} */
const WORDS = {
  v8Heap: ["V8's heap", 'objects of JavaScript: a snapshot names them'],
  v8Code: ['compiled code', 'instructions that were made while the process ran'],
  largeBlocks: ['large blocks', 'malloc above 128 kB: contents of Buffers above all'],
  mallocUsed: ['malloc, used', 'small Buffers, and memory of Node.js and of addons'],
  mallocFree: ['malloc, free', 'pages that malloc keeps, and gives to nobody'],
  stacks: ['stacks', 'of threads'],
  files: ['files', 'programs and libraries with their variables'],
  shared: ['shared', 'with other processes'],
  other: ['other', 'memory that shows no sign of its owner'],
};

/** @type {import('../commands').Command} */
module.exports = {
  name: 'memory',
  synopsis: 'memory IMAGE [IMAGE]',
  summary: "whose the memory of a frozen process is, beside V8's heap",
  description: [
    "Lists the memory of a frozen image by kind: V8's heap, large blocks (contents of Buffers), what malloc has in use",
    'and keeps free, stacks, files. The kinds have all pages of the image together. Of two images of one process it',
    'lists what grew: why did the resident memory grow, when the heap did not?',
  ],
  options: ['identity'],
  common: ['json', 'color', 'no-color', 'help'],
  examples: [
    'heaphound memory app.frozen',
    'heaphound memory before.frozen after.frozen',
    'heaphound memory app.frozen.age --identity key.txt',
  ],
  operands: { least: 1, most: 2, wanted: 'one IMAGE or two' },
  run,
};

/** @param {import('../main').Context} context */
async function run({ operands, options, output, terminal, progress, signal }) {
  if (operands.includes(DASH)) throw new UsageError('memory reads files, not -', { cause: module.exports });
  const { memoryOfImage } = require('../..');
  const identities = identitiesOf(options);
  const images = [];
  for (const image of operands)
    images.push(
      await memoryOfImage(image, {
        identities,
        signal,
        onProgress: ({ done, total }) => progress.update('reading', total > 0 ? done / total : undefined),
      }),
    );
  progress.stop();
  const [first, second] = images;
  if (second === undefined) {
    if (options.json) return output.json(first);
    return output.lines(onePage(first, terminal));
  }
  const grown = growth(first, second);
  if (options.json) return output.json({ before: first, after: second, growth: grown });
  await output.lines(twoPages(first, second, grown, terminal));
}

/**
 * @param {ImageMemory} image
 * @param {Kind} kind
 */
function bytesOf({ kinds }, kind) {
  return kinds.find((one) => one.kind === kind)?.bytes ?? 0;
}

/**
 * @param {ImageMemory} before
 * @param {ImageMemory} after
 */
function growth(before, after) {
  return after.kinds.map(({ kind, bytes }) => ({ kind, bytes: bytes - bytesOf(before, kind) }));
}

/**
 * @param {ImageMemory} image
 * @param {import('../terminal').Terminal} terminal
 */
function onePage(image, terminal) {
  const { totalBytes, kinds } = image;
  const rows = kinds.filter(({ bytes }) => bytes > 0).sort((one, other) => other.bytes - one.bytes);
  const columns = [
    nameColumn(),
    right('Size', (row) => size(row.bytes), { style: () => 'bold' }),
    right('Share', (row) => percent(row.bytes, totalBytes)),
    {
      title: 'What it is',
      cell: whatItIs,
      prose: true,
    },
  ];
  return [
    ...prose([`${size(totalBytes)} of memory ${ofProcess(image)}`], terminal),
    '',
    ...drawTable(
      columns,
      [...rows.flatMap((row) => [row, ...filesOf(image, row.kind)]), totalRow(totalBytes)],
      terminal,
    ),
    '',
    ...prose(sentences(image), terminal),
  ];
}

/** @param {Row} row */
const nameOf = ({ kind, name, file }) => (file ? `  ${file}` : kind ? WORDS[kind][0] : (name ?? ''));

/** @param {Row} row */
const whatItIs = ({ kind }) => (kind ? WORDS[kind][1] : '');

function nameColumn() {
  return {
    title: 'Kind',
    cell: nameOf,
    style: (/** @type {string} */ _, /** @type {Row} */ row) => (row.kind ? 'cyan' : 'dim'),
    keep: /** @type {const} */ ('end'),
  };
}

/** @param {number} bytes */
const totalRow = (bytes) => ({ name: 'all pages', bytes });

/**
 * Lines below the kind, which are part of it.
 *
 * @param {ImageMemory} image
 * @param {Kind} kind
 */
function filesOf({ files }, kind) {
  if (kind !== 'files') return [];
  const rows = files.slice(0, FILES).map(({ path, bytes }) => ({ file: label(path.split('/').at(-1) ?? path), bytes }));
  const rest = files.slice(FILES).reduce((sum, { bytes }) => sum + bytes, 0);
  const more = files.length - FILES;
  return more > 0 ? [...rows, { file: `${counted(more, 'other')}`, bytes: rest }] : rows;
}

/** @param {ImageMemory} image */
function ofProcess({ pid, node, startedAt, rss }) {
  const resident = rss === undefined ? '' : `, ${size(rss)} resident`;
  return `in process ${pid} with Node.js ${label(node)}, frozen at ${label(startedAt)}${resident}`;
}

/** What stands out, and what is not known. @param {ImageMemory} image */
function sentences({ kinds, leftOut, malloc }) {
  const beyond = kinds.filter(({ kind }) => kind !== 'v8Heap' && kind !== 'files');
  const largest = beyond.reduce((most, one) => (one.bytes > most.bytes ? one : most));
  const [name, what] = WORDS[largest.kind];
  return [
    `Beyond V8's heap and files, most is ${name}: ${size(largest.bytes)} (${what}).`,
    ...textOf(leftOut),
    ...unknownHeaps(malloc),
  ];
}

/** @param {string | undefined} program whose text is not in the image */
function textOf(program) {
  return program === undefined ? [] : [`The text of ${label(program)} is not in the image, and not counted.`];
}

/** @param {ImageMemory['malloc']} malloc */
function unknownHeaps({ heaps, knownHeaps }) {
  const unknown = heaps - knownHeaps;
  if (unknown === 0) return [];
  return [`Of ${unknown} of ${counted(heaps, 'part')} of malloc nobody can say what is free: they count as used.`];
}

/**
 * @param {ImageMemory} before
 * @param {ImageMemory} after
 * @param {{ kind: Kind, bytes: number }[]} grown
 * @param {import('../terminal').Terminal} terminal
 */
function twoPages(before, after, grown, terminal) {
  const rows = grown
    .filter(({ kind }) => bytesOf(before, kind) + bytesOf(after, kind) > 0)
    .sort((one, other) => Math.abs(other.bytes) - Math.abs(one.bytes))
    .map(({ kind, bytes }) => ({ kind, bytes, before: bytesOf(before, kind), after: bytesOf(after, kind) }));
  const delta = after.totalBytes - before.totalBytes;
  const total = { name: 'all pages', bytes: delta, before: before.totalBytes, after: after.totalBytes };
  const columns = [
    nameColumn(),
    right('Before', (row) => size(row.before)),
    right('After', (row) => size(row.after)),
    right('Change', (row) => sizeDelta(row.bytes), { style: () => 'bold' }),
    {
      title: 'What it is',
      cell: whatItIs,
      prose: true,
      optional: true,
    },
  ];
  return [
    ...prose(
      [
        `Before: ${size(before.totalBytes)} ${ofProcess(before)}`,
        `After: ${size(after.totalBytes)} ${ofProcess(after)}`,
      ],
      terminal,
    ),
    '',
    ...drawTable(columns, [...rows, total], terminal),
    '',
    ...prose([grownMost(rows, delta), ...doubts(before, after), ...unknownHeaps(after.malloc)], terminal),
  ];
}

/**
 * @param {{ kind: Kind, bytes: number }[]} rows
 * @param {number} delta
 */
function grownMost(rows, delta) {
  const most = rows.reduce((best, one) => (one.bytes > best.bytes ? one : best));
  if (most.bytes <= 0) return 'No kind of memory grew.';
  const [name, what] = WORDS[most.kind];
  const heap = rows.find(({ kind }) => kind === 'v8Heap')?.bytes ?? 0;
  const beside = most.kind === 'v8Heap' ? '' : ` V8's heap changed by ${sizeDelta(heap)}.`;
  return `Memory changed by ${sizeDelta(delta)}. What grew most is ${name}: ${sizeDelta(most.bytes)} (${what}).${beside}`;
}

/**
 * Why the images may not be what a person takes them for.
 *
 * @param {ImageMemory} before
 * @param {ImageMemory} after
 */
function doubts(before, after) {
  if (before.pid !== after.pid || before.node !== after.node)
    return ['The images are of two processes: what differs need not have grown.'];
  const doubts = [];
  if (before.startedAt > after.startedAt) doubts.push('The second image is the older one.');
  if ((before.leftOut === undefined) !== (after.leftOut === undefined))
    doubts.push('One image has the text of Node.js, and the other has not: files differ by it.');
  return doubts;
}

/**
 * @param {string[]} paragraphs
 * @param {import('../terminal').Terminal} terminal
 */
function prose(paragraphs, terminal) {
  return paragraphs.flatMap((paragraph) => wrap(paragraph, terminal.width));
}
