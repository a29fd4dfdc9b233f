'use strict';

// Many captures of a serving process on each Node line, and captures that are broken on purpose: does the service
// notice?

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { setTimeout: sleep } = require('node:timers/promises');
const { openSnapshot } = require('..');
const { binaryOf, installedLines, versionOf } = require('./nodes');
const { start, ask } = require('./service-run');
const { valueOf } = require('./flags');

/** What is kept beside the service itself: a small heap is captured often. */
const MEGABYTES = 5;
/** Lines that take their turns at the same time. */
const AT_ONCE = 2;
const LOAD = { rate: 200, connections: 10 };
const CAPTURES = 200;
const FAULTS = 40;
/** Time for descriptors and processes of the last capture to go. */
const SETTLE_MS = 500;

/** @param {string[]} flags */
async function measure(flags) {
  const captures = Number(valueOf(flags, '--captures') ?? CAPTURES);
  const faults = Math.min(FAULTS, captures);
  const lines = installedLines();
  const results = [];
  for (let at = 0; at < lines.length; at += AT_ONCE) {
    const both = lines.slice(at, at + AT_ONCE).map(async (line) => {
      const node = binaryOf(line);
      return { good: await series(node, captures, whole), bad: await series(node, faults, broken) };
    });
    results.push(...(await Promise.all(both)));
  }
  return document(
    results.map(({ good }) => good),
    results.map(({ bad }) => bad),
  );
}

/**
 * One process that is captured again and again while it serves.
 *
 * @param {string} node
 * @param {number} count
 * @param {(service: any, file: string, index: number) => Promise<any>} once
 */
async function series(node, count, once) {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'heaphound-bench-'));
  const service = await start(MEGABYTES, node);
  try {
    const load = ask(service, LOAD);
    const before = state(service.pid);
    /** @type {Map<string, number>} */
    const outcomes = new Map();
    let tries = 0;
    let complete = 0;
    let undecided = 0;
    for (let index = 0; index < count; index += 1) {
      const file = path.join(directory, `${index}.heapsnapshot.zst`);
      const result = await once(service, file, index);
      const outcome = result.failed === undefined ? result.mode : (result.code ?? result.failed);
      outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      tries = Math.max(tries, result.tries ?? 0);
      if (result.failed !== undefined && result.code === undefined) undecided += 1;
      if (fs.existsSync(file) && (await isComplete(file, result))) complete += 1;
      for (const name of fs.readdirSync(directory)) fs.rmSync(path.join(directory, name));
    }
    await sleep(SETTLE_MS);
    const after = state(service.pid);
    const asked = await load.stop();
    const version = versionOf(node);
    const result = { version, count, outcomes, complete, tries, undecided, before, after, ...asked };
    console.log(JSON.stringify({ ...result, outcomes: [...outcomes] }));
    return result;
  } finally {
    await service.stop();
    fs.rmSync(directory, { recursive: true, force: true });
  }
}

/** A capture that nothing disturbs. */
function whole(service, file) {
  return service.take('fork', file);
}

/** A capture whose copy is killed at some moment, or stopped until nobody waits for it any more. */
async function broken(service, file, index) {
  const taking = service.take('fork', file);
  let over = false;
  void taking.then(() => (over = true));
  // Moments from the first milliseconds on, spread over the time of a capture.
  await sleep((index * 37) % 700);
  while (!over) {
    for (const child of state(service.pid).children) {
      try {
        process.kill(child, 'SIGKILL');
      } catch {
        // It has ended by itself.
      }
    }
    await sleep(5);
  }
  return taking;
}

async function isComplete(file, { nodeCount }) {
  const snapshot = await openSnapshot(file);
  try {
    return nodeCount === undefined || snapshot.info.nodeCount === nodeCount;
  } finally {
    snapshot.close();
  }
}

/** Open descriptors, children (zombies included) and threads of a process. */
function state(pid) {
  const children = fs
    .readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((other) => parent(other) === pid);
  const links = fs.readdirSync(`/proc/${pid}/fd`).map((name) => readLink(`/proc/${pid}/fd/${name}`));
  // Connections of the load come and go.
  return { descriptors: links.filter((link) => !link.startsWith('socket:')).length, children };
}

function readLink(link) {
  try {
    return fs.readlinkSync(link);
  } catch {
    return 'socket:';
  }
}

function parent(pid) {
  try {
    const stat = fs.readFileSync(`/proc/${pid}/stat`, 'utf8');
    return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
  } catch {
    return undefined;
  }
}

function document(good, bad) {
  const listed = (outcomes) => [...outcomes].map(([name, count]) => `${count} ${name}`).join(', ');
  const left = ({ before, after }) =>
    `${after.descriptors - before.descriptors} descriptors, ${after.children.length - before.children.length} processes`;
  const rows = (series) =>
    series.map(
      (one) =>
        `| ${one.version} | ${one.count} | ${listed(one.outcomes)} | ${one.complete} | ${one.tries} | ${one.lost} of ${one.requests + one.lost} | ${left(one)} |`,
    );
  const head = [
    '| Node | captures | outcome | complete files | most tries | lost requests | left behind |',
    '|---|--:|---|--:|--:|--:|---|',
  ];
  return [
    `A service under load (${LOAD.rate} requests a second) is captured again and again by a fork, without a pause between, ${AT_ONCE} services at the same time; every file is opened and its nodes are counted.`,
    '',
    ...head,
    ...rows(good),
    '',
    'The same while every copy of the process is killed, at moments spread over the time of a capture. A file is there only when the capture was over before.',
    '',
    ...head,
    ...rows(bad),
  ];
}

module.exports = { title: 'Captures under load, whole and broken', measure };
