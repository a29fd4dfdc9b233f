'use strict';

const path = require('node:path');
const { printLocation } = require('./location');
const { drawFullPath, drawShortPath } = require('./leak_path');
const { cutOf, detailOf, headline, holder, isOwn, knownAs, nameOf, placeOf, sum } = require('./leak_sentences');
const { drawItem } = require('./leak_item');
const { count, countDelta, counted, size, sizeDelta } = require('./numbers');
const { drawTable } = require('./table');
const { fit, harmless, widthOf, wrap } = require('./text');

/** @typedef {import('..').Leak} Leak */
/** @typedef {import('./terminal').Terminal} Terminal */

const INDENT = 3;
/** Lines of a terminal that a leak may take; the prompt needs one. */
const SCREEN = 23;
const FEWEST_STEPS = 4;
const MOST_STEPS = 9;
const MOST_CLASSES = 6;
const MOST_FRAMES = 8;
const MOST_OTHERS = 8;
const MOST_ONE_OFF = 3;
const LABEL_WIDTH = 11;
/** Columns that a place gets at least, or none. */
const NARROWEST_PLACE = 14;
const LONGEST_TITLE = 16;
/** Snapshots from which on growth in every interval is more than the start of something. */
const ENOUGH_SNAPSHOTS = 3;

/**
 * The verdict as a colleague would give it: the leak, then what else there is to say.
 *
 * @param {import('..').LeakDocument} document
 * @param {{ files: string[], limit: number, all?: boolean, tree?: boolean, full?: boolean, terminal: Terminal }} options
 *   limit: leaks that are told at length
 * @returns {string[]} lines
 */
function tellLeaks(document, { files, limit, all = false, tree = false, full = false, terminal }) {
  const { leaks } = document;
  const told = leaks.slice(0, limit);
  const others = leaks.slice(told.length);
  const closing = tellMeasurement(document, terminal, all);
  if (leaks.length === 0) return [...closing, ...(all ? drawOneOff(document, terminal) : [])];
  const otherLines = tellOthers(others, told.length, terminal);
  // One leak fits one screen, with all that stands below it.
  const room = SCREEN - closing.length - otherLines.length;
  return [
    ...told.flatMap((leak, at) => [
      ...(at > 0 ? [''] : []), ...tellLeak(leak, { number: leaks.length > 1 ? at + 1 : undefined, files, tree, full, terminal, room })]),
    ...otherLines,
    ...closing,
    ...(all ? drawOneOff(document, terminal) : []),
  ];
}

/**
 * Everything that is known of one leak.
 *
 * @param {import('..').LeakDocument} document
 * @param {Leak} leak
 * @param {{ files: string[], terminal: Terminal }} options
 */
function explainLeak(document, leak, { files, terminal }) {
  const last = files[files.length - 1];
  return [
    ...paint(headline(leak), leak, undefined, terminal),
    '',
    ...drawFacts(leak, terminal, { isShort: false }),
    ...section('Growth', drawTable(growthColumns(files), growthRows(leak), terminal, { indent: INDENT }), terminal),
    ...section('Why it stays alive', drawFullPath(leak, terminal), terminal),
    ...section('What one of them is made of', drawItem(leak.item, terminal), terminal),
    ...section('What came with it', drawClasses(leak, terminal), terminal),
    ...section(`Who allocated ${leak.allocationStackCount === sum(leak.countGrowth) ? 'them' : 'most of them'}`, stackLines(leak, terminal), terminal),
    ...section('Some of them', leak.examples.slice(0, 3).map((id) => margin(`heaphound node ${quoteForShell(last)} @${id}`)), terminal),
    ...section('If this is as it should be', [margin(`heaphound leaks ${files.map(quoteForShell).join(' ')} --ignore ${leak.fingerprint}`)], terminal),
    ...tellMeasurement(document, terminal, false),
  ];
}

/**
 * @param {Leak} leak
 * @param {{ number?: number, files: string[], tree: boolean, full: boolean, terminal: Terminal, room: number }} options
 */
function tellLeak(leak, { number, files, tree, full, terminal, room }) {
  const opening = [...paint(headline(leak), leak, number, terminal), '', ...drawFacts(leak, terminal, { isShort: true })];
  // Two lines stand above the path, and one below.
  const steps = Math.min(Math.max(room - opening.length - 3, FEWEST_STEPS), MOST_STEPS);
  return [
    ...opening,
    ...section('Why it stays alive', full ? drawFullPath(leak, terminal) : drawShortPath(leak, terminal, steps), terminal),
    ...(tree ? section('What one of them is made of', drawItem(leak.item, terminal), terminal) : []),
    terminal.style('dim', moreOf(leak, files, terminal)),
  ];
}

/**
 * The command that tells the rest, to be copied; without the files when they would break the line.
 *
 * @param {Leak} leak
 * @param {string[]} files
 * @param {Terminal} terminal
 */
function moreOf({ fingerprint }, files, terminal) {
  const command = margin(`heaphound explain ${fingerprint} `);
  const whole = command + files.map(quoteForShell).join(' ');
  return widthOf(whole) <= terminal.width ? whole : `${command}FILE…`;
}

/**
 * What it is, where, what to cut and what repairs it: a label and a text each.
 *
 * @param {Leak} leak
 * @param {Terminal} terminal
 * @param {{ isShort: boolean }} options for one screen, or all of it
 */
function drawFacts(leak, terminal, { isShort }) {
  const { container, location, detail, known, kind, advice, confidence, evidence } = leak;
  const width = terminal.width - INDENT - LABEL_WIDTH;
  const told = detailOf(leak);
  /** @type {(text: string, place: string) => string} */
  const placed = (text, place) => {
    if (place === '') return text;
    const room = width - widthOf(text) - 2;
    return isShort && room < widthOf(place) ? (room < NARROWEST_PLACE ? text : `${text}, ${fit(place, room, 'end')}`) : `${text}, ${place}`;
  };
  // What Node.js made is no use to who wants to change something: the nearest place in code of one's own.
  const own = isOwn(container.location) ? undefined : placeOf(leak);
  const holderPlace = own ? `held at ${printLocation(own)}` : printLocation(container.location);
  const reasons = evidence.map(harmless).join('; ');
  /** @type {[label: string, text: string, mostLines: number][]} */
  const facts = [
    ['Kind', placed(`${kind}${told ? `: ${told}` : ''}`, printLocation(detail?.location)), 1],
    ['Container', placed(`${nameOf(container.name)} @${container.id}`, holderPlace), 1],
    ['Class', printLocation(location) === '' ? '' : placed(nameOf(leak.className), printLocation(location)), 1],
    ['Cut', cutOf(leak), 1],
    ['Known', known ? harmless(knownAs(known)) + (isShort ? '' : `; ${harmless(known.source)}`) : '', 2],
    ['Fix', harmless(known?.advice ?? advice), 2],
    ['Sure', `${confidence}${reasons ? `: ${reasons}` : ''}`, 1],
  ];
  return facts.filter(([, text]) => text !== '').flatMap(([label, text, most]) =>
    wrapTo(text, width, isShort ? most : Infinity).map((line, at) => margin(terminal.style('bold', (at === 0 ? label : '').padEnd(LABEL_WIDTH))) + line));
}

/**
 * At most so many lines; an ellipsis stands for what is missing.
 *
 * @param {string} text
 * @param {number} width
 * @param {number} most
 */
function wrapTo(text, width, most) {
  const lines = wrap(text, width);
  if (lines.length <= most) return lines;
  return [...lines.slice(0, most - 1), fit(`${lines[most - 1]} ${lines[most]}`, width)];
}

/**
 * The leaks that are not told at length, a line each.
 *
 * @param {Leak[]} leaks
 * @param {number} before how many are told
 * @param {Terminal} terminal
 */
function tellOthers(leaks, before, terminal) {
  if (leaks.length === 0) return [];
  const shown = leaks.slice(0, MOST_OTHERS);
  const lines = shown.map((leak, at) => {
    const objects = sum(leak.countGrowth);
    const growth = objects > 0 ? countDelta(objects) : sizeDelta(sum(leak.sizeGrowth));
    return fit(`${`${before + at + 1}.`.padEnd(INDENT)}${nameOf(leak.className)} ${growth} in ${holder(leak)}  [${leak.fingerprint}]`, terminal.width);
  });
  const rest = leaks.length - shown.length;
  return ['', terminal.style('bold', 'Also'), ...lines, ...(rest > 0 ? [`… and ${rest} more: --all shows them`] : [])];
}

/**
 * What was looked at and what it says beside the leaks.
 *
 * @param {import('..').LeakDocument} document
 * @param {Terminal} terminal
 * @param {boolean} isLong one-off growth is shown elsewhere
 */
function tellMeasurement({ snapshots, comparison, leaks, oneOff, ignored }, terminal, isLong) {
  const totals = snapshots.map((snapshot) => size(snapshot.totalSize)).join(' → ');
  const over = `over ${counted(snapshots.length, 'snapshot')} (${totals})`;
  const isEnough = snapshots.length >= ENOUGH_SNAPSHOTS;
  const left = ignored > 0 ? ` ${counted(ignored, 'leak')} ignored.` : '';
  const footnotes = [
    ...(comparison.ids ? [] : [`Compared by structure: ${harmless(comparison.reason)}.`]),
    ...(oneOff.length === 0 || isLong ? [] : [tellOneOff(oneOff)]),
  ].map((line) => terminal.style('dim', fit(line, terminal.width)));
  if (leaks.length > 0) {
    return [
      '',
      fit(`${counted(leaks.length, 'leak')} ${over}.${left}`, terminal.width),
      ...(isEnough ? [] : [terminal.style('yellow', fit('Two snapshots: it may be a cache that is filling up. A third makes it certain.', terminal.width))]),
      ...footnotes,
    ];
  }
  const objects = `${count(snapshots[snapshots.length - 1].nodeCount)} objects of the last one were compared ${comparison.ids ? 'by their ids' : 'by their place'}.`;
  const sure = isEnough
    ? `Nothing grew in each of the ${counted(snapshots.length - 1, 'interval')}. ${objects} What leaks less often than once an interval would not show.`
    : `Between two snapshots nothing accumulates that was not there before. ${objects} A third snapshot, after the same work again, makes this more certain.`;
  return [
    `${terminal.style(['bold', 'green'], 'No leak')} ${over}.`,
    ...wrap(`${sure}${left}`, terminal.width),
    ...footnotes,
  ];
}

/** @param {import('..').OneOffGrowth[]} oneOff */
function tellOneOff(oneOff) {
  const shown = oneOff.slice(0, MOST_ONE_OFF).map((row) => `${nameOf(row.className)} ${sizeDelta(row.size)} (${row.why})`);
  return `Grew, but is no leak: ${shown.join(', ')}${oneOff.length > shown.length ? ', …' : ''}.`;
}

/**
 * @param {import('..').LeakDocument} document
 * @param {Terminal} terminal
 */
function drawOneOff({ oneOff }, terminal) {
  /** @type {import('./table').Column[]} */
  const columns = [
    { title: '', cell: (row) => nameOf(row.className), style: () => 'cyan' },
    { title: '', cell: (row) => sizeDelta(row.size), align: 'right' },
    { title: '', cell: (row) => harmless(row.because), flexible: true },
  ];
  return section('Grew, but is no leak', drawTable(columns, oneOff, terminal, { header: false, indent: INDENT }), terminal);
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
  if (file === '-') return 'stdin';
  return fit(harmless(path.basename(file).replace(/\.(heapsnapshot|heaptimeline)(\.\w+)?$/, '')), LONGEST_TITLE);
}

/**
 * @param {Leak} leak
 * @param {Terminal} terminal
 */
function stackLines({ allocationStack = [] }, terminal) {
  // The last frame stands for the beginning of all stacks.
  const frames = allocationStack.filter((frame) => frame.file !== '' || frame.name !== '(root)').slice(0, MOST_FRAMES);
  return frames.map((frame) => margin(`at ${nameOf(frame.name) || '(anonymous)'} ${terminal.style('dim', printLocation(frame))}`));
}

/**
 * @param {Leak} leak
 * @param {Terminal} terminal
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
    ...(rest > 0 ? [margin(terminal.style('dim', `… and ${counted(rest, 'class', 'classes')}`))] : []),
  ];
}

/**
 * @param {string} title
 * @param {string[]} lines
 * @param {Terminal} terminal
 */
function section(title, lines, terminal) {
  return lines.length > 0 ? ['', margin(terminal.style('bold', title)), ...lines] : [];
}

/**
 * The sentence in lines; the class is what the eye looks for first.
 *
 * @param {string} sentence
 * @param {Leak} leak
 * @param {number | undefined} number
 * @param {Terminal} terminal
 */
function paint(sentence, leak, number, terminal) {
  const front = number === undefined ? '' : `${number}.`.padEnd(INDENT);
  const name = nameOf(leak.className);
  return wrap(front + sentence, terminal.width).map((line, at) => {
    const start = front + name;
    return at === 0 && line.startsWith(start) ? front + terminal.style(['bold', 'red'], name) + line.slice(start.length) : line;
  });
}

/** @param {string} line */
function margin(line) {
  return ' '.repeat(INDENT) + line;
}

/** @param {string} text */
function quoteForShell(text) {
  const shown = harmless(text);
  return /^[\w@%+=:,./-]+$/.test(shown) ? shown : `'${shown.replaceAll('\'', '\'\\\'\'')}'`;
}

module.exports = { explainLeak, tellLeaks };
