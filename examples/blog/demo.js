'use strict';

// The main job, from start to end: a service whose sessions are never removed, three snapshots of it, and what
// `heaphound leaks` says of them; then the same with the leak fixed. Ends with 0 when both verdicts are right, else
// with 1.

const { fork, spawn } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const path = require('node:path');
const autocannon = require('autocannon');

const APPLICATION = path.join(__dirname, 'app.js');
const STORE = path.join(__dirname, 'session-store.js');
/** The snapshots stay here until the next run, so that the commands that the demo prints can be copied. */
const HEAPS = path.join(__dirname, 'heaps');
const COMMAND = path.join(__dirname, '..', '..', 'cli', 'main.js');

/** A prime number of requests, so that growth by a multiple of it is no accident. */
const REQUESTS = 211;
const CONNECTIONS = 5;
/** Whole rounds before the first snapshot: the caches of Fastify and of V8 fill in them. */
const WARM_UP_ROUNDS = 3;
const SNAPSHOTS = ['a', 'b', 'c'];

/** With these V8 compiles nothing behind our back: what grows is the application's. */
const QUIET_FLAGS = ['--no-opt', '--no-sparkplug', '--no-lazy-feedback-allocation'].concat(
  Number(process.versions.node.split('.')[0]) >= 22 ? ['--no-maglev'] : [],
);

/** The next message of the application, or the error that it met. */
async function answer(application) {
  const [message] = await Promise.race([
    once(application, 'message'),
    once(application, 'exit').then(([code]) => [{ failed: `the application ended with ${code}` }]),
  ]);
  if (message.failed !== undefined) throw new Error(message.failed);
  return message;
}

async function load(port) {
  const result = await autocannon({
    url: `http://127.0.0.1:${port}/posts/7`,
    amount: REQUESTS,
    connections: CONNECTIONS,
  });
  if (result['2xx'] !== REQUESTS) throw new Error(`${result['2xx']} of ${REQUESTS} requests were answered`);
}

/** Runs the application under load and takes the snapshots; returns their paths, oldest first. */
async function record(directory, flags) {
  const application = fork(APPLICATION, flags, { execArgv: QUIET_FLAGS });
  try {
    const { port } = await answer(application);
    for (let round = 1; round < WARM_UP_ROUNDS; round += 1) await load(port);
    const files = [];
    for (const name of SNAPSHOTS) {
      await load(port);
      const file = path.join(directory, `${name}.heapsnapshot.zst`);
      application.send({ capture: file });
      await answer(application);
      console.log(`  ${REQUESTS} requests, snapshot ${name}: ${(fs.statSync(file).size / 1e6).toFixed(1)} MB`);
      files.push(file);
    }
    return files;
  } finally {
    const ended =
      application.exitCode === null && application.signalCode === null ? once(application, 'exit') : undefined;
    if (application.connected) application.disconnect();
    await ended;
  }
}

/** Runs the CLI; returns its exit code and what it printed. */
async function heaphound(args, stdio) {
  const command = spawn(process.execPath, [COMMAND, ...args], { stdio: ['ignore', stdio, 'inherit'] });
  let printed = '';
  command.stdout?.setEncoding('utf8').on('data', (text) => (printed += text));
  const [code] = await once(command, 'close');
  return { code, printed };
}

/** Prints what the CLI says to a person and returns what it says to a program. */
async function findLeaks(files) {
  console.log(`\n$ heaphound leaks ${files.map((file) => path.basename(file)).join(' ')}\n`);
  const shown = await heaphound(['leaks', ...files], 'inherit');
  const { code, printed } = await heaphound(['leaks', '--json', ...files], 'pipe');
  if (code !== shown.code || (code !== 0 && code !== 1))
    throw new Error(`heaphound ended with ${shown.code} and ${code}`);
  return JSON.parse(printed).leaks;
}

/** True when the verdict is the right one for the application that never removes a session. */
function namesTheMap(leaks) {
  const [leak] = leaks;
  if (leak === undefined) {
    console.log('\nWrong: no leak was found.');
    return false;
  }
  const grown = leak.countGrowth.map((count) => `+${count}`).join(', ');
  const { location, edge } = leak.container;
  console.log(
    `\nVerdict: ${leak.className} leaks (${grown}), held by "${edge}", ${path.relative(process.cwd(), location?.file ?? '?')}:${location?.line}`,
  );
  if (location?.file !== STORE) return false;
  // The constructor of the object that holds the Map, and its first line.
  const lines = fs
    .readFileSync(STORE, 'utf8')
    .split('\n')
    .slice(location.line - 1, location.line + 1);
  console.log(lines.map((line) => `       ${line}`).join('\n'));
  return (
    leak.className === 'Session' &&
    leak.countGrowth.every((count) => count === REQUESTS) &&
    edge === 'sessions' &&
    lines.join('\n').includes('this.sessions = new Map()')
  );
}

/** True when nothing was found. */
function namesNone(leaks) {
  console.log(
    leaks.length === 0 ? '\nVerdict: no leak.' : `\nWrong: ${leaks.length} leaks were found in the fixed application.`,
  );
  return leaks.length === 0;
}

async function main() {
  let right = true;
  fs.rmSync(HEAPS, { recursive: true, force: true });
  for (const [title, name, flags, judge] of [
    ['The blog keeps its sessions in a Map and never removes one', 'leaking', [], namesTheMap],
    ['The same with the leak fixed: sessions expire', 'fixed', ['--fixed'], namesNone],
  ]) {
    console.log(`\n== ${title} ==`);
    const directory = path.join(HEAPS, name);
    fs.mkdirSync(directory, { recursive: true, mode: 0o700 });
    right = judge(await findLeaks(await record(directory, flags))) && right;
  }
  console.log(right ? '\nBoth verdicts are right.' : '\nA verdict is wrong.');
  console.log(`The snapshots are in ${path.relative(process.cwd(), HEAPS)}.`);
  process.exitCode = right ? 0 : 1;
}

main();
