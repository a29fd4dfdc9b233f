'use strict';

// Which steps of a leak's path are worth their line, where there is no room for all.

/**
 * The positions, in the order of their worth: the growing object, the cut, the step in own code, the objects that it
 * gains, the ends of the stretch between, and the steps above the container.
 *
 * @param {Pick<import('..').Leak, 'container'> & { retainingPath: { id: number, cut?: true }[], responsible:
 *   import('..').Leak['responsible'] | undefined }} leak or a suspect
 * @param {number} most lines; each stretch that is left out takes one
 * @returns {Set<number>}
 */
function shownSteps({ retainingPath: path, container: { id }, responsible }, most) {
  const last = path.length - 1;
  const container = Math.max(
    path.findIndex((step) => step.id === id),
    0,
  );
  const ownStep = responsible?.evidence === 'path' ? responsible.step : undefined;
  const own = path.findIndex((step) => step.id === ownStep);
  const wanted = [container, path.findIndex((step) => step.cut), own, last, container - 1, container + 1, last - 1];
  for (let at = container + 2; at < last - 1; at += 1) wanted.push(at);
  for (let at = container - 2; at >= 0; at -= 1) wanted.push(at);
  /** @type {Set<number>} */
  const shown = new Set();
  for (const at of wanted) {
    if (at < 0 || at > last || shown.has(at)) continue;
    shown.add(at);
    if (linesOf(shown, last) > most) shown.delete(at);
  }
  // A gap takes a line too, so that a step between two that are shown costs nothing.
  for (let at = 1; at < last; at += 1) if (shown.has(at - 1) && shown.has(at + 1)) shown.add(at);
  return shown;
}

/**
 * Lines of so many steps, with one for each gap.
 *
 * @param {Set<number>} shown
 * @param {number} last
 */
function linesOf(shown, last) {
  let lines = shown.size;
  for (let at = 0; at <= last; at += 1) {
    if (!shown.has(at) && (at === 0 || shown.has(at - 1))) lines += 1;
  }
  return lines;
}

module.exports = { shownSteps };
