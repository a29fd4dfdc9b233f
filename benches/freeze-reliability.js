'use strict';

// Many images of a serving process on each Node line, from within and from outside. Each is thawed; its verdict has to
// be that of a forked capture right after it, and the verdict on three images that on the three forked captures.
// Options: `--images 100`, `--lines 20,22`, `--results FILE` (a run goes on where the last one was ended).

const { execFile } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { promisify } = require('node:util');
const { findLeaks, findSuspects, openSnapshot, thawImage } = require('..');
const { valueOf } = require('./flags');
const { keptResults } = require('./kept-results');
const { binaryOf, installedLines, versionOf } = require('./nodes');
const { settledState, stateOf } = require('./process-state');
const { ask, start } = require('./service-run');

const run = promisify(execFile);
const CLI = path.join(__dirname, '..', 'cli', 'main.js');
const SERVICE = path.join(__dirname, 'leaking-service.js');
const WAYS = { freeze: '`freeze`', outside: '`freeze --pid`' };
const MEGABYTES = 10;
const LOAD = { rate: 100, connections: 5 };
const IMAGES = 100;
/** A search for growth takes so many. */
const SERIES = 3;
/** Of one process: its heap grows all the time. */
const SERIES_OF_PROCESS = 6;
/** On a machine that is busy a thread may stop too late. */
const TRIES = 10;

/**
 * `tries`: how often it was taken; a freeze that says that it should be tried again is. `isWhole`: the snapshot has as
 * many sessions as the service had. `verdicts`: of the image and of the forked capture, where they differ.
 *
 * @typedef {object} One
 * @property {string} line
 * @property {string} way
 * @property {number} tries
 * @property {string} [failed]
 * @property {boolean} isWhole
 * @property {boolean} isSameVerdict
 * @property {string[]} [verdicts]
 * @typedef {{ line: string, way: string, images: One[], isSameGrowth: boolean, lost: number, requests: number, left: string[] }} Series
 */

/** @typedef {{ image: string, forked: string, least: number, most: number, tries: number, failed?: string }} Taken */

/** @param {string[]} flags */
async function measure(flags) {
  const images = Number(valueOf(flags, '--images') ?? IMAGES);
  const lines = valueOf(flags, '--lines')?.split(',') ?? installedLines();
  const { results, add } = /** @type {ReturnType<typeof keptResults<Series>>} */ (keptResults(flags));
  const wanted = Math.ceil(images / SERIES);
  const countOf = (/** @type {string} */ line, /** @type {string} */ way) =>
    results.filter((series) => series.line === line && series.way === way).length;
  // Turn by turn, so that a run that is ended early has some of each.
  for (let turn = SERIES_OF_PROCESS; turn < wanted + SERIES_OF_PROCESS; turn += SERIES_OF_PROCESS)
    for (const line of lines)
      for (const way of Object.keys(WAYS)) {
        const missing = Math.min(turn, wanted) - countOf(line, way);
        if (missing > 0) await ofOneProcess(line, way, missing, add);
      }
  return document(results);
}

/**
 * @param {string} line
 * @param {string} way
 * @param {number} count
 * @param {(series: Series) => void} add
 */
async function ofOneProcess(line, way, count, add) {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'heaphound-bench-'));
  const service = await start(MEGABYTES, binaryOf(line), SERVICE);
  try {
    // The first fork makes what stays.
    await service.take('fork', path.join(directory, 'first'));
    for (const name of fs.readdirSync(directory)) fs.rmSync(path.join(directory, name));
    for (let turn = 0; turn < count; turn += 1) {
      const before = stateOf(service.pid);
      const series = await takeSeries(service, line, way, directory, before);
      console.log(JSON.stringify(series));
      add(series);
      for (const name of fs.readdirSync(directory)) fs.rmSync(path.join(directory, name), { recursive: true });
    }
  } finally {
    await service.stop();
    fs.rmSync(directory, { recursive: true, force: true });
  }
}

/**
 * @param {import('./service-run').Service} service
 * @param {string} line
 * @param {string} way
 * @param {string} directory
 * @param {ReturnType<typeof stateOf>} before
 * @returns {Promise<Series>}
 */
async function takeSeries(service, line, way, directory, before) {
  const load = ask(service, LOAD);
  /** @type {Taken[]} */
  const taken = [];
  for (let index = 0; index < SERIES; index += 1) {
    const image = path.join(directory, `${index}.frozen`);
    const forked = path.join(directory, `${index}.heapsnapshot.zst`);
    const { sessions: least } = await service.take('nothing', '');
    let frozen = await take(service, way, image);
    let tries = 1;
    for (; tries < TRIES && /try again/.test(frozen.failed ?? ''); tries += 1) frozen = await take(service, way, image);
    const { sessions: most } = await service.take('nothing', '');
    const { failed } = await service.take('fork', forked);
    if (failed !== undefined) throw new Error(`the forked capture failed: ${failed}`);
    taken.push({ image, forked, least, most, tries, failed: frozen.failed });
  }
  const { lost, requests } = await load.stop();
  const after = await settledState(service.pid, before);
  const files = taken.flatMap(({ image, forked, failed }) => [
    ...(failed === undefined ? [image] : []),
    forked,
    `${forked}.json`,
    `${forked}.ids`,
  ]);
  const names = fs.readdirSync(directory).map((name) => path.join(directory, name));
  const left = [
    ...names.filter((name) => !files.includes(name)).map((name) => path.basename(name)),
    ...after.differencesFrom(before),
  ];
  const images = [];
  for (const one of taken) images.push({ line, way, ...(await judge(one)) });
  const isThawed = images.every(({ failed }) => failed === undefined);
  const isSameGrowth =
    isThawed && (await growth(taken.map(thawedOf))) === (await growth(taken.map((one) => one.forked)));
  return { line, way, images, isSameGrowth, lost, requests, left };
}

/** @param {import('./service-run').Service} service @param {string} way @param {string} file */
async function take(service, way, file) {
  if (way !== 'outside') return service.take(way, file);
  // From another process: this one is the parent of the service.
  const command = [CLI, 'freeze', '--pid', String(service.pid), '--out', file, '--json'];
  return run(process.execPath, command).catch((error) => ({ failed: error.stderr ?? String(error) }));
}

/** @param {Taken} one */
async function judge(one) {
  const { tries } = one;
  if (one.failed !== undefined) return { tries, failed: one.failed, isWhole: false, isSameVerdict: false };
  try {
    await thawImage(one.image, { path: thawedOf(one), timeoutMs: 120_000 });
  } catch (error) {
    return { tries, failed: `${error.code}: ${error.message}`, isWhole: false, isSameVerdict: false };
  }
  const sessions = await sessionsIn(thawedOf(one));
  const isWhole = sessions >= one.least && sessions <= one.most;
  const verdicts = [await suspects(thawedOf(one)), await suspects(one.forked)];
  const isSameVerdict = verdicts[0] === verdicts[1];
  return { tries, isWhole, isSameVerdict, ...(!isSameVerdict && { verdicts }) };
}

/** @param {{ image: string }} one */
function thawedOf({ image }) {
  return `${image}.heapsnapshot.zst`;
}

/** @param {string} file */
async function sessionsIn(file) {
  const snapshot = await openSnapshot(file);
  try {
    const { classes } = await snapshot.summary({ limit: 10_000 });
    return classes.find(({ name }) => name === 'Session')?.count ?? 0;
  } finally {
    await snapshot.close();
  }
}

/** What one snapshot is suspected of. @param {string} file */
async function suspects(file) {
  const { suspects } = await findSuspects(file);
  return verdictOf(suspects);
}

/** @param {string[]} files */
async function growth(files) {
  const { leaks } = await findLeaks(files);
  return verdictOf(leaks);
}

/** @param {(import('..').Suspect | import('..').Leak)[]} found */
function verdictOf(found) {
  return JSON.stringify(
    found.map(({ className, kind, container }) => ({
      className,
      kind,
      edge: container?.edge,
      name: container?.name,
      file: container?.location?.file,
      line: container?.location?.line,
    })),
  );
}

/** @param {Series[]} all */
function document(all) {
  const lines = [...new Set(all.map(({ line }) => line))].sort();
  const rows = lines.flatMap((line) =>
    Object.keys(WAYS).map((way) => {
      const some = all.filter((series) => series.line === line && series.way === way);
      const images = some.flatMap((series) => series.images);
      const count = (/** @type {(one: One) => boolean} */ is) => images.filter(is).length;
      const sum = (/** @type {(series: Series) => number} */ of) =>
        some.reduce((total, series) => total + of(series), 0);
      const cells = [
        versionOf(binaryOf(line)),
        WAYS[way],
        images.length,
        images.reduce((total, { tries }) => total + tries - 1, 0),
        count(({ failed }) => failed === undefined),
        count(({ isWhole }) => isWhole),
        count(({ isSameVerdict }) => isSameVerdict),
        `${some.filter(({ isSameGrowth }) => isSameGrowth).length} of ${some.length}`,
        `${sum(({ lost }) => lost)} of ${sum(({ lost, requests }) => lost + requests)}`,
        sum(({ left }) => left.length),
        reasonsOf(images),
      ];
      return `| ${cells.join(' | ')} |`;
    }),
  );
  return [
    `A server that leaks sessions answers ${LOAD.rate} requests a second (\`benches/leaking-service.js\`). An image and a forked capture are taken of it, one after the other, again and again. *Taken again*: refused with the advice to try again, on a machine that was busy. *Whole*: the snapshot of the image has as many sessions as the server had. *Same suspects*: \`findSuspects\` says the same of the image and of the forked capture: class, kind, container and line. The forked capture is some tenths of a second younger, in which a class may become large enough to be a suspect. *Same leaks*: \`findLeaks\` says the same of ${SERIES} images and of ${SERIES} forked captures. *Left behind*: processes, threads, open files and files that were not there before.`,
    '',
    '| Node | way | images | taken again | thawed | whole | same suspects | same leaks | lost requests | left behind | the others say |',
    '|---|---|--:|--:|--:|--:|--:|--:|--:|--:|---|',
    ...rows,
  ];
}

/** @param {One[]} images */
function reasonsOf(images) {
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (const { failed } of images) if (failed !== undefined) counts.set(failed, (counts.get(failed) ?? 0) + 1);
  return [...counts].map(([reason, count]) => `${count}: ${reason.replaceAll('|', '/').trim()}`).join('; ');
}

module.exports = { title: 'Frozen images under load', measure };
