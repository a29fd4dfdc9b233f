'use strict';

// A night in production, in a minute: a shop under load, a payment provider that stops answering, memory that rises,
// and who notices. Ends with 0 when the alarm names the Map, else with 1.
//
//   npm run demo:production

const { fork } = require('node:child_process');
const { randomBytes } = require('node:crypto');
const { once } = require('node:events');
const fs = require('node:fs');
const http = require('node:http');
const os = require('node:os');
const path = require('node:path');
const { json } = require('node:stream/consumers');
const { setTimeout: sleep } = require('node:timers/promises');
const { ListObjectsV2Command, S3Client } = require('@aws-sdk/client-s3');
const autocannon = require('autocannon');
const S3rver = require('s3rver');

const APPLICATION = path.join(__dirname, 'app.js');
const PAYMENTS = path.join(__dirname, 'payments.js');
const BUCKET = 'dumps';
/** As s3rver has them. */
const KEYS = { accessKeyId: 'S3RVER', secretAccessKey: 'S3RVER' };
const LOAD = { connections: 10, overallRate: 400 };
/** All is well for so long, and nothing may be said. */
const HEALTHY_MS = 15_000;
/** On a machine that has much else to do. The alarm comes after about half a minute. */
const PATIENCE_SECONDS = 480;

const begun = performance.now();
const say = (/** @type {string} */ what) =>
  console.log(`${((performance.now() - begun) / 1000).toFixed(1).padStart(6)} s  ${what}`);

/** Object storage of the language of S3, on the loopback. */
async function startStorage(directory) {
  const server = new S3rver({
    port: 0,
    address: '127.0.0.1',
    silent: true,
    directory,
    configureBuckets: [{ name: BUCKET }],
  });
  const { port } = await server.run();
  return { server, endpoint: `http://127.0.0.1:${port}` };
}

/** Whoever gets the alarms of the team: all of them, and `alarm`, the first about objects in the heap. */
async function startPager() {
  const alarms = [];
  const server = http.createServer(async (request, response) => {
    const alarm = await json(request);
    alarms.push(alarm);
    say(`ALARM ${alarm.message}`);
    server.emit(alarm.rule, alarm);
    response.writeHead(204).end();
  });
  const alarm = once(server, 'heap-trend').then(([first]) => first);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, alarms, alarm, url: `http://127.0.0.1:${server.address().port}/` };
}

/** Starts the shop; what it says of its watcher is printed. `ended` rejects when it stops by itself. */
async function startShop(settings) {
  // V8 collects the whole heap each time, so that the floor is seen every second; in production a quarter of an hour
  // has as many major collections.
  const shop = fork(APPLICATION, {
    execArgv: ['--gc-global'],
    env: { AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true', ...process.env, ...settings },
  });
  const ended = once(shop, 'exit').then(([code, signal]) =>
    Promise.reject(new Error(`the shop ended with ${code ?? signal}`)),
  );
  ended.catch(() => {});
  const [{ port }] = await Promise.race([once(shop, 'message'), ended]);
  shop.on('message', ({ rule, state, capture }) => {
    if (rule) say(`watcher: ${rule} is ${state}`);
    if (capture)
      say(
        `snapshot: ${(capture.storedBytes / 1e6).toFixed(1)} MB to ${capture.location}, the shop was held for ${capture.pauseMs.toFixed(1)} ms (${capture.mode})`,
      );
  });
  return { shop, port, ended };
}

/** Orders at a steady rate until it is stopped. */
function load(port) {
  const running = autocannon({
    url: `http://127.0.0.1:${port}/orders`,
    method: 'POST',
    duration: 2 * PATIENCE_SECONDS,
    ...LOAD,
  });
  return async () => {
    running.stop();
    const { '2xx': answered, errors, timeouts, non2xx, latency } = await running;
    return { answered, lost: errors + timeouts + non2xx, p99: latency.p99 };
  };
}

async function objects(endpoint) {
  const client = new S3Client({ endpoint, region: 'eu-central-1', forcePathStyle: true, credentials: KEYS });
  try {
    const { Contents = [] } = await client.send(new ListObjectsV2Command({ Bucket: BUCKET }));
    return Contents.map(({ Key }) => Key);
  } finally {
    client.destroy();
  }
}

/** True when everything that the team needs is where it should be. */
function judge({ alarm, keys, report, early }) {
  const [leak] = alarm.leaks;
  const place = leak?.container.location;
  const source = fs.readFileSync(PAYMENTS, 'utf8').split('\n');
  // The file knows where functions are: a Map is found at the constructor that makes it.
  const lines = place?.file === PAYMENTS ? source.slice(place.line - 1, place.line + 2) : [];
  if (lines.length > 0)
    console.log(
      `\n  ${path.relative(process.cwd(), PAYMENTS)}:${place.line}\n${lines.map((line) => `    ${line}`).join('\n')}`,
    );
  const stored = (/** @type {string} */ id, /** @type {string} */ end) =>
    keys.some((key) => key.endsWith(`${id}${end}`));
  const checks = {
    'no alarm came while all was well': early === 0,
    'the alarm names the class, the Map and its place':
      leak?.className === 'Order' &&
      leak.container.edge === 'unanswered' &&
      lines.some((line) => line.includes('this.unanswered = new Map()')),
    'three snapshots are in the bucket':
      alarm.snapshots.length === 3 && alarm.snapshots.every(({ id }) => stored(id, '.heapsnapshot.zst')),
    'each has its record beside it': alarm.snapshots.every(({ id }) => stored(id, '.heapsnapshot.zst.json')),
    'so is the verdict':
      keys.some((key) => key.endsWith('.report.json')) && report.leaks?.[0].fingerprint === leak?.fingerprint,
  };
  console.log('');
  for (const [what, isTrue] of Object.entries(checks)) console.log(`  ${isTrue ? 'yes' : 'NO '}  ${what}`);
  return Object.values(checks).every(Boolean);
}

async function main() {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'heaphound-demo-'));
  const { server: storage, endpoint } = await startStorage(directory);
  const pager = await startPager();
  const token = randomBytes(32).toString('hex');
  const { shop, port, ended } = await startShop({
    HEAP_TOKEN: token,
    S3_ENDPOINT: endpoint,
    S3_BUCKET: BUCKET,
    AWS_ACCESS_KEY_ID: KEYS.accessKeyId,
    AWS_SECRET_ACCESS_KEY: KEYS.secretAccessKey,
    ALARM_URL: pager.url,
  });
  try {
    const stop = load(port);
    say(`the shop gets ${LOAD.overallRate} orders a second; heaphound watches its memory`);
    await Promise.race([sleep(HEALTHY_MS), ended]);
    const early = pager.alarms.length;
    shop.send({ providerAnswers: false });
    say('the payment provider stops answering');
    const late = sleep(PATIENCE_SECONDS * 1000, undefined, { ref: false }).then(() =>
      Promise.reject(new Error(`no alarm within ${PATIENCE_SECONDS} s`)),
    );
    const alarm = await Promise.race([pager.alarm, ended, late]);
    const answer = await fetch(`http://127.0.0.1:${port}/internal/heap-snapshot/${alarm.report}/report`, {
      headers: { authorization: `Bearer ${token}` },
    });
    const report = await answer.json();
    const { answered, lost, p99 } = await stop();
    say(`${answered.toLocaleString('en-US')} orders were taken, ${lost} lost, 99 % of them within ${p99} ms`);
    const right = judge({ alarm, keys: await objects(endpoint), report, early });
    process.exitCode = right && lost === 0 ? 0 : 1;
  } finally {
    if (shop.connected) shop.disconnect();
    if (shop.exitCode === null && shop.signalCode === null) await once(shop, 'exit');
    pager.server.close();
    pager.server.closeAllConnections();
    await storage.close();
    fs.rmSync(directory, { recursive: true, force: true });
  }
}

main();
