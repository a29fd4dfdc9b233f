'use strict';

// A failed test's message: first what leaks, then what holds it, then how it was measured.

const path = require('node:path');

const MOST_LEAKS = 3;
const MOST_STEPS = 12;
const MOST_CLASSES = 4;
const LONGEST_NAME = 80;
const IDENTIFIER = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u;
/** What could move the cursor of a terminal or break the line. */
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

/**
 * @param {any} report
 * @param {{ maxBytesPerIteration?: number, files: string[] }} options
 */
function tellFailure(report, { maxBytesPerIteration, files }) {
  const { leaks, grown, iterations, bytesPerIteration } = report;
  const lines = [];
  for (const leak of leaks.slice(0, MOST_LEAKS)) lines.push(...tellLeak(leak, iterations), '');
  if (leaks.length > MOST_LEAKS) lines.push(`and ${leaks.length - MOST_LEAKS} more leaks`, '');
  for (const { className, countDelta, most } of grown) {
    lines.push(`${className} has ${countDelta} objects more at the end than at the beginning; maxGrowth allows ${most}`, '');
  }
  if (maxBytesPerIteration !== undefined && bytesPerIteration > maxBytesPerIteration) {
    lines.push(`every iteration leaves ${bytes(bytesPerIteration)}; maxBytesPerIteration allows ${bytes(maxBytesPerIteration)}`, '');
  }
  lines.push(...tellMeasurement(report), ...tellFiles(files));
  return lines.join('\n');
}

/**
 * @param {import('..').Leak} leak
 * @param {number} [iterations]
 * @returns {string[]}
 */
function tellLeak(leak, iterations) {
  const { className, countGrowth, sizeGrowth, container, retainingPath, location, classes, fingerprint, advice } = leak;
  const place = location ? ` (${at(location)})` : '';
  const steps = countGrowth.map(signed).join(', ');
  const objects = sum(countGrowth);
  const runs = iterations === undefined ? undefined : iterations * countGrowth.length;
  const each = objects > 0 ? `, ${bytes(leak.retainedGrowth / objects)} each with what it holds` : '';
  const growth = objects <= 0
    ? `grows by ${bytes(sum(sizeGrowth) / (runs ?? sizeGrowth.length))} ${runs === undefined ? 'a step' : 'per iteration'}`
    : runs === undefined ? `leaks: ${steps} objects step by step${each}`
      : `leaks: ${signed(rounded(objects / runs))} per iteration (${steps} in rounds of ${iterations})${each}`;
  const rest = classes.filter((row) => row.className !== className && row.count > 0).slice(0, MOST_CLASSES);
  const { kind, known } = leak;
  const own = [container.location, ...[...retainingPath].reverse().map((step) => step.location)].find(isOwn);
  return [
    `${name(className)}${place} ${growth}`,
    `  It collects in ${holder(leak)}`,
    '  Kept alive by',
    ...path_(retainingPath, container.id).map((line) => `    ${line}`),
    ...(rest.length > 0 ? [`  With it came ${rest.map((row) => `${name(row.className)} ${signed(row.count)}`).join(', ')}`] : []),
    ...(kind === 'other' ? [] : [`  Kind: ${kind}`]),
    ...(known ? [`  Known: ${known.package} ${known.version ?? known.versions}: ${known.title} (${known.source})`] : []),
    `  What to do: ${known?.advice ?? advice}${own ? ` Look at ${at(own)}` : ''}`,
    `  If this is as it should be: ignore: ['${fingerprint}']`,
  ];
}

/** @param {import('..').Leak} leak */
function holder({ container, retainingPath }) {
  const position = retainingPath.findIndex((step) => step.id === container.id);
  const owner = position > 0 ? retainingPath[position - 1] : undefined;
  const edge = reference(container.edge);
  const through = edge === '' ? '' : owner && /^[.[]/.test(edge) ? `${name(owner.name)}${edge}: ` : `${edge}: `;
  return `${through}${name(container.name)}${container.location ? ` at ${at(container.location)}` : ''}`;
}

/**
 * @param {Array<import('..').PathStep & { cut?: true }>} steps
 * @param {number} [container] id of the step to mark
 * @returns {string[]} a line for each step that says something
 */
function path_(steps, container) {
  const lines = steps.flatMap((step, position) => {
    const marks = [...(step.id === container ? ['grows here'] : []), ...(step.cut ? ['cut here'] : [])];
    const mark = marks.length > 0 ? `   <- ${marks.join(', ')}` : '';
    const edge = position === 0 || /^-?\d+$/.test(step.edge) && position < 3 ? '' : reference(step.edge);
    const place = step.location ? `  ${at(step.location)}` : '';
    return position === 0 && step.name === '' ? [] : [`${edge === '' ? '' : `${edge} → `}${name(step.name)}${place}${mark}`];
  });
  if (lines.length <= MOST_STEPS) return lines;
  const half = MOST_STEPS / 2;
  return [...lines.slice(0, half), `… ${lines.length - MOST_STEPS} more steps`, ...lines.slice(-half)];
}

/** @param {any} report */
function tellMeasurement({ process: where, iterations, warmup, snapshots, ignored, durationMs }) {
  const place = where === 'child' ? 'in a quiet child process' : 'in this process, with V8 kept from optimising meanwhile';
  return [
    `Measured ${place}: ${warmup} x ${iterations} runs to warm up, then ${iterations} before each further one of ${snapshots} snapshots; `
    + `${(durationMs / 1000).toFixed(1)} s${ignored > 0 ? `; ${ignored} ignored` : ''}.`,
  ];
}

/** @param {string[]} files */
function tellFiles(files) {
  const shown = files.map((file) => {
    const relative = path.relative(process.cwd(), file);
    return relative.startsWith('..') ? file : relative;
  });
  return [`Snapshots: npx heaphound leaks ${shown.map((file) => (/\s/.test(file) ? JSON.stringify(file) : file)).join(' ')}`];
}

/** @param {import('..').SourceLocation} place */
function at({ original, ...own }) {
  const { file, line, column } = original ?? own;
  const plain = file.replace(/^file:\/\//, '');
  const relative = path.isAbsolute(plain) ? path.relative(process.cwd(), plain) : plain;
  return `${name(relative.startsWith('..') ? plain : relative, Infinity)}:${line}:${column}`;
}

/** @param {import('..').SourceLocation} [place] @returns {boolean} true for a place outside of Node.js */
function isOwn(place) {
  return place !== undefined && place.file !== '' && !place.file.startsWith('node:');
}

/** @param {string} edge as it would be written in code */
function reference(edge) {
  const text = name(edge);
  if (text === '' || /^[[(<]/.test(text)) return text;
  if (/^-?\d+$/.test(text)) return `[${text}]`;
  // A slot of the table behind a Map, a Set, an array or an object: nobody writes the table's name.
  const slot = /^(?:table|elements|properties)(\[-?\d+\])$/.exec(text);
  if (slot) return slot[1];
  return IDENTIFIER.test(text) ? `.${text}` : `["${text}"]`;
}

/** @param {string} text @param {number} [longest] */
function name(text, longest = LONGEST_NAME) {
  const harmless = text.replace(CONTROL, '·');
  return harmless.length > longest ? `${harmless.slice(0, longest)}…` : harmless;
}

/** @param {number} value */
function signed(value) {
  return value > 0 ? `+${value}` : String(value);
}

/** @param {number} value */
function rounded(value) {
  return Math.round(value * 100) / 100;
}

/** @param {number} value */
function bytes(value) {
  if (Math.abs(value) >= 1e6) return `${(value / 1e6).toFixed(1)} MB`;
  return Math.abs(value) >= 1e4 ? `${(value / 1e3).toFixed(1)} kB` : `${Math.round(value)} B`;
}

/** @param {number[]} values */
function sum(values) {
  return values.reduce((total, value) => total + value, 0);
}

module.exports = { tellFailure, tellLeak, tellPath: path_, tellPlace: at };
