'use strict';

// Kills processes in many ways, and thaws their core dumps: how many give a whole snapshot with the objects that the
// process had, and what the others say. Options: `--times 5`, `--kinds oldSpace,abort`, `--lines 20,22`, `--results
// FILE` (a run goes on where the last one was ended), `--keep` (folders of those that gave no snapshot). Needs core
// dumps in files (`core_pattern`), and `gcore` for the kinds that begin so.

const { spawn } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { openSnapshot, thawImage } = require('..');
const { whyNoCores, coreIn, withCores } = require('../__test__/helpers/core-dumps');
const { valueOf } = require('./flags');
const { keptResults } = require('./kept-results');
const { binaryOf, installedLines, versionOf } = require('./nodes');

/** Every object counts itself in a file that outlives the process. */
const BASE = `
const fs = require('node:fs');
class Session { constructor(i) { this.id = 'sess-' + i; this.user = { name: 'user' + i }; } }
const sessions = globalThis.sessions = new Map();
const counter = fs.openSync('count', 'w');
function add(n, more) {
  for (let k = 0; k < n; k += 1) sessions.set(sessions.size, more ? Object.assign(new Session(k), more(k)) : new Session(k));
  fs.writeSync(counter, String(sessions.size).padStart(12), 0);
}
function ready() { add(5000); fs.writeSync(1, 'ready\\n'); }
`;
const WORKER = `const { Worker, isMainThread } = require('node:worker_threads');`;
const SMALL = ['--max-old-space-size=40'];

/** @type {Record<string, { code: string, args?: string[], kill?: NodeJS.Signals | 'gcore', filter?: string }>} */
const KINDS = {
  oldSpace: { args: SMALL, code: 'function step() { add(5000); setImmediate(step); } step();' },
  oldSpaceWholeCore: {
    args: SMALL,
    filter: '0x7f',
    code: 'function step() { add(5000); setImmediate(step); } step();',
  },
  synchronous: { args: SMALL, code: 'for (;;) add(1000);' },
  ineffective: {
    args: ['--max-old-space-size=60'],
    code: `add(200000); function step() { const a = []; for (let i = 0; i < 20000; i += 1) a.push({ i }); add(300); setImmediate(step); } step();`,
  },
  hugeArray: { args: SMALL, code: 'add(5000); let a = [{}]; for (;;) a = a.concat(a);' },
  strings: {
    args: SMALL,
    code: `add(5000); const all = []; for (;;) all.push(Buffer.alloc(1 << 16, 97).toString('latin1') + all.length);`,
  },
  buffers: { args: SMALL, code: 'for (;;) add(50, () => ({ body: Buffer.alloc(1 << 12) }));' },
  worker: {
    args: SMALL,
    code: `${WORKER} if (isMainThread) new Worker(__filename); else { add(5000); let a = [{}]; for (;;) a = a.concat(a); }`,
  },
  workerWithLimit: {
    code: `${WORKER} if (isMainThread) { add(5000); new Worker(__filename, { resourceLimits: { maxOldGenerationSizeMb: 20 } }).on('error', () => process.abort()); } else for (const a = [];;) a.push({});`,
  },
  inCollection: {
    code: `add(5000); const size = Number(/VmSize:\\s+(\\d+)/.exec(fs.readFileSync('/proc/self/status'))[1]) * 1024;
      require('node:child_process').execFileSync('prlimit', ['--pid', process.pid, '--as=' + (size + (24 << 20))]);
      const all = []; function step() { for (let i = 0; i < 5000; i += 1) all.push({ i, x: [i] }); setImmediate(step); } step();`,
  },
  abort: { code: 'add(5000); setTimeout(() => process.abort(), 10);' },
  uncaught: {
    args: ['--abort-on-uncaught-exception'],
    code: `add(5000); setTimeout(() => { throw new Error('no'); }, 10);`,
  },
  stackFault: {
    args: ['--stack-size=60000'],
    code: 'add(5000); (function f(a, b, c) { f(b, c, a) + f(c, a, b); })();',
  },
  abortIdle: { kill: 'SIGABRT', code: 'ready(); setInterval(() => {}, 1e6);' },
  faultIdle: { kill: 'SIGSEGV', code: 'ready(); setInterval(() => {}, 1e6);' },
  abortBusy: { kill: 'SIGABRT', code: 'ready(); for (let i = 0, o = {}; ; i += 1) o = { i, o: i % 9 ? o : null };' },
  abortParsing: {
    kill: 'SIGABRT',
    code: 'ready(); const text = JSON.stringify(Array(1000).fill({ a: [1, 2] })); for (;;) JSON.parse(text);',
  },
  gcoreIdle: { kill: 'gcore', code: 'ready(); setInterval(() => {}, 1e6);' },
  gcoreBusy: { kill: 'gcore', code: 'ready(); for (let i = 0, o = {}; ; i += 1) o = { i, o: i % 9 ? o : null };' },
};
/** Those that end by themselves, and not for want of memory. */
const OTHER_DEATHS = ['abort', 'uncaught', 'stackFault'];
const BUSY_MS = 150;
const TIMES = 5;
const NO_DEATH = 'it did not die';

/** @typedef {{ kind: string, line: string, reason?: string }} Death `reason`: why there is no snapshot */

/** @param {string[]} flags */
async function measure(flags) {
  const why = whyNoCores();
  if (why !== undefined) throw new Error(why);
  const kinds = valueOf(flags, '--kinds')?.split(',') ?? Object.keys(KINDS);
  const lines = valueOf(flags, '--lines')?.split(',') ?? installedLines();
  const times = Number(valueOf(flags, '--times') ?? TIMES);
  const { results, add } = /** @type {ReturnType<typeof keptResults<Death>>} */ (keptResults(flags));
  const countOf = (/** @type {string} */ kind, /** @type {string} */ line) =>
    results.filter((death) => death.kind === kind && death.line === line).length;
  // Turn by turn, so that a run that is ended early has some of each.
  for (let turn = 0; turn < times; turn += 1)
    for (const kind of kinds)
      for (const line of lines)
        if (countOf(kind, line) <= turn) {
          const reason = await dieAndThaw(kind, line, flags.includes('--keep'));
          console.log(`${kind}, Node ${line}: ${reason ?? 'thawed'}`);
          add({ kind, line, reason });
        }
  return document(results);
}

/**
 * @param {string} kind
 * @param {string} line
 * @param {boolean} keeps
 * @returns {Promise<string | undefined>} why there is no snapshot
 */
async function dieAndThaw(kind, line, keeps) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'heaphound-deaths-'));
  const reason = await die(kind, binaryOf(line), folder).then(
    (core) => thaw(core, folder),
    (error) => `${NO_DEATH}: ${error.message}`,
  );
  if (keeps && reason !== undefined) console.error(`${kind}, Node ${line}: ${folder}`);
  else fs.rmSync(folder, { recursive: true });
  return reason;
}

/**
 * @param {string} kind
 * @param {string} node
 * @param {string} folder
 * @returns {Promise<string>} the core dump
 */
async function die(kind, node, folder) {
  const { code, args = [], kill, filter } = KINDS[kind];
  const script = path.join(folder, 'app.js');
  fs.writeFileSync(script, BASE + code);
  const [command, all] = withCores([node, ...args, script], filter);
  const app = spawn(command, all, { cwd: folder, stdio: ['ignore', 'pipe', 'ignore'] });
  const ended = once(app, 'exit');
  if (kill !== undefined) {
    await Promise.race([once(app.stdout, 'data'), ended]);
    await new Promise((resolve) => setTimeout(resolve, BUSY_MS * Math.random()));
    if (kill === 'gcore') {
      const gcore = spawn('gcore', ['-o', path.join(folder, 'core'), String(app.pid)], { stdio: 'ignore' });
      await once(gcore, 'exit');
    }
    app.kill(kill === 'gcore' ? 'SIGKILL' : kill);
  }
  const [status, signal] = await ended;
  const core = coreIn(folder, Number(app.pid));
  if (core === undefined) throw new Error(`no core dump (code ${status}, signal ${signal})`);
  return core;
}

/**
 * @param {string} core
 * @param {string} folder
 * @returns {Promise<string | undefined>} why there is no snapshot
 */
async function thaw(core, folder) {
  const snapshot = path.join(folder, 'app.heapsnapshot');
  try {
    await thawImage(core, { path: snapshot, timeoutMs: 300_000 });
  } catch (error) {
    return `${error.code}: ${error.message}`.replaceAll(folder, '…');
  }
  const expected = Number(fs.readFileSync(path.join(folder, 'count'), 'utf8'));
  const opened = await openSnapshot(snapshot);
  try {
    const { classes } = await opened.summary({ limit: 10_000 });
    const found = classes.find(({ name }) => name === 'Session')?.count ?? 0;
    // The count is written behind every addition; a death within one comes before it.
    const isRight = found >= expected && found <= expected + 5000;
    return isRight ? undefined : `WRONG: ${found} objects of ${expected}`;
  } finally {
    opened.close();
  }
}

/** @param {Death[]} deaths */
function document(deaths) {
  const lines = [...new Set(deaths.map(({ line }) => line))].sort();
  const kinds = Object.keys(KINDS).filter((kind) => deaths.some((death) => death.kind === kind));
  const cell = (/** @type {Death[]} */ some) => {
    const died = some.filter(({ reason }) => !reason?.startsWith(NO_DEATH));
    return `${died.filter(({ reason }) => reason === undefined).length} of ${died.length}`;
  };
  const row = (/** @type {string} */ name, /** @type {Death[]} */ some, hasReasons = true) => {
    const cells = lines.map((line) => cell(some.filter((death) => death.line === line)));
    return `| ${[name, ...cells, hasReasons ? reasonsOf(some) : ''].join(' | ')} |`;
  };
  const isMemory = (/** @type {Death} */ { kind }) => KINDS[kind].kill === undefined && !OTHER_DEATHS.includes(kind);
  return [
    'Processes die in many ways (`benches/core-deaths.js`), and their core dumps are thawed. A cell: snapshots that were whole and had the objects that the process had counted in a file, of all that died. A process of a kind may not die on each line.',
    '',
    `| kind | ${lines.map((line) => versionOf(binaryOf(line))).join(' | ')} | the others say |`,
    `|---|${lines.map(() => '--:|').join('')}---|`,
    ...kinds.map((kind) => {
      const some = deaths.filter((death) => death.kind === kind);
      return row(`\`${kind}\``, some);
    }),
    row('all that ran out of memory', deaths.filter(isMemory), false),
    row('all', deaths, false),
  ];
}

/** @param {Death[]} deaths */
function reasonsOf(deaths) {
  /** @type {Map<string, number>} */
  const counts = new Map();
  for (const { reason } of deaths)
    if (reason !== undefined) counts.set(shortly(reason), (counts.get(shortly(reason)) ?? 0) + 1);
  return [...counts].map(([reason, count]) => `${count}: ${reason}`).join('; ');
}

/** What differs from death to death is left out. @param {string} reason */
function shortly(reason) {
  return reason
    .replace(/0x[0-9a-f]+|\bcore\.\d+/g, '…')
    .replaceAll('|', '/')
    .split('; ')[0];
}

module.exports = { title: 'Core dumps of processes that died', measure };
