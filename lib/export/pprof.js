'use strict';

// What a snapshot holds, what leaks, or what was allocated, as a profile for pprof, speedscope and others.

const { findLeaks } = require('../compare/leaks');
const { PLACE } = require('../disk/place');
const { writePrivate } = require('../disk/private-file');
const { optionError, toError } = require('../errors');
const { withoutFolders } = require('../open/folder');
const { Snapshot, openSnapshot } = require('../open/snapshot');
const { OPEN, checkOptions, ofType } = require('../options');
const { encode } = require('./profile');

/** Boxes of the dominator tree, the largest: more than a flame graph can show. */
const MOST_BOXES = 2000;
/** A box that is smaller than this part of the heap is not drawn. */
const PARTS = 20_000;
const MOST_LEAKS = 100;

const OPTIONS = { ...OPEN, allocations: ofType('boolean'), out: PLACE.path };
/** @type {Record<string, import('./profile').SampleKind[]>} */
const KINDS = {
  retained: [
    { type: 'objects', unit: 'count' },
    { type: 'space', unit: 'bytes' },
  ],
  leaks: [
    { type: 'grown_objects', unit: 'count' },
    { type: 'grown_space', unit: 'bytes' },
  ],
  allocations: [
    { type: 'alloc_objects', unit: 'count' },
    { type: 'alloc_space', unit: 'bytes' },
    { type: 'inuse_objects', unit: 'count' },
    { type: 'inuse_space', unit: 'bytes' },
  ],
};
const REST = '(smaller ones)';

/**
 * @param {import('../..').SnapshotOrSource | import('../..').SnapshotOrSource[]} sources
 * @param {import('../..').ProfileOptions} [options]
 * @returns {Promise<import('../..').ExportedProfile>}
 */
async function exportProfile(sources, options) {
  const { allocations = false, out, ...opening } = checkOptions(options, OPTIONS);
  const given = withoutFolders(Array.isArray(sources) ? sources : [sources]);
  if (given.length === 0) throw optionError('sources', 'must be a snapshot, or several');
  if (given.length > 1 && allocations) throw optionError('allocations', 'takes one snapshot');
  const several = /** @type {import('../..').SnapshotOrSource[]} */ (given);
  const exported = await (given.length > 1 ? leaksOf(several, opening) : ofOne(several[0], opening, allocations));
  if (out !== undefined) await writeNew(out, exported.profile);
  return exported;
}

/**
 * @param {string} file
 * @param {Uint8Array} profile
 */
async function writeNew(file, profile) {
  try {
    await writePrivate(file, profile, { replace: false });
  } catch (cause) {
    if (/** @type {NodeJS.ErrnoException} */ (cause).code !== 'EEXIST') throw cause;
    const message = `${file} exists already; choose another name or remove it`;
    throw toError({ code: 'HEAPHOUND_ERR_EXISTS', message }, new Error('at'));
  }
}

/**
 * @param {import('../..').SnapshotOrSource} source
 * @param {import('../..').OpenOptions} opening
 * @param {boolean} allocations
 */
async function ofOne(source, opening, allocations) {
  const snapshot =
    source instanceof Snapshot ? source : await openSnapshot(/** @type {import('../..').Source} */ (source), opening);
  try {
    const work = { signal: opening.signal, onProgress: opening.onProgress };
    return await (allocations ? allocationsOf(snapshot, work) : retainedOf(snapshot, work));
  } finally {
    if (snapshot !== source) await snapshot.close();
  }
}

/**
 * The dominator tree by class: the sum of a frame and all above it is its retained size.
 *
 * @param {import('../..').Snapshot} snapshot
 * @param {import('../..').WorkOptions} work
 * @returns {Promise<import('../..').ExportedProfile>}
 */
async function retainedOf(snapshot, work) {
  const leastSize = Math.ceil(snapshot.info.totalSize / PARTS);
  const { box } = await snapshot.dominatorBoxes({ by: 'class', limit: MOST_BOXES, leastSize, ...work });
  const { classes } = await snapshot.summary(work);
  const locations = new Map(classes.map(({ key, location }) => [key, location]));
  /** @type {import('./profile').StackSample[]} */
  const samples = [];
  /** @param {import('../..').DominatorBox} one @param {import('./profile').Frame[]} outside */
  const visit = (one, outside) => {
    const { name, key, rest, count, ownSize, children } = one;
    const isOutermost = one === box;
    const frame = rest ? { name: REST } : { name, key, location: locations.get(key ?? '') };
    const stack = isOutermost ? [] : [frame, ...outside];
    if (!isOutermost && (ownSize > 0 || count > 0)) samples.push({ stack, values: [count, ownSize] });
    for (const child of children) visit(child, stack);
  };
  visit(box, []);
  return profileOf('retained', samples, snapshot.info, [
    'retained size by class: a frame holds the ones above it alone, so its cumulative value is what would be freed with it',
    `frames below 1/${PARTS} of the heap are ${REST}`,
  ]);
}

/**
 * @param {import('../..').SnapshotOrSource[]} sources
 * @param {import('../..').OpenOptions} opening
 * @returns {Promise<import('../..').ExportedProfile>}
 */
async function leaksOf(sources, opening) {
  const { leaks, leftOut = 0, verdict, snapshots } = await findLeaks(sources, { ...opening, limit: MOST_LEAKS });
  const samples = leaks.map((leak) => ({
    stack: stackOf(leak),
    values: [sum(leak.countGrowth), leak.retainedGrowth],
  }));
  const comments = [`growth of leaks by the path that holds them; verdict: ${verdict}`];
  if (leftOut > 0) comments.push(`${leftOut} smaller leaks are left out`);
  return { ...profileOf('leaks', samples, snapshots[snapshots.length - 1], comments), verdict };
}

/**
 * The way from the root to the container, and the class that collects there as the innermost frame.
 *
 * @param {import('../..').Leak} leak
 * @returns {import('./profile').Frame[]}
 */
function stackOf({ className, location, container, retainingPath }) {
  const steps = retainingPath.filter(({ leaking }) => leaking !== 'yes');
  const inside = steps.findIndex(({ id }) => id === container.id);
  const way = inside < 0 ? steps : steps.slice(0, inside + 1);
  const frames = way.map(({ reference, name, location: place }) => ({
    name: reference === '' ? name : `${reference} (${name})`,
    location: place,
  }));
  return [{ name: className, location }, ...frames.reverse()];
}

/**
 * @param {import('../..').Snapshot} snapshot
 * @param {import('../..').WorkOptions} work
 * @returns {Promise<import('../..').ExportedProfile>}
 */
async function allocationsOf(snapshot, work) {
  if (!snapshot.info.hasAllocations) {
    const what = 'needs a snapshot with recorded allocations, as trackAllocations() or DevTools record them';
    throw optionError('allocations', what);
  }
  const { functions } = await snapshot.allocations(work);
  const samples = functions.map(({ name, count, size, liveCount, liveSize, ...location }) => ({
    stack: [{ name, location }],
    values: [count, size, liveCount, liveSize],
  }));
  return profileOf('allocations', samples, snapshot.info, ['allocations by function, without the stacks']);
}

/**
 * @param {'retained' | 'leaks' | 'allocations'} kind
 * @param {import('./profile').StackSample[]} samples
 * @param {{ takenAt?: string, takenAtFrom?: string }} info
 * @param {string[]} comments
 * @returns {import('../..').ExportedProfile}
 */
function profileOf(kind, samples, { takenAt, takenAtFrom }, comments) {
  // The time of the file changes with each copy.
  const time = takenAtFrom === 'file' ? undefined : takenAt;
  const profile = encode({ kinds: KINDS[kind], samples, comments, takenAt: time });
  return { kind, sampleCount: samples.length, profile };
}

/** @param {number[]} numbers */
function sum(numbers) {
  return numbers.reduce((total, number) => total + number, 0);
}

module.exports = { exportProfile };
