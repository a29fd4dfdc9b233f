'use strict';

// Adds to the places of leaks the lines of their sources.

const { misfit } = require('./fitting');
const { cutAround } = require('../../words/source-line');

/** @typedef {import('../..').SourceLocation} SourceLocation */
/** Lines of the text that a source map brings. @typedef {{ first: number, lines: string[] }} MapLines */
/** @typedef {{ place: SourceLocation, name?: string }} Named the function or class at the place */

/** Columns of a line in a document. */
const LONGEST_LINE = 400;

/**
 * @param {import('../..').Leak[]} leaks
 * @param {{ texts: import('./file-text').FileTexts, around: number, takenAt?: string }} options `around`: lines on each
 *   side; `takenAt`: of the last snapshot
 */
async function addSources(leaks, { texts, around, takenAt }) {
  const takenAtMs = takenAt === undefined ? NaN : Date.parse(takenAt);
  for (const { place, name } of leaks.flatMap(placesOf)) {
    const mapLines = takeMapLines(place);
    if (place.source !== undefined || place.noSource !== undefined || place.unmapped || place.line < 1) continue;
    const found = await sourceOf(place, { texts, around, takenAtMs, name, mapLines });
    Object.assign(place, typeof found === 'string' ? { noSource: found } : found && { source: found });
  }
}

/**
 * @param {SourceLocation} place
 * @param {{ texts: import('./file-text').FileTexts, around: number, takenAtMs: number, name?: string, mapLines?:
 *   MapLines }} options
 * @returns {Promise<import('../..').SourceText | string | undefined>} a text says why there is none; undefined when the
 *   file is not at hand
 */
async function sourceOf(place, { texts, around, takenAtMs, name, mapLines }) {
  const { original } = place;
  if (original === undefined) {
    const text = await texts.read(place.file);
    if (text === undefined) return undefined;
    return misfit(text, place, { name, takenAtMs }) ?? linesAround(text.lines, place, around);
  }
  // The map has the text of the build, and so has the file that it names. A later build may have another text.
  const built = await texts.read(place.file);
  if (built !== undefined && !(built.changedAtMs <= takenAtMs)) return 'the built file was written after the snapshot';
  if (mapLines !== undefined) {
    const lines = [...Array(mapLines.first - 1).fill(''), ...mapLines.lines];
    return linesAround(lines, original, around, mapLines.first);
  }
  const text = await texts.read(original.file);
  if (text === undefined) return undefined;
  if (text.lines[original.line - 1] === undefined) return 'the file has no such line any more';
  if (built === undefined) return 'the built file is not at hand, so nobody knows whether this is its source';
  return text.changedAtMs > built.changedAtMs
    ? 'the file was written after it was built'
    : linesAround(text.lines, original, around);
}

/**
 * @param {string[]} lines
 * @param {import('../..').SourcePosition} place
 * @param {number} around
 * @param {number} [least] number of the first line that there is
 * @returns {import('../..').SourceText}
 */
function linesAround(lines, { line, column }, around, least = 1) {
  const first = Math.max(line - around, least);
  const shown = cutAround(lines[line - 1], column, LONGEST_LINE);
  const cut = (/** @type {string} */ text) => cutAround(text, 1, LONGEST_LINE).text;
  return {
    line,
    column: shown.column,
    text: shown.text,
    ...(around > 0 && {
      before: lines.slice(first - 1, line - 1).map(cut),
      after: lines.slice(line, line + around).map(cut),
    }),
  };
}

/**
 * The places of a leak, with the name that stands at each.
 *
 * @param {import('../..').Leak} leak
 * @returns {Named[]}
 */
function placesOf(leak) {
  const { className, location, container, retainingPath, detail, allocationStack = [] } = leak;
  const { responsible } = /** @type {{ responsible?: import('./called').Responsible }} */ (leak);
  return [
    { place: location, name: className },
    { place: container.location, name: nameAt(container.location, retainingPath) },
    ...retainingPath.map((step) => ({ place: step.location, name: step.name })),
    { place: detail?.location, name: detail?.function },
    ...allocationStack.map((frame) => ({ place: frame, name: frame.name })),
    { place: responsible?.location, name: nameAt(responsible?.location, retainingPath) },
  ].flatMap(({ place, name }) => (place?.file ? [{ place, name }] : []));
}

/**
 * A container without a place has the place of a step above, and the name of that step stands there.
 *
 * @param {SourceLocation | undefined} place
 * @param {import('../..').LeakStep[]} path
 */
function nameAt(place, path) {
  const isHere = (/** @type {SourceLocation | undefined} */ one) =>
    one?.file === place?.file && one?.line === place?.line && one?.column === place?.column;
  return place && path.find((step) => isHere(step.location))?.name;
}

/**
 * The lines that the engine found in a map; they are no member of a place.
 *
 * @param {SourceLocation} place
 * @returns {MapLines | undefined}
 */
function takeMapLines({ original }) {
  if (original === undefined || !('lines' in original)) return undefined;
  const { lines } = /** @type {{ lines?: MapLines }} */ (original);
  delete (/** @type {{ lines?: MapLines }} */ (original).lines);
  return lines;
}

module.exports = { addSources, linesAround };
