'use strict';

// A process that lives through a load profile with a watcher in it, for `benches/watcher.js`, which sends nothing and
// gets `{ minute, alarm }`, `{ rule }` and `{ ended }`. Every time of the watcher and of the profile is divided by
// FACTOR. Both go by the same clock, which a turn of work moves on: a busy machine makes the whole longer and nothing
// different. The memory is real.
//
//   node --gc-global benches/watcher-service.js PROFILE FACTOR FROM_MINUTE TO_MINUTE DIRECTORY

const { subscribe } = require('node:diagnostics_channel');
const { watchMemory } = require('..');
const { DEFAULTS, LIMITS } = require('../lib/watch/options');
const { PROFILES, Session } = require('./watcher-profiles');

/** Requests of a minute at full load; a turn is this many milliseconds. */
const REQUESTS = 2_500;
const TURN_MS = 20;
/** What the service holds, and what a request leaves behind for a while. */
const BASE = 3_000;
const GARBAGE = 60;

/** All options that are times. @param {Record<string, number>} options @param {number} factor */
function compressed(options, factor) {
  return Object.fromEntries(
    Object.entries(options).map(([name, value]) => [
      name,
      name.endsWith('Ms') ? Math.max(Math.round(value / factor), 1) : value,
    ]),
  );
}

async function main() {
  const [name, factorText, from, to, dir] = process.argv.slice(2);
  const factor = Number(factorText);
  const { traffic, each, turn } = PROFILES[name];
  let workedMs = 0;
  const watcher = await watchMemory({
    store: { dir },
    ...compressed(DEFAULTS, factor),
    limits: compressed(LIMITS, factor),
    now: () => workedMs,
  });
  const minuteNow = () => Number(from) + (workedMs * factor) / 60_000;
  subscribe('heaphound:rule', (message) => process.send({ minute: minuteNow(), rule: message }));
  subscribe('heaphound:alarm', (message) => process.send({ minute: minuteNow(), alarm: message }));
  subscribe(
    'heaphound:capture',
    ({ event, durationMs, snapshot, code }) =>
      event !== 'start' && process.send({ capture: { event, durationMs, pauseMs: snapshot?.pauseMs, code } }),
  );
  const state = { count: 0, base: Array.from({ length: BASE }, (_, index) => new Session(index)) };
  const medium = [];
  let due = 0;
  let last = minuteNow();
  const timer = setInterval(() => {
    workedMs += TURN_MS;
    const minute = minuteNow();
    due += traffic(minute) * (minute - last) * REQUESTS;
    last = minute;
    for (; due >= 1; due -= 1) {
      state.count += 1;
      each?.(state, minute);
      medium[state.count % 500] = new Session(state.count);
      for (let piece = 0; piece < GARBAGE; piece += 1) Session.latest = new Session(piece);
    }
    turn?.(state, minute);
    if (minute < Number(to)) return;
    clearInterval(timer);
    watcher
      .stop()
      .then(() => process.send({ ended: { levels: watcher.levels(), requests: state.count } }, () => process.exit(0)));
  }, TURN_MS);
}

main();
