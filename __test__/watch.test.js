'use strict';

const assert = require('node:assert/strict');
const { fork } = require('node:child_process');
const fs = require('node:fs');
const http = require('node:http');
const os = require('node:os');
const path = require('node:path');
const { EventEmitter, once } = require('node:events');
const { after, test } = require('node:test');
const { Worker } = require('node:worker_threads');
const { openStore, watchMemory } = require('..');
const { Budget } = require('../lib/watch/budget');
const { Investigation } = require('../lib/watch/investigation');
const { picture } = require('../lib/watch/picture');
const { RULES } = require('../lib/watch/rules');
const { trend } = require('../lib/watch/trend');
const { WatchClock } = require('../lib/watch/watch-clock');
const { checkWatchOptions } = require('../lib/watch/options');
const { whyNoFreeze } = require('../lib/capture/freeze');
const { post } = require('../lib/watch/webhook');
const { Level } = require('../lib/watch/windows');

const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'heaphound-watch-'));
after(() => fs.rmSync(dir, { recursive: true, force: true }));

const PROGRAM = path.join(__dirname, 'helpers', 'leaking-process.js');
/** Times of a watcher that has little of it. */
const FAST = {
  sampleMs: 50,
  windowMs: 100,
  settleMs: 100,
  minWindows: 5,
  samplingMs: 300,
  limits: { spacingMs: 100, jitterMs: 5, cooldownMs: 1000 },
};
const LEAST = { minPoints: 8, minGrowth: 1e6, minShare: 0.08 };

/** A heap that is soon full. */
const NARROW = ['--gc-global', '--max-old-space-size=60'];

/** Levels in megabytes, a window each. */
const rises = (levels) =>
  trend(
    levels.map((level, index) => ({ time: index * 15_000, value: level * 1e6 })),
    LEAST,
  )?.isRising;
const series = (length, level) => Array.from({ length }, (_, index) => level(index));

test('a rise is what goes on rising, whatever the windows around it say', () => {
  const noise = (index) => ((index * 7919) % 13) / 13;
  for (const [what, levels, wanted] of [
    ['a line', series(20, (i) => 30 + i), true],
    ['a line with noise', series(40, (i) => 30 + i / 2 + 3 * noise(i)), true],
    ['a line with two wild windows', series(20, (i) => (i % 9 === 4 ? 200 : 30 + i)), true],
    ['a line after a flat start', series(40, (i) => 30 + Math.max(i - 12, 0)), true],
    ['few windows', series(7, (i) => 30 + i), undefined],
    ['flat', series(40, () => 30), false],
    ['noise', series(40, (i) => 30 + 5 * noise(i)), false],
    ['a fall', series(40, (i) => 80 - i), false],
    ['a step', series(40, (i) => (i < 20 ? 30 : 60)), false],
    ['a step of late', series(40, (i) => (i < 36 ? 30 : 60)), false],
    ['up and down', series(40, (i) => 30 + (20 * Math.abs(((i + 10) % 20) - 10)) / 10), false],
    ['what levels off', series(40, (i) => 30 + 30 * (1 - Math.exp(-i / 8))), false],
    ['a ramp, then flat', series(40, (i) => 30 + Math.min(i, 20)), false],
    ['less than anybody would look into', series(40, (i) => 30 + i / 100), false],
  ]) {
    assert.equal(rises(levels), wanted, what);
  }
});

test('a level is the least of each window, on several scales, and open windows do not count', () => {
  const level = new Level(10);
  for (let time = 0; time < 800; time += 5) level.add(time, 1000 - time);
  const [fine, coarse] = level.scales(799);
  assert.equal(fine.length, 40);
  assert.deepEqual(fine.at(-1), { time: 780, value: 215 });
  assert.deepEqual(coarse.at(-1), { time: 640, value: 285 });
  assert.equal(level.floor(799, 2), 215);
  assert.equal(level.floor(810, 2), 205, 'it is over now');
  level.discardOpen();
  assert.equal(level.floor(810, 2), 215);
  level.forget();
  assert.equal(level.floor(810, 1), undefined);
});

test('time is what was watched: stalls, stops and clocks that jump do not count', () => {
  let now = 0;
  const clock = new WatchClock(() => now, 10);
  const tick = (elapsed) => {
    now += elapsed;
    return [clock.tick(), clock.time];
  };
  assert.deepEqual(tick(10), [false, 10]);
  assert.deepEqual(tick(25), [false, 35], 'late is not stopped');
  assert.deepEqual(tick(60_000), [true, 45], 'a machine that slept');
  assert.deepEqual(tick(-500), [true, 55], 'a clock that went back');
  assert.deepEqual(tick(10), [false, 65]);
  now += 5_000;
  assert.equal(clock.time, 75, 'nothing runs ahead of the next tick');
});

test('the budget counts captures of the process and of a day, and alarms of a rule', () => {
  let now = 0;
  const budget = new Budget({ maxCaptures: 3, maxPerDay: 2, cooldownMs: 10, repeatMs: 100 }, () => now);
  budget.captured();
  assert.equal(budget.whyNotCapture(), undefined);
  budget.captured();
  assert.match(budget.whyNotCapture(), /maxPerDay/);
  now = 24 * 3600_000;
  assert.equal(budget.whyNotCapture(), undefined);
  budget.captured();
  now *= 2;
  assert.match(budget.whyNotCapture(), /maxCaptures/);
  budget.alarmed('a');
  budget.cool();
  assert.deepEqual([budget.mayAlarm('a'), budget.mayAlarm('b'), budget.isQuiet], [false, true, true]);
  now += 100;
  assert.deepEqual([budget.mayAlarm('a'), budget.isQuiet], [true, false]);
});

test('options are checked, and no message has the address of a webhook', async () => {
  const capture = async () => ({ id: 'a' });
  for (const options of [
    null,
    { sampleMs: 0 },
    { minWindows: 4 },
    { limits: { perHour: 1 } },
    { capture },
    { capture, analyse: capture, store: {} },
    { rules: { 'heap-trend': { share: 0.5 } } },
    { rules: { leak: true } },
    { webhook: 'ftp://example.com/secret' },
    { webhook: 'http://example.com/secret' },
    { webhook: 'https://user:secret@example.com/' },
    { webhook: { url: 'https://example.com/secret', retries: 11 } },
    { log: {} },
    { whenNoRoom: 'wait' },
    { whenNoRoom: 'freeze', capture, analyse: capture },
    { whenNoRoom: 'freeze', service: { capture, leaks: capture, allowsFreeze: false } },
  ]) {
    await assert.rejects(
      watchMemory(options),
      (error) => error.code === 'HEAPHOUND_ERR_OPTION' && !/secret|example/.test(error.message),
      JSON.stringify(options),
    );
  }
  for (const webhook of [
    'https://example.com/a',
    'http://127.0.0.1/a',
    'http://localhost:80/a',
    { url: 'http://example.com/', allowHttp: true },
  ])
    assert.ok(checkWatchOptions({ webhook }).webhook.url);
});

/** A server for alarms; `answer(attempt)` is a status, or 0 for none at all. */
async function receiver(t, answer) {
  const received = [];
  let arrive;
  const arrived = new Promise((resolve) => (arrive = resolve));
  const server = http.createServer(async (request, response) => {
    let text = '';
    for await (const part of request) text += part;
    received.push({ url: request.url, headers: request.headers, body: JSON.parse(text) });
    arrive();
    const status = answer(received.length);
    if (status !== 0) response.writeHead(status, { location: '/elsewhere' }).end();
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => server.closeAllConnections() ?? server.close());
  const hook = (options) =>
    checkWatchOptions({
      webhook: { url: `http://127.0.0.1:${server.address().port}/hook`, retryMs: 1, retries: 2, ...options },
    }).webhook;
  return { received, arrived, hook };
}

test('a webhook is tried again while that may help, for a while, and never elsewhere', async (t) => {
  const { signal } = new AbortController();
  const ask = async (answer, options) => {
    const { received, hook } = await receiver(t, answer);
    return { ...(await post(hook(options), { message: 'a' }, signal)), received };
  };
  const once500 = await ask((attempt) => (attempt === 1 ? 500 : 204), { headers: { authorization: 'Bearer a' } });
  assert.deepEqual([once500.delivered, once500.attempts], [true, 2]);
  assert.deepEqual(
    [once500.received[1].body, once500.received[1].headers.authorization],
    [{ message: 'a' }, 'Bearer a'],
  );
  const always500 = await ask(() => 503);
  assert.deepEqual([always500.delivered, always500.attempts, always500.reason], [false, 3, 'it answered 503']);
  const moved = await ask(() => 302);
  assert.deepEqual([moved.delivered, moved.attempts, moved.received.length], [false, 1, 1]);
  const silent = await ask(() => 0, { timeoutMs: 100 });
  assert.deepEqual([silent.delivered, silent.attempts, silent.reason], [false, 3, 'it did not answer within 100 ms']);
  const gone = await post(
    checkWatchOptions({ webhook: { url: 'http://127.0.0.1:1/secret', retries: 0 } }).webhook,
    {},
    signal,
  );
  assert.deepEqual([gone.delivered, /secret/.test(gone.reason)], [false, false]);
  const control = new AbortController();
  const { hook } = await receiver(t, () => {
    control.abort();
    return 0;
  });
  assert.equal((await post(hook({ timeoutMs: 60_000 }), {}, control.signal)).reason, 'the watcher was stopped');
});

/** Starts the leaking process; `next(kind)` is its next message of that kind that `wanted` likes. */
async function leaking(t, how, execArgv = ['--gc-global']) {
  const child = fork(
    PROGRAM,
    [JSON.stringify({ dir: fs.mkdtempSync(path.join(dir, 'store-')), options: FAST, ...how })],
    { execArgv },
  );
  t.after(() => child.kill('SIGKILL'));
  const messages = [];
  child.setMaxListeners(0);
  child.on('message', (message) => messages.push(message));
  const next = async (kind, wanted = () => true) => {
    for (;;) {
      const at = messages.findIndex((message) => message[kind] !== undefined && wanted(message[kind]));
      if (at >= 0) return messages.splice(at, 1)[0][kind];
      await Promise.race([
        once(child, 'message'),
        once(child, 'exit').then(([code, signal]) => {
          throw new Error(`the process ended with ${code ?? signal} before it said ${kind}`);
        }),
      ]);
    }
  };
  return { child, next };
}

test('a leak is found in three snapshots, stored with its verdict, and sent to log, channel and webhook', async (t) => {
  const { received, arrived, hook } = await receiver(t, () => 204);
  const webhook = { url: String(hook().url) };
  const store = fs.mkdtempSync(path.join(dir, 'leak-'));
  const { child, next } = await leaking(t, { dir: store, perTurn: 60, options: { ...FAST, webhook } });
  const alarm = await next('alarm');
  assert.equal(alarm.rule, 'heap-trend');
  assert.equal(alarm.snapshots.length, 3, JSON.stringify(alarm));
  const [leak] = alarm.leaks;
  assert.deepEqual([leak.className, leak.container.edge], ['Ticket', 'tickets']);
  assert.equal(leak.container.location.file, PROGRAM);
  assert.match(
    alarm.message,
    /^heap-trend: .* MB, rising by .*; Ticket piles up in variable tickets in \S+, a Map: \+.* in all\. Held in \S*leaking-process\.js:\d+:\d+$/,
  );
  assert.ok(leak.countGrowth.every((count) => count > 0) && alarm.bytesPerSecond > 0);
  await arrived;
  child.send('stop');
  await next('stopped');
  assert.equal(received[0].body.message, alarm.message);
  const opened = await openStore({ dir: store });
  const stored = await opened.list();
  assert.deepEqual(stored.map(({ id }) => id).sort(), alarm.snapshots.map(({ id }) => id).sort());
  assert.ok(stored.every(({ trigger, reason }) => trigger === 'watch' && reason.startsWith('heap-trend: ')));
  assert.equal((await opened.report(alarm.report)).leaks[0].className, 'Ticket');
  await opened.close();
});

test('near the limit of the heap: a snapshot first', async (t) => {
  const { next } = await leaking(
    t,
    { perTurn: 100, upToShare: 0.72, options: { ...FAST, rules: { 'heap-trend': false } } },
    NARROW,
  );
  const alarm = await next('alarm');
  assert.deepEqual([alarm.rule, alarm.rung, alarm.snapshots.length, alarm.skipped], ['heap-limit', 'snapshot', 1, []]);
  assert.ok(alarm.levelBytes >= 0.7 * alarm.limitBytes && alarm.limitBytes === 60 * 2 ** 20);
});

test('near the limit of the heap, where there is no room for a snapshot: who allocates', async (t) => {
  const { next } = await leaking(
    t,
    {
      perTurn: 20,
      upToShare: 0.85,
      capture: { maxMemoryBytes: 1 },
      options: { ...FAST, rules: { 'heap-trend': false, 'heap-limit': { share: 0.4 } } },
    },
    NARROW,
  );
  const alarm = await next('alarm');
  assert.deepEqual([alarm.rule, alarm.rung, alarm.snapshots], ['heap-limit', 'allocation-sites', []]);
  assert.match(alarm.skipped[0], /no snapshot: a capture may need .* maxMemoryBytes/);
  // Which of its functions it is depends on what V8 has inlined.
  assert.ok(
    alarm.sites.some((site) => site.line > 0 && site.file.endsWith('leaking-process.js') && site.liveBytes > 0),
    JSON.stringify(alarm.sites),
  );
});

test(
  'near the limit of the heap, where there is no room for a snapshot: a frozen image, if it is asked for',
  {
    skip: whyNoFreeze() ?? false,
  },
  async (t) => {
    const store = fs.mkdtempSync(path.join(dir, 'frozen-'));
    const { child, next } = await leaking(
      t,
      {
        dir: store,
        perTurn: 20,
        upToShare: 0.8,
        capture: { maxMemoryBytes: 1 },
        allowFreeze: true,
        options: { ...FAST, whenNoRoom: 'freeze', rules: { 'heap-trend': false, 'heap-limit': { share: 0.4 } } },
      },
      NARROW,
    );
    const alarm = await next('alarm');
    const [image] = alarm.images;
    assert.deepEqual([alarm.rule, alarm.rung, alarm.snapshots], ['heap-limit', 'allocation-sites', []]);
    assert.match(alarm.skipped[0], /^no snapshot: a capture may need .*; a frozen image was made instead: .*\.frozen$/);
    assert.match(alarm.message, new RegExp(`the frozen image ${image.id} has all of the memory: run heaphound thaw`));
    child.send('stop');
    await next('stopped');
    const opened = await openStore({ dir: store });
    const [stored] = await opened.list({ kind: 'image' });
    await opened.close();
    assert.deepEqual([stored.id, stored.location, stored.trigger], [image.id, image.location, 'watch']);
  },
);

test('where it is too late for a snapshot, it is not for a frozen image', async () => {
  const { signal } = new AbortController();
  const late = { share: 0.9, capture: () => assert.fail('too late'), samplingMs: 60_000, signal };
  const seen = await picture({ ...late, freeze: async () => ({ id: 'a', location: 'there', kind: 'image' }) });
  assert.deepEqual([seen.rung, seen.image.id], ['statistics', 'a']);
  assert.equal(seen.skipped[0], 'no snapshot: 90 % of the limit are used; a frozen image was made instead: there');
  const failed = await picture({ ...late, freeze: () => Promise.reject(new Error('the disk is full')) });
  assert.deepEqual(failed.skipped.slice(0, 2), [
    'no frozen image: the disk is full',
    'no snapshot: 90 % of the limit are used',
  ]);
});

test('images of an investigation are in its alarm, and are never compared', async () => {
  const { snapshots, images, document, skipped } = await investigate((number) =>
    number === 2 ? { id: '2', location: 'there', kind: 'image', whyImage: 'no memory' } : String(number),
  );
  assert.deepEqual(
    [snapshots.map(({ id }) => id), document.ids],
    [
      ['1', '3'],
      ['1', '3'],
    ],
  );
  assert.deepEqual(
    images.map(({ id }) => id),
    ['2'],
  );
  assert.deepEqual(skipped, ['no snapshot: no memory; a frozen image was made instead: there']);
});

test('where it is too late for a snapshot and for a sample, there are numbers', async () => {
  const capture = () => assert.fail('too late');
  const seen = await picture({ share: 0.9, capture, samplingMs: 60_000, signal: new AbortController().signal });
  assert.deepEqual(
    [seen.rung, seen.skipped],
    ['statistics', ['no snapshot: 90 % of the limit are used', 'no sampling: 90 % of the limit are used']],
  );
  assert.ok(
    seen.statistics.spaces.old_space > 0 &&
      seen.statistics.heapLimit > seen.statistics.heapUsed &&
      seen.statistics.rss > 0,
  );
});

test('stopping in the middle of a capture ends it, and leaves nothing behind', async (t) => {
  const store = fs.mkdtempSync(path.join(dir, 'stop-'));
  const { child, next } = await leaking(t, { dir: store, perTurn: 60 });
  await next('capture', ({ event }) => event === 'start');
  child.send('stop');
  await next('stopped');
  const opened = await openStore({ dir: store });
  assert.deepEqual(opened.swept.unfinished, []);
  await opened.close();
});

test('memory that V8 does not know of is a gap when it rises and is as much as the heap, and never a matter of a snapshot', () => {
  const view = (gapOf, rss) => {
    const levels = { heap: new Level(15_000), external: new Level(15_000), gap: new Level(15_000) };
    for (let index = 0; index <= 20; index += 1) {
      levels.heap.add(index * 15_000, 50e6);
      levels.gap.add(index * 15_000, gapOf(index));
    }
    return { time: 20 * 15_000, minWindows: 8, levels, heapLimit: 4e9, rss };
  };
  const rising = (index) => 40e6 + index * 5e6;
  const { find, action } = RULES['rss-gap'];
  assert.equal(action, 'tell');
  const found = find(view(rising, 200e6), 1);
  assert.ok(found.level >= 130e6 && found.slope > 0, JSON.stringify(found));
  assert.equal(find(view(rising, 90e6), 1), undefined, 'the process is not twice its heap');
  assert.equal(
    find(
      view(() => 140e6, 200e6),
      1,
    ),
    undefined,
    'it does not rise',
  );
  assert.equal(
    find(
      view((index) => 40e6 + index * 1e6, 200e6),
      1,
    ),
    undefined,
    'it rises by less than an allocator plays with',
  );
});

test('a control group near its limit is an alarm, whoever in it takes the memory', () => {
  const { find, share } = RULES['container-limit'];
  const view = (container) => ({ levels: {}, heapLimit: 4e9, rss: 1e6, container });
  assert.deepEqual(find(view({ limitBytes: 500e6, usedBytes: 430e6 }), share), { level: 430e6, limit: 500e6 });
  assert.equal(find(view({ limitBytes: 500e6, usedBytes: 420e6 }), share), undefined);
  assert.equal(find(view(undefined), share), undefined, 'there is no limit');
  assert.deepEqual(find(view({ limitBytes: 500e6, usedBytes: 420e6 }), 0.8), { level: 420e6, limit: 500e6 });
});

/** An investigation of a floor that rises by a tenth at every tick; `capture(number)` is a snapshot or throws. */
async function investigate(capture, analyse = async (ids) => ({ document: { leaks: [], ids } })) {
  const ticks = new EventEmitter();
  let now = 0;
  let asked = 0;
  const timer = setInterval(() => {
    now += 10;
    ticks.emit('tick');
  }, 1);
  const budget = new Budget({ maxCaptures: 12, maxPerDay: 6, cooldownMs: 0, repeatMs: 0 }, () => now);
  const scene = {
    ticks,
    gauge: { find: () => ({ level: 0 }), floor: () => 100 + now, limit: Infinity, now: () => now },
    budget,
    evidence: {
      capture: async (reason) => {
        const made = capture((asked += 1));
        return typeof made === 'string' ? { reason, id: made } : made;
      },
      analyse,
    },
    times: { spacingMs: 10, patienceMs: 1000, samplingMs: 1 },
    signal: new AbortController().signal,
  };
  try {
    return { ...(await new Investigation('heap-trend', scene).run()), asked };
  } finally {
    clearInterval(timer);
  }
}

const failure = (code) => Object.assign(new Error(`no: ${code}`), { code });

test('a capture that somebody else is in the way of is tried again at the next looks', async () => {
  const { snapshots, document, asked, skipped } = await investigate((number) => {
    if (number % 3 !== 0) throw failure(number % 2 ? 'HEAPHOUND_ERR_BUSY' : 'HEAPHOUND_ERR_COOLDOWN');
    return String(number);
  });
  assert.deepEqual(
    [snapshots.map(({ id }) => id), document.ids, asked, skipped],
    [['3', '6', '9'], ['3', '6', '9'], 9, []],
  );
});

test('a store that fails for good costs a snapshot, not the alarm; one that fails each time leaves numbers', async () => {
  const some = await investigate((number) => {
    if (number === 2) throw failure('HEAPHOUND_ERR_STORE');
    return String(number);
  });
  assert.deepEqual([some.document.ids, some.skipped], [['1', '3'], ['no snapshot: no: HEAPHOUND_ERR_STORE']]);
  const none = await investigate(() => {
    throw failure('HEAPHOUND_ERR_STORE');
  });
  assert.deepEqual([none.snapshots, none.document, none.asked], [[], undefined, 3]);
  assert.equal(none.skipped.length, 3);
  assert.ok(none.picture.statistics.heapUsed > 0);
  const mute = await investigate(String, async () => {
    throw failure('HEAPHOUND_ERR_STORE');
  });
  assert.deepEqual(
    [mute.snapshots.length, mute.document, mute.skipped],
    [3, undefined, ['no verdict: no: HEAPHOUND_ERR_STORE']],
  );
});

test('a worker thread is watched for its own heap, and not for the process', async (t) => {
  const program = `
    const { parentPort } = require('node:worker_threads');
    const { watchMemory } = require(${JSON.stringify(path.join(__dirname, '..'))});
    watchMemory({ store: { dir: ${JSON.stringify(fs.mkdtempSync(path.join(dir, 'worker-')))} } }).then(async (watcher) => {
      const rules = watcher.rules();
      const { heapLimitBytes } = watcher.levels();
      await watcher.stop();
      parentPort.postMessage({ rules, heapLimitBytes });
    });`;
  const worker = new Worker(program, { eval: true, resourceLimits: { maxOldGenerationSizeMb: 64 } });
  t.after(() => worker.terminate());
  const over = once(worker, 'exit');
  const [{ rules, heapLimitBytes }] = await once(worker, 'message');
  const states = Object.fromEntries(rules.map(({ name, state }) => [name, state]));
  assert.deepEqual(states, {
    'heap-trend': 'quiet',
    'external-trend': 'quiet',
    'rss-gap': 'off',
    'heap-limit': 'quiet',
    'container-limit': 'off',
  });
  assert.ok(heapLimitBytes < 200e6, `${heapLimitBytes} is that of the worker`);
  const [code] = await over;
  assert.equal(code, 0, 'a stopped watcher holds no thread up');
});

test('of two processes over one store, one looks into its memory', async (t) => {
  const store = fs.mkdtempSync(path.join(dir, 'two-'));
  const options = { ...FAST, limits: { ...FAST.limits, cooldownMs: 600_000 } };
  const [one, other] = await Promise.all([
    leaking(t, { dir: store, perTurn: 60, options }),
    leaking(t, { dir: store, perTurn: 60, options }),
  ]);
  const first = await Promise.race([
    one.next('alarm').then((alarm) => ({ alarm, from: one })),
    other.next('alarm').then((alarm) => ({ alarm, from: other })),
  ]);
  assert.equal(first.alarm.snapshots.length, 3);
  const loser = first.from === one ? other : one;
  await loser.next('state', ({ rule, previous }) => rule === 'heap-trend' && previous === 'investigating');
  for (const { child, next } of [one, other]) {
    child.send('stop');
    await next('stopped');
  }
  const opened = await openStore({ dir: store });
  t.after(() => opened.close());
  assert.deepEqual((await opened.list()).map(({ id }) => id).sort(), first.alarm.snapshots.map(({ id }) => id).sort());
});
