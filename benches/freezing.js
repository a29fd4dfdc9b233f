'use strict';

// What a frozen image costs a serving process, beside a snapshot: pause, latency, processor, memory of the container;
// whether it succeeds where the container is nearly full; and what the thaw costs elsewhere. The service is in a
// control group of its own (version 1, which has to be mounted and ours to write).

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { execFile } = require('node:child_process');
const { setTimeout: sleep } = require('node:timers/promises');
const { promisify } = require('node:util');
const { thawImage } = require('..');
const { start, ask } = require('./service-run');
const { bytes, ms, ratio, seconds } = require('./document');
const { middle } = require('./measure');
const { valueOf } = require('./flags');

const run = promisify(execFile);
const CLI = path.join(__dirname, '..', 'cli', 'main.js');
const GROUPS = { memory: '/sys/fs/cgroup/memory', cpuacct: '/sys/fs/cgroup/cpuacct' };
const SIZES = [50, 120, 300];
const LARGE = 1000;
const LOAD = { rate: 300, connections: 10 };
/** The load runs this long before the capture, and after it. */
const AROUND_MS = 1000;
/** How often the memory of the group is looked at. */
const SAMPLE_MS = 10;
const NAMES = {
  plain: '`v8.writeHeapSnapshot`',
  fork: 'snapshot, `fork`',
  freeze: 'image, `freeze`',
  outside: 'image, `freeze --pid`',
};
const IMAGES = ['freeze', 'outside'];
/** A control group leaves this much beside what the service has. */
const TIGHT = 1.2;
const TIGHT_RUNS = 50;
const WARM_UP_MS = 8000;

/** @param {string[]} flags */
async function measure(flags) {
  const sizes =
    valueOf(flags, '--sizes')?.split(',').map(Number) ?? (flags.includes('--large') ? [...SIZES, LARGE] : SIZES);
  const runs = Number(valueOf(flags, '--runs') ?? 3);
  const tightRuns = Number(valueOf(flags, '--tight') ?? TIGHT_RUNS);
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'heaphound-bench-'));
  const rows = [];
  const tight = [];
  try {
    for (const size of sizes) {
      for (const way of Object.keys(NAMES)) rows.push(await median(size, way, size === LARGE ? 1 : runs, directory));
      tight.push(await inTightGroup(size, tightRuns, directory));
    }
  } finally {
    fs.rmSync(directory, { recursive: true, force: true });
  }
  return document(rows, tight, runs);
}

/** @param {number} size @param {string} way @param {number} runs @param {string} directory */
async function median(size, way, runs, directory) {
  const taken = [];
  for (let turn = 0; turn < runs; turn += 1) {
    const one = await once(size, way, directory);
    console.log(`${size} MB, ${way}: ${JSON.stringify(one)}`);
    taken.push(one);
  }
  const middleOf = (/** @type {string} */ field) => middle(taken.map((one) => one[field]));
  return { size, way, ...Object.fromEntries(Object.keys(taken[0]).map((field) => [field, middleOf(field)])) };
}

/** @param {number} size @param {string} way @param {string} directory @returns {Promise<any>} */
async function once(size, way, directory) {
  const file = path.join(directory, way);
  const group = makeGroup();
  const service = await start(size, group.node);
  try {
    const load = ask(service, LOAD);
    await sleep(AROUND_MS);
    const [used, since] = [group.processorMs(), performance.now()];
    await sleep(AROUND_MS);
    const rate = (group.processorMs() - used) / (performance.now() - since);
    const level = group.memoryBytes();
    const peak = group.peak();
    const [before, began] = [group.processorMs(), performance.now()];
    const result = await take(service, way, file, group);
    const tookMs = performance.now() - began;
    const processorMs = group.processorMs() - before - rate * tookMs;
    const most = peak();
    await sleep(AROUND_MS);
    const { p99Ms, maxMs, lost, requests } = await load.stop();
    if (result.failed !== undefined) throw new Error(result.failed);
    const stored = fs.statSync(file).size;
    const thawed = IMAGES.includes(way) ? await thawImage(file, { path: `${file}.heapsnapshot.zst` }) : undefined;
    const { durationMs: thawMs = 0 } = thawed ?? {};
    return {
      level,
      pauseMs: result.pauseMs,
      tookMs,
      processorMs: Math.max(processorMs, 0),
      extra: most - level,
      p99Ms,
      maxMs,
      lost,
      requests,
      stored,
      thawMs,
    };
  } finally {
    await service.stop();
    for (const name of fs.readdirSync(directory)) fs.rmSync(path.join(directory, name));
    group.remove();
  }
}

/** @param {import('./service-run').Service} service @param {string} way @param {string} file @param {Group} group */
async function take(service, way, file, group) {
  if (way !== 'outside') return service.take(way, file);
  // From another process: this one is the parent of the service. It counts, as a sidecar would.
  const { stdout } = await run(group.node, [CLI, 'freeze', '--pid', String(service.pid), '--out', file, '--json']);
  return JSON.parse(stdout);
}

/** @param {number} size @param {number} runs @param {string} directory */
async function inTightGroup(size, runs, directory) {
  const group = makeGroup();
  const service = await start(size, group.node);
  const file = path.join(directory, 'tight');
  const outcome = { size, limit: 0, resident: 0, runs, freeze: 0, outside: 0, fork: '', alive: false };
  try {
    const load = ask(service, LOAD);
    // The heap of a service that has just begun still grows.
    const most = group.peak();
    await sleep(WARM_UP_MS);
    outcome.resident = most();
    outcome.limit = Math.ceil((outcome.resident * TIGHT) / 4096) * 4096;
    group.limit(outcome.limit);
    const forked = await service.take('fork', file);
    outcome.fork = forked.failed === undefined ? 'taken' : forked.code;
    fs.rmSync(file, { force: true });
    for (let turn = 0; turn < runs; turn += 1) {
      for (const way of IMAGES) {
        // The command runs on the host, which has memory of its own.
        const node = way === 'outside' ? { ...group, node: process.execPath } : group;
        const taken = await take(service, way, file, node).catch((error) => ({ failed: String(error) }));
        if (taken.failed === undefined) outcome[way] += 1;
        else console.log(`${size} MB, ${way}, in a tight group: ${taken.failed}`);
        fs.rmSync(file, { force: true });
      }
    }
    const { lost } = await load.stop();
    outcome.alive = lost === 0;
  } finally {
    await service.stop().catch(() => {});
    group.remove();
  }
  console.log(JSON.stringify(outcome));
  return outcome;
}

/** @typedef {ReturnType<typeof makeGroup>} Group */

/** A control group, and a program that begins Node.js in it. */
function makeGroup() {
  const name = `heaphound-bench-${process.pid}`;
  const folders = Object.values(GROUPS).map((root) => path.join(root, name));
  folders.forEach((folder) => fs.mkdirSync(folder, { recursive: true }));
  const [memory, processor] = folders;
  const node = path.join(os.tmpdir(), `${name}.sh`);
  const enter = folders.map((folder) => `echo $$ > ${folder}/cgroup.procs`).join('\n');
  fs.writeFileSync(node, `#!/bin/sh\n${enter}\nexec ${process.execPath} "$@"\n`, { mode: 0o700 });
  const memoryBytes = () => {
    // What can be given back at any time, the pages of files, is not counted.
    const [, rss] = /^total_rss (\d+)$/m.exec(fs.readFileSync(path.join(memory, 'memory.stat'), 'utf8')) ?? [];
    return Number(rss);
  };
  return {
    node,
    memoryBytes,
    processorMs: () => Number(fs.readFileSync(path.join(processor, 'cpuacct.usage'), 'utf8')) / 1e6,
    /** @param {number} limit */
    limit: (limit) => fs.writeFileSync(path.join(memory, 'memory.limit_in_bytes'), String(limit)),
    peak() {
      let most = memoryBytes();
      const timer = setInterval(() => {
        most = Math.max(most, memoryBytes());
      }, SAMPLE_MS);
      return () => {
        clearInterval(timer);
        return most;
      };
    },
    remove() {
      fs.rmSync(node, { force: true });
      folders.forEach((folder) => fs.rmdirSync(folder));
    },
  };
}

/** @param {any[]} rows @param {any[]} tight @param {number} runs */
function document(rows, tight, runs) {
  const of = (/** @type {number} */ size, /** @type {string} */ way) =>
    rows.find((row) => row.size === size && row.way === way);
  return [
    `A Fastify service with a heap of small objects (\`benches/service.js\`) in a control group of its own answers ${LOAD.rate} requests a second; each run is a process of its own, the median of ${runs} runs. ` +
      '*Processor*: of the group, without what the requests take; the command of `freeze --pid` counts. *Extra memory*: the highest resident memory of the group above its level before, pages of files left out. *Thaw*: the image becomes a compressed snapshot, in another process.',
    '',
    '| heap | way | pause | p99 | slowest request | lost | processor | extra memory | whole | on disk | thaw |',
    '|--:|---|--:|--:|--:|--:|--:|--:|--:|--:|--:|',
    ...rows.map(
      (row) =>
        `| ${row.size} MB | ${NAMES[row.way]} | ${ms(row.pauseMs)} | ${ms(row.p99Ms)} | ${ms(row.maxMs)} | ${row.lost} of ${row.requests + row.lost} | ${seconds(row.processorMs)} | ${bytes(row.extra)} | ${seconds(row.tookMs)} | ${bytes(row.stored)} | ${row.thawMs > 0 ? seconds(row.thawMs) : ''} |`,
    ),
    '',
    `Against the aims. *In a full container*: ${tight[0]?.runs} images each way in a control group whose limit is ${TIGHT} times the resident memory, under the same load.`,
    '',
    '| heap | way | processor, `writeHeapSnapshot` ÷ image (aim: 20) | extra memory (aim: 64 MB and the changed pages) | resident ÷ image (aim: 5) | thaw, above `writeHeapSnapshot` for each GB of the process (aim: 2 s) | in a full container | `fork` there |',
    '|--:|---|--:|--:|--:|--:|--:|---|',
    ...tight.flatMap((one) =>
      IMAGES.map((way) => {
        const [row, plain] = [of(one.size, way), of(one.size, 'plain')];
        const above = (row.thawMs - plain.tookMs) / 1000 / (row.level / 1e9);
        return `| ${one.size} MB | ${NAMES[way]} | ${ratio(plain.processorMs / row.processorMs)} | ${bytes(row.extra)} | ${ratio(row.level / row.stored)} | ${above.toFixed(1)} s | ${one[way]} of ${one.runs}${one.alive ? ', no request lost' : ''} | ${one.fork === 'taken' ? 'taken' : `refused (\`${one.fork}\`)`} |`;
      }),
    ),
  ];
}

module.exports = { title: 'A frozen image of a serving process', measure };
