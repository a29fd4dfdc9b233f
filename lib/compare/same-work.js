'use strict';

// Does a snapshot show that the program did the work by which a leak came about? A program that stands idle leaks
// nothing, with its fix and without.

const { prototypesNamed } = require('../../counts/in-snapshot');
const { isTelling } = require('./matched-leaks');
const { MOST_OF_FILES, functionsOf, functionsThatRan, isOfFile, isOwnFile } = require('./ran-functions');

/** The work is the same where at least this part of the functions ran: a fix changes some of them. */
const ENOUGH_RAN = 0.5;

/**
 * @typedef {object} Work
 * @property {boolean} isShown false: nothing shows that the work was done
 * @property {string} [doubt] why it is not shown, or not shown well; a clause without its full stop
 */

/**
 * @param {import('../..').Leak} leak of the first series, which the second one does not have
 * @param {{ before: import('../..').Snapshot, after: import('../..').Snapshot }} last the last snapshot of each series
 * @param {import('../..').WorkOptions} work
 * @returns {Promise<Work>}
 */
async function showsWork(leak, { before, after }, work) {
  const { className, location } = leak;
  // Classes of Node.js have objects and functions in an idle program too.
  const isOwn = isTelling(leak) && location !== undefined && isOwnFile(location.file);
  const file = isOwn ? location.file : undefined;
  if (isOwn) {
    if (await hasObjects(className, file, after, work)) return { isShown: true };
    const constructors = await functionsOf({ name: className, file }, after, work);
    if (constructors.some(({ hasMade }) => hasMade)) return { isShown: true };
    if (constructors.length > 0)
      return { isShown: false, doubt: `the second series has the class ${className}, and never made an object of it` };
  }
  const files = filesOf(leak);
  const [was, is] = [await functionsThatRan(files, before, work), await functionsThatRan(files, after, work)];
  const by = was.often > 0 ? 'often' : 'once';
  if (was[by] > 0) {
    const where = files.length === 0 ? 'the program' : files.map(baseOf).join(' and ');
    // Which functions are the first ones differs from heap to heap.
    const cut =
      was.isCut || is.isCut
        ? `there are more than ${MOST_OF_FILES} functions in ${where}, and no more were looked at`
        : undefined;
    if (is[by] >= was[by] * ENOUGH_RAN) {
      const noClass = isOwn ? `the second series has no class ${className} of ${baseOf(location.file)}` : undefined;
      const doubts = [noClass, cut].filter((doubt) => doubt !== undefined);
      return { isShown: true, ...(doubts.length > 0 && { doubt: doubts.join('; ') }) };
    }
    const ran = `of the ${was[by]} functions of ${where} that ran in the first series, ${is[by]} ran in the second one`;
    return { isShown: false, doubt: cut === undefined ? ran : `${ran} (${cut})` };
  }
  // No function has a place, as in a heap of Bun.
  if (isTelling(leak) && (await hasObjects(className, undefined, after, work)))
    return {
      isShown: true,
      doubt: `that the second series did the same work shows only in its objects of ${className}`,
    };
  return {
    isShown: false,
    doubt: `nothing shows whether the second series did the work by which ${className} piled up`,
  };
}

/** @param {string} file */
function baseOf(file) {
  return file.split(/[\\/]/).at(-1);
}

/**
 * @param {string} className
 * @param {string | undefined} file of the class
 * @param {import('../..').Snapshot} snapshot
 * @param {import('../..').WorkOptions} work
 */
async function hasObjects(className, file, snapshot, work) {
  const { classes } = await snapshot.summary(work);
  const nodes = classes
    .filter(({ name, location }) => name === className && isOfFile(location, file))
    .reduce((sum, { count }) => sum + count, 0);
  return nodes > 0 && nodes > (await prototypesNamed(className, snapshot, work)).size;
}

/**
 * The files of the program that the leak names.
 *
 * @param {import('../..').Leak} leak
 */
function filesOf({ location, container, responsible, retainingPath, allocationStack = [] }) {
  const places = [
    location,
    responsible.location,
    container.location,
    ...retainingPath.map((step) => step.location),
    ...allocationStack,
  ];
  return [...new Set(places.flatMap((place) => (place && isOwnFile(place.file) ? [place.file] : [])))];
}

module.exports = { showsWork };
