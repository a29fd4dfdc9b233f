'use strict';

// After the crash, and before the next one. A service that nobody prepared dies at its heap limit, and its core dump
// names the leak. Then one that lives is frozen from outside under load, and its image names the leak, too. Ends with 0
// when both do, else with 1.
//
//   npm run demo:postmortem

const { execFile, spawn } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const http = require('node:http');
const os = require('node:os');
const path = require('node:path');
const { setTimeout: sleep } = require('node:timers/promises');
const { promisify } = require('node:util');
const autocannon = require('autocannon');

const SHOP = path.join(__dirname, 'shop.js');
const HEAPHOUND = path.join(__dirname, '..', '..', 'cli', 'main.js');
const HEAP_LIMIT_MB = 60;
/** The line of `shop.js` that makes the Map. */
const MAKER = /this\.open = new Map\(\)/;
const LOAD = { connections: 10, overallRate: 300 };
/** The load runs this long before the freeze, and after it. */
const AROUND_MS = 3000;

const run = promisify(execFile);
const begun = performance.now();
const say = (/** @type {string} */ what) =>
  console.log(`${((performance.now() - begun) / 1000).toFixed(1).padStart(6)} s  ${what}`);
const show = (/** @type {string} */ text) => console.log(text.trimEnd().replace(/^/gm, '          '));
const megabytes = (/** @type {number} */ bytes) => `${(bytes / 1e6).toFixed(1)} MB`;

/**
 * Starts the shop in a folder, where the kernel leaves its core dump.
 *
 * @param {string} folder
 * @param {string[]} flags of Node.js
 */
async function openShop(folder, flags = []) {
  const command = 'ulimit -c unlimited; exec "$0" "$@"';
  const shop = spawn('sh', ['-c', command, process.execPath, ...flags, SHOP], {
    cwd: folder,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const [line] = await once(/** @type {import('node:stream').Readable} */ (shop.stdout), 'data');
  return { shop, pid: /** @type {number} */ (shop.pid), port: Number(String(line)) };
}

/**
 * @param {number} port
 * @param {number} crowd
 */
function visit(port, crowd) {
  return new Promise((resolve, reject) => {
    http
      .get({ host: '127.0.0.1', port, path: `/?crowd=${crowd}`, agent: false }, (response) => {
        response.resume().on('end', resolve).on('error', reject);
      })
      .on('error', reject);
  });
}

/** @param {string[]} words of the command line */
async function heaphound(...words) {
  console.log(`\n          $ heaphound ${words.map((word) => path.basename(word)).join(' ')}\n`);
  return run(process.execPath, [HEAPHOUND, ...words], { maxBuffer: 1 << 26 });
}

/**
 * The suspect of a snapshot, an image or a core dump, and whether it is the right one.
 *
 * @param {string} file
 */
async function nameLeak(file) {
  const { stdout } = await heaphound('suspects', file, '--limit', '1');
  show(stdout.split('\n').slice(0, 24).join('\n'));
  const { stdout: json } = await run(process.execPath, [HEAPHOUND, 'suspects', file, '--json'], { maxBuffer: 1 << 26 });
  const [suspect] = JSON.parse(json).suspects;
  const line = fs
    .readFileSync(SHOP, 'utf8')
    .split('\n')
    .slice((suspect?.responsible?.location?.line ?? 0) - 1);
  const isNamed = suspect?.className === 'Basket' && line.slice(0, 3).some((text) => MAKER.test(text));
  return isNamed;
}

/** @param {string} folder @param {number} pid */
function coreOf(folder, pid) {
  const names = fs.readdirSync(folder).filter((name) => name.includes('core'));
  const name = names.find((one) => one.includes(String(pid))) ?? names[0];
  return name === undefined ? undefined : path.join(folder, name);
}

/** @param {string} folder */
async function afterTheCrash(folder) {
  const { shop, pid, port } = await openShop(folder, [`--max-old-space-size=${HEAP_LIMIT_MB}`]);
  say(`a shop with a heap of ${HEAP_LIMIT_MB} MB at most; nothing in it knows heaphound`);
  const died = once(shop, 'exit');
  // The last request gets no answer.
  while (shop.exitCode === null && shop.signalCode === null) await visit(port, 5000).catch(() => sleep(50));
  const [code, signal] = await died;
  say(`it is dead: ${signal ?? code}`);
  const core = coreOf(folder, pid);
  if (core === undefined) {
    const pattern = fs.readFileSync('/proc/sys/kernel/core_pattern', 'utf8').trim();
    say(
      `this system writes no core dump into the folder of a process (core_pattern: ${pattern}): this half is left out`,
    );
    return undefined;
  }
  say(
    `it left a core dump of ${megabytes(fs.statSync(core).size)}, of which ${megabytes(fs.statSync(core).blocks * 512)} on the disk`,
  );
  const isNamed = await nameLeak(core);
  fs.rmSync(core);
  return isNamed;
}

/** @param {string} folder */
async function beforeTheNext(folder) {
  const { shop, pid, port } = await openShop(folder);
  try {
    await visit(port, 60_000);
    say('the next shop, alive, with customers');
    const load = autocannon({ url: `http://127.0.0.1:${port}`, duration: 600, ...LOAD });
    await sleep(AROUND_MS);
    const image = path.join(folder, 'shop.frozen');
    const { stdout } = await heaphound('freeze', '--pid', String(pid), '--out', image);
    show(stdout.replaceAll(`${folder}/`, ''));
    await sleep(AROUND_MS);
    /** @type {any} */ (load).stop();
    const { '2xx': answered, errors, timeouts, non2xx, latency } = await load;
    console.log('');
    say(
      `customers: ${answered} answers, ${errors + timeouts + non2xx} lost; half within ${latency.p50} ms, 99 of 100 within ${latency.p99} ms, the slowest ${latency.max} ms`,
    );
    return (await nameLeak(image)) && errors + timeouts + non2xx === 0;
  } finally {
    shop.kill('SIGKILL');
  }
}

async function main() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'heaphound-demo-'));
  try {
    const isDeadNamed = await afterTheCrash(folder);
    console.log('');
    const isLivingNamed = await beforeTheNext(folder);
    console.log('');
    say(
      `the core dump named class and line: ${isDeadNamed === undefined ? 'there was none' : isDeadNamed ? 'yes' : 'NO'}`,
    );
    say(`the image named them, and no customer noticed: ${isLivingNamed ? 'yes' : 'NO'}`);
    process.exitCode = isDeadNamed !== false && isLivingNamed ? 0 : 1;
  } finally {
    fs.rmSync(folder, { recursive: true, force: true });
  }
}

main();
