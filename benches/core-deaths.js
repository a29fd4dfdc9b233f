'use strict';

// Kills processes in many ways, and thaws their core dumps: how many give a whole snapshot with the objects that the
// process had, and what the others say. `node benches/core-deaths.js`; options: `--times 5`, `--kinds oldSpace,abort`,
// `--lines 20,22`. Needs core dumps in files (`core_pattern`), and `gcore` for the kinds that begin so.

const { spawn } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { parseArgs } = require('node:util');
const { openSnapshot, thawImage } = require('..');
const { whyNoCores, coreIn, withCores } = require('../__test__/helpers/core-dumps');
const { LINES, nodeOfLine } = require('../__test__/helpers/node-lines');

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
const BUSY_MS = 150;

async function main() {
  const { values } = parseArgs({
    options: {
      times: { type: 'string' },
      kinds: { type: 'string' },
      lines: { type: 'string' },
      keep: { type: 'boolean' },
    },
    allowPositionals: true,
  });
  const why = whyNoCores();
  if (why !== undefined) throw new Error(why);
  const kinds = values.kinds?.split(',') ?? Object.keys(KINDS);
  const lines = values.lines?.split(',').map(Number) ?? LINES;
  console.log('| kind | Node | deaths | thawed | refused, with the reason |\n|---|--:|--:|--:|---|');
  for (const kind of kinds)
    for (const line of lines) await measure(kind, line, Number(values.times ?? 1), values.keep === true);
}

/**
 * @param {string} kind
 * @param {number} line
 * @param {number} times
 * @param {boolean} keeps
 */
async function measure(kind, line, times, keeps) {
  const node = nodeOfLine(line);
  if (node === undefined) return;
  /** @type {Map<string, number>} */
  const reasons = new Map();
  let thawed = 0;
  for (let turn = 0; turn < times; turn += 1) {
    const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'heaphound-deaths-'));
    const reason = await die(kind, node, folder).then(
      (core) => thaw(core, folder),
      (error) => `no death: ${error.message}`,
    );
    if (reason === undefined) thawed += 1;
    else reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
    if (keeps && reason !== undefined) console.error(`${kind} ${line}: ${folder}`);
    else fs.rmSync(folder, { recursive: true });
  }
  const refused = [...reasons].map(([reason, count]) => `${count}: ${reason.replaceAll('|', '/')}`).join('; ');
  console.log(`| ${kind} | ${line} | ${times} | ${thawed} | ${refused} |`);
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

main();
