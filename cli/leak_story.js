'use strict';

const path = require('node:path');
const { drawLadder, printReference } = require('./ladder');
const { printLocation } = require('./location');
const { countDelta, counted, mean: number, size, sizeDelta } = require('./numbers');
const { drawTable } = require('./table');
const { drawItem } = require('./leak_item');
const { fit, harmless, widthOf, wrap } = require('./text');

const INDENT = 3;
const MOST_CLASSES = 6;
const MOST_FRAMES = 8;
const LONGEST_NAME = 60;
const LONGEST_TITLE = 16;
/** Snapshots from which on growth in every interval is more than the start of something. */
const ENOUGH_SNAPSHOTS = 3;

/**
 * The verdict as a colleague would give it: first whether something leaks, then each leak on a page of its own.
 *
 * @param {import('..').LeakDocument} document
 * @param {{ files: string[], limit: number, tree?: boolean, terminal: import('./terminal').Terminal }} options
 * @returns {string[]} lines
 */
function tellLeaks({ snapshots, comparison, leaks }, { files, limit, tree, terminal }) {
  const shown = leaks.slice(0, limit);
  const rest = leaks.length - shown.length;
  return [
    ...verdict(snapshots, leaks, terminal),
    ...(comparison.ids ? [] : wrap(`Compared by structure: ${harmless(comparison.reason)}.`, terminal.width).map((line) => terminal.style('dim', line))),
    ...shown.flatMap((leak, at) => ['', ...tellLeak(leak, { number: at + 1, files, tree, terminal })]),
    ...(rest > 0 ? ['', terminal.style('dim', `… and ${counted(rest, 'smaller leak')}: --limit shows them`)] : []),
  ];
}

/**
 * @param {import('..').ReadInfo[]} snapshots
 * @param {import('..').Leak[]} leaks
 * @param {import('./terminal').Terminal} terminal
 */
function verdict(snapshots, leaks, terminal) {
  const totals = snapshots.map((snapshot) => size(snapshot.totalSize)).join(' → ');
  const over = `over ${counted(snapshots.length, 'snapshot')} (${totals})`;
  const isEnough = snapshots.length >= ENOUGH_SNAPSHOTS;
  if (leaks.length === 0) {
    const confidence = isEnough
      ? `Nothing grew in each of the ${counted(snapshots.length - 1, 'interval')}. What leaks less often than once an interval would not show.`
      : 'Between two snapshots nothing accumulates that was not there before. A third snapshot, after the same work again, makes this more certain.';
    return [`${terminal.style(['bold', 'green'], 'No leak')} ${over}.`, ...wrap(confidence, terminal.width)];
  }
  const doubt = isEnough ? [] : wrap(
    'Two snapshots cannot tell a leak from a cache that is still filling up: take a third after the same work again.', terminal.width);
  return [`${terminal.style(['bold', 'red'], counted(leaks.length, 'leak'))} ${over}.`, ...doubt.map((line) => terminal.style('yellow', line))];
}

/**
 * @param {import('..').Leak} leak
 * @param {{ number: number, files: string[], tree?: boolean, terminal: import('./terminal').Terminal }} options
 */
function tellLeak(leak, { number, files, tree, terminal }) {
  const margin = ' '.repeat(INDENT);
  /** @type {(title: string, lines: string[]) => string[]} */
  const section = (title, lines) => (lines.length > 0 ? ['', margin + terminal.style('bold', title), ...lines] : []);
  const sentences = wrap(`${whatGrows(leak)} ${whereItCollects(leak)}`, terminal.width - INDENT);
  const heldAt = new Map([[leak.container.id, '← grows here']]);
  return [
    ...sentences.map((line, at) => (at === 0 ? terminal.style('bold', `${number}.`.padEnd(INDENT)) : margin) + paint(line, leak, terminal)),
    ...section('Growth', drawTable(growthColumns(files), growthRows(leak), terminal, { indent: INDENT })),
    ...section('Why it stays alive', drawLadder(leak.retainingPath, terminal, { indent: INDENT, marks: heldAt })),
    ...(tree ? section('What one of them is made of', drawItem(leak.item, terminal)) : []),
    ...section('What came with it', drawClasses(leak, terminal)),
    ...section(`Who allocated ${leak.allocationStackCount === sum(leak.countGrowth) ? 'them' : 'most of them'}`, stackLines(leak, terminal)),
    ...section('What to do', whatToDo(leak, files, terminal.width)),
  ];
}

/**
 * "Session (src/store.js:3:1) piles up: +1,000 objects at every step, 519 B each with what they hold; 1.0 MB in all."
 *
 * @param {import('..').Leak} leak
 */
function whatGrows(leak) {
  const objects = sum(leak.countGrowth);
  const steps = leak.countGrowth.length;
  const bytes = leak.retainedGrowth;
  const place = isOwn(leak.location) ? ` (${printLocation(leak.location)})` : '';
  const name = nameOf(leak.className) + place;
  if (objects <= 0) {
    return `${name} swells: ${steps === 1 ? '' : 'at every step '}${list(leak.sizeGrowth.map(sizeDelta))}, without more objects.`;
  }
  const isEven = leak.countGrowth.every((value) => value === leak.countGrowth[0]);
  const growth = steps === 1 ? `${countDelta(objects)} objects`
    : isEven ? `${countDelta(leak.countGrowth[0])} objects at every step`
      : `${list(leak.countGrowth.map(countDelta))} objects step by step`;
  const perOperation = leak.perOperation === undefined ? '' : ` (${number(leak.perOperation)} for each operation)`;
  const each = bytes > 0 ? `, ${size(bytes / objects)} each with what they hold; ${size(bytes)} in all` : '';
  return `${name} piles up: ${growth}${perOperation}${each}.`;
}

/**
 * "They collect in SessionStore.sessions, a Map, at src/store.js:9:18; more go in than come out."
 *
 * @param {import('..').Leak} leak
 */
function whereItCollects({ countGrowth, container, retainingPath }) {
  const place = printLocation(container.location);
  const at = retainingPath.findIndex((step) => step.id === container.id);
  const owner = at > 0 ? retainingPath[at - 1] : undefined;
  const reference = printReference(container.edge);
  const isProperty = /^[.[]/.test(reference);
  const through = reference === '' ? '' : owner && isProperty ? `${nameOf(owner.name)}${reference}, ` : `${reference.replace(/^\./, '')}, `;
  const holder = `${through}${article(nameOf(container.name))} @${container.id}${place ? `, at ${place}` : ''}`;
  return sum(countGrowth) > 0 ? `They collect in ${holder}; more go in than come out.` : `It is held by ${holder}.`;
}

/**
 * @param {string[]} files
 * @returns {import('./table').Column[]}
 */
function growthColumns(files) {
  const titles = files.map(shortName);
  /** @type {import('./table').Column[]} */
  const intervals = titles.slice(1).map((title, at) => ({
    title: `${titles[at]} → ${title}`,
    cell: (row) => row.print(row.values[at] ?? 0),
    align: 'right',
    style: () => 'red',
  }));
  return [{ title: '', cell: (row) => row.label }, ...intervals];
}

/**
 * The file without its folders and endings.
 *
 * @param {string} file
 */
function shortName(file) {
  if (file === '-') return 'stdin';
  return fit(harmless(path.basename(file).replace(/\.(heapsnapshot|heaptimeline)(\.\w+)?$/, '')), LONGEST_TITLE);
}

/**
 * @param {import('..').Leak} leak
 * @param {import('./terminal').Terminal} terminal
 */
function stackLines({ allocationStack = [] }, terminal) {
  // The last frame stands for the beginning of all stacks.
  const frames = allocationStack.filter((frame) => frame.file !== '' || frame.name !== '(root)').slice(0, MOST_FRAMES);
  return frames.map((frame) => `${' '.repeat(INDENT)}at ${nameOf(frame.name) || '(anonymous)'} ${terminal.style('dim', printLocation(frame))}`);
}

/** @param {import('..').Leak} leak */
function growthRows(leak) {
  return [
    { label: 'objects', values: leak.countGrowth, print: countDelta },
    { label: 'bytes in all', values: leak.sizeGrowth, print: sizeDelta },
  ];
}

/**
 * @param {import('..').Leak} leak
 * @param {import('./terminal').Terminal} terminal
 */
function drawClasses(leak, terminal) {
  const classes = leak.classes.slice(0, MOST_CLASSES);
  /** @type {import('./table').Column[]} */
  const columns = [
    { title: '', cell: (row) => nameOf(row.className), style: () => 'cyan' },
    { title: '', cell: (row) => countDelta(row.count), align: 'right' },
    { title: '', cell: (row) => sizeDelta(row.size), align: 'right' },
  ];
  const rest = leak.classes.length - classes.length;
  return [
    ...drawTable(columns, classes, terminal, { header: false, indent: INDENT }),
    ...(rest > 0 ? [' '.repeat(INDENT) + terminal.style('dim', `… and ${counted(rest, 'class', 'classes')}`)] : []),
  ];
}

/**
 * @param {import('..').Leak} leak
 * @param {string[]} files
 * @param {number} width
 */
function whatToDo(leak, files, width) {
  const margin = ' '.repeat(INDENT);
  const last = files[files.length - 1];
  const place = firstPlaceOfOwnCode(leak);
  const reference = printReference(leak.container.edge).replace(/^\./, '') || nameOf(leak.container.name);
  const advice = `Look at what adds to ${reference}${place ? ` (${place})` : ''} and when it should remove: a limit, an expiry, or a removal when the work is done.`;
  // A command stays on one line, to be copied.
  const command = `heaphound node ${quoteForShell(harmless(last))} @${leak.examples[0] ?? leak.container.id}`;
  return [...wrap(advice, width - INDENT).map((line) => margin + line), ...(last === '-' ? [] : [`${margin}See one of them:`, `${margin}  ${command}`])];
}

/**
 * Where a person can change something: the container, else the nearest step above it that has a place outside of Node.js.
 *
 * @param {import('..').Leak} leak
 */
function firstPlaceOfOwnCode({ container, retainingPath }) {
  const end = retainingPath.findIndex((step) => step.id === container.id) + 1;
  const steps = retainingPath.slice(0, end).reverse().map((step) => step.location);
  return printLocation([container.location, ...steps].find(isOwn));
}

/**
 * True for a place that is not Node.js's own.
 *
 * @param {import('..').SourceLocation} [place]
 */
function isOwn(place) {
  return place !== undefined && place.file !== '' && !place.file.startsWith('node:');
}

/**
 * The class is what the eye looks for first.
 *
 * @param {string} line
 * @param {import('..').Leak} leak
 * @param {import('./terminal').Terminal} terminal
 */
function paint(line, leak, terminal) {
  const name = nameOf(leak.className);
  return line.startsWith(name) ? terminal.style(['bold', 'cyan'], name) + line.slice(name.length) : line;
}

/** @param {string} name */
function nameOf(name) {
  return fit(harmless(name), LONGEST_NAME);
}

/** @param {string} name */
function article(name) {
  if (!/^[A-Za-z]/.test(name) || widthOf(name) > 30) return name;
  return `${/^[AEIOaeio]/.test(name) ? 'an' : 'a'} ${name}`;
}

/** @param {string} text */
function quoteForShell(text) {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll('\'', '\'\\\'\'')}'`;
}

/** @param {string[]} parts */
function list(parts) {
  return parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts[parts.length - 1]}`;
}

/** @param {number[]} values */
function sum(values) {
  return values.reduce((total, value) => total + value, 0);
}

module.exports = { tellLeaks };
