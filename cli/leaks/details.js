'use strict';

const path = require('node:path');
const { printLocation } = require('../../words/location');
const { drawFullPath } = require('./path');
const { INDENT, drawFacts, drawHeadline, margin, section } = require('./page');
const { nameOf, sum } = require('../../words/leak-sentences');
const { drawItem } = require('./item');
const { drawFreed } = require('./freed');
const { tellMeasurement } = require('./story');
const { count, countDelta, counted, sizeDelta } = require('../../words/numbers');
const { PROGRAM } = require('../program');
const { DASH } = require('../standard-streams');
const { drawTable } = require('../table');
const { fit, harmless, quoteForShell } = require('../../words/text');

/** @typedef {import('../..').Leak} Leak */
/** @typedef {import('../terminal').Terminal} Terminal */

const MOST_CLASSES = 6;
const MOST_FRAMES = 8;
const MOST_EXAMPLES = 3;
const LONGEST_TITLE = 16;

/**
 * Everything that is known of one leak.
 *
 * @param {import('../..').LeakDocument} document
 * @param {Leak} leak
 * @param {{ files: string[], flags?: string[], terminal: Terminal }} options `files`, `flags`: of the search, as they
 *   were given
 */
function explainLeak(document, leak, { files, flags = [], terminal }) {
  // Not `files`: those may stand in another order, or be a directory.
  const taken = document.snapshots.map(({ file }) => file ?? DASH);
  const last = taken[taken.length - 1];
  const search = [...files, ...flags].map(quoteForShell).join(' ');
  return [
    ...drawHeadline(leak, undefined, terminal),
    '',
    ...drawFacts(leak, terminal, { isShort: false }),
    ...section('Growth', drawTable(growthColumns(taken), growthRows(leak), terminal, { indent: INDENT }), terminal),
    ...section('Why it stays alive', drawFullPath(leak, terminal), terminal),
    ...section('What cutting it would free', drawFreed(leak, last, terminal), terminal),
    ...section('What one of them is made of', drawItem(leak.item, terminal), terminal),
    ...section('What came with it', drawClasses(leak, terminal), terminal),
    ...section(`Who allocated ${allocatedSo(leak)}`, stackLines(leak, terminal), terminal),
    ...section(
      'Some of them',
      leak.examples.slice(0, MOST_EXAMPLES).map((id) => margin(`${PROGRAM} node ${quoteForShell(last)} @${id}`)),
      terminal,
    ),
    ...section(
      'If this is as it should be',
      [margin(`${PROGRAM} leaks ${search} --ignore ${leak.fingerprint}`)],
      terminal,
    ),
    ...tellMeasurement(document, terminal, false),
  ];
}

/**
 * V8 may have no record of some, and others may have another stack.
 *
 * @param {Leak} leak
 */
function allocatedSo({ allocationStackCount, countGrowth }) {
  const objects = sum(countGrowth);
  return allocationStackCount === undefined || allocationStackCount >= objects
    ? 'them'
    : `${count(allocationStackCount)} of the ${count(objects)}`;
}

/**
 * @param {string[]} files oldest first
 * @returns {import('../table').Column[]}
 */
function growthColumns(files) {
  const titles = files.map(shortName);
  /** @type {import('../table').Column[]} */
  const intervals = titles.slice(1).map((title, at) => ({
    title: `${titles[at]} → ${title}`,
    cell: (row) => row.print(row.values[at] ?? 0),
    align: 'right',
    style: () => 'red',
  }));
  return [{ title: '', cell: (row) => row.label }, ...intervals];
}

/** @param {Leak} leak */
function growthRows(leak) {
  return [
    { label: 'objects', values: leak.countGrowth, print: countDelta },
    { label: 'bytes in all', values: leak.sizeGrowth, print: sizeDelta },
  ];
}

/**
 * The file without its folders and endings.
 *
 * @param {string} file
 */
function shortName(file) {
  if (file === DASH) return 'stdin';
  return fit(harmless(path.basename(file).replace(/\.(heapsnapshot|heaptimeline)(\.\w+)?$/, '')), LONGEST_TITLE);
}

/**
 * @param {Leak} leak
 * @param {Terminal} terminal
 */
function stackLines({ allocationStack = [] }, terminal) {
  // The last frame stands for the beginning of all stacks.
  const frames = allocationStack.filter((frame) => frame.file !== '' || frame.name !== '(root)').slice(0, MOST_FRAMES);
  return frames.map((frame) =>
    margin(`at ${nameOf(frame.name) || '(anonymous)'} ${terminal.style('dim', printLocation(frame))}`),
  );
}

/**
 * @param {Leak} leak
 * @param {Terminal} terminal
 */
function drawClasses(leak, terminal) {
  const classes = leak.classes.slice(0, MOST_CLASSES);
  /** @type {import('../table').Column[]} */
  const columns = [
    { title: '', cell: (row) => nameOf(row.className), style: () => 'cyan' },
    { title: '', cell: (row) => countDelta(row.count), align: 'right' },
    { title: '', cell: (row) => sizeDelta(row.size), align: 'right' },
  ];
  const rest = leak.classes.length - classes.length;
  return [
    ...drawTable(columns, classes, terminal, { header: false, indent: INDENT }),
    ...(rest > 0 ? [margin(terminal.style('dim', `… and ${counted(rest, 'class', 'classes')}`))] : []),
  ];
}

module.exports = { explainLeak };
