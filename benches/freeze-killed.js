'use strict';

// `heaphound freeze --pid` is killed at random moments while the process serves: does the process notice, and what is
// left? Options: `--kills 100`, `--lines 20,22`, `--results FILE` (a run goes on where the last one was ended).

const { spawn } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { setTimeout: sleep } = require('node:timers/promises');
const { memoryOfImage, thawImage } = require('..');
const { ms } = require('./document');
const { valueOf } = require('./flags');
const { keptResults } = require('./kept-results');
const { middle } = require('./measure');
const { binaryOf, installedLines, versionOf } = require('./nodes');
const { settledState, stateOf } = require('./process-state');
const { ask, start } = require('./service-run');

const FREEZER = path.join(__dirname, '..', '__test__', 'fixtures', 'freeze-outside.js');
const SERVICE = path.join(__dirname, 'leaking-service.js');
const MEGABYTES = 10;
const LOAD = { rate: 100, connections: 5 };
const KILLS = 100;
/** Of one process. */
const AT_ONCE = 25;
const WHOLE_RUNS = 3;

/**
 * `kills`: for each the moment, and whether the command was still at work. `left`: what was there afterwards and not
 * before. `isThawed`: a last image was taken, and thawed.
 *
 * @typedef {object} Batch
 * @property {string} line
 * @property {number} wholeMs
 * @property {{ afterMs: number, isAmid: boolean, isAnswered: boolean, left: string[] }[]} kills
 * @property {boolean} isThawed
 * @property {number} lost
 * @property {number} requests
 */

/** @param {string[]} flags */
async function measure(flags) {
  const kills = Number(valueOf(flags, '--kills') ?? KILLS);
  const lines = valueOf(flags, '--lines')?.split(',') ?? installedLines();
  const { results, add } = /** @type {ReturnType<typeof keptResults<Batch>>} */ (keptResults(flags));
  for (let turn = AT_ONCE; turn < kills + AT_ONCE; turn += AT_ONCE)
    for (const line of lines) {
      const done = results.filter((batch) => batch.line === line).flatMap((batch) => batch.kills).length;
      const missing = Math.min(turn, kills) - done;
      if (missing > 0) add(await ofOneProcess(line, missing));
    }
  return document(results);
}

/** @param {string} line @param {number} count @returns {Promise<Batch>} */
async function ofOneProcess(line, count) {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'heaphound-bench-'));
  const service = await start(MEGABYTES, binaryOf(line), SERVICE);
  const at = (/** @type {string} */ name) => path.join(directory, name);
  try {
    const load = ask(service, LOAD);
    const times = [];
    for (let turn = 0; turn < WHOLE_RUNS; turn += 1)
      times.push((await freeze(service.pid, at(`whole-${turn}`))).tookMs);
    const wholeMs = middle(times);
    for (const name of fs.readdirSync(directory)) fs.rmSync(at(name));
    const before = stateOf(service.pid);
    const kills = [];
    for (let index = 0; index < count; index += 1) {
      const afterMs = Math.random() * wholeMs;
      const { isAmid } = await freeze(service.pid, at('app.frozen'), afterMs);
      const { sessions } = await service.take('nothing', '');
      const after = await settledState(service.pid, before);
      // A file has its name when it is whole, which may be before the command says so.
      const isWhole = await memoryOfImage(at('app.frozen')).then(
        () => true,
        () => false,
      );
      const files = fs.readdirSync(directory).filter((name) => !(isWhole && name === 'app.frozen'));
      const left = [...files, ...after.differencesFrom(before)];
      fs.rmSync(at('app.frozen'), { force: true });
      kills.push({ afterMs, isAmid, isAnswered: sessions > 0, left });
      console.log(`Node ${line}, killed after ${ms(afterMs)}: ${JSON.stringify(kills.at(-1))}`);
    }
    const { lost, requests } = await load.stop();
    const last = await freeze(service.pid, at('last.frozen'));
    const thawed = thawImage(at('last.frozen'), { path: at('last.heapsnapshot.zst'), timeoutMs: 120_000 });
    const isThawed = await thawed.then(
      () => true,
      (error) => console.error(`${last.text}${error}`),
    );
    return { line, wholeMs, kills, isThawed: isThawed === true, lost, requests };
  } finally {
    await service.stop();
    fs.rmSync(directory, { recursive: true, force: true });
  }
}

/**
 * Freezes a process, and kills the command so long after it has begun.
 *
 * @param {number} pid
 * @param {string} file
 * @param {number} [afterMs]
 */
async function freeze(pid, file, afterMs) {
  const child = spawn(process.execPath, [FREEZER, String(pid), JSON.stringify({ path: file })], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let text = '';
  const start = performance.now();
  let [begunMs, doneMs] = [start, start];
  child.stdout.on('data', (piece) => {
    if (text === '') begunMs = performance.now();
    text += piece;
    doneMs = performance.now();
  });
  const closed = once(child, 'close');
  await Promise.race([once(child.stdout, 'data'), closed]);
  if (afterMs !== undefined) {
    await sleep(afterMs);
    child.kill('SIGKILL');
  }
  const [, signal] = await closed;
  return { tookMs: doneMs - begunMs, isAmid: signal === 'SIGKILL' && !text.includes('{'), text };
}

/** @param {Batch[]} batches */
function document(batches) {
  const lines = [...new Set(batches.map(({ line }) => line))].sort();
  const rows = lines.map((line) => {
    const some = batches.filter((batch) => batch.line === line);
    const kills = some.flatMap((batch) => batch.kills);
    const sum = (/** @type {(batch: Batch) => number} */ of) => some.reduce((total, batch) => total + of(batch), 0);
    const cells = [
      versionOf(binaryOf(line)),
      ms(middle(some.map(({ wholeMs }) => wholeMs))),
      kills.length,
      kills.filter(({ isAmid }) => isAmid).length,
      kills.filter(({ isAnswered }) => isAnswered).length,
      `${sum(({ lost }) => lost)} of ${sum(({ lost, requests }) => lost + requests)}`,
      kills.reduce((total, { left }) => total + left.length, 0),
      `${some.filter(({ isThawed }) => isThawed).length} of ${some.length}`,
    ];
    return `| ${cells.join(' | ')} |`;
  });
  return [
    'A process freezes a server from outside and is killed by `SIGKILL` at a random moment within the time that a whole freeze takes. *Amid its work*: it had not ended before. *Left behind*: what differs afterwards: threads, children and zombies, open files, blocked signals, who traces it, files that are no whole image.',
    '',
    '| Node | a whole freeze | kills | amid its work | the server answered | lost requests | left behind | images after the kills that thawed |',
    '|---|--:|--:|--:|--:|--:|--:|--:|',
    ...rows,
  ];
}

module.exports = { title: 'A freeze from outside that is killed', measure };
