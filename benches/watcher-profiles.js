'use strict';

// Load profiles for the watcher: ten services that leak and ten that do not, each over ten minutes. `each(state,
// minute)` is what a request does beside its work; `turn(state, minute)` runs once in a turn. `traffic(minute)` is how
// many requests there are, 1 being full load.

const { EventEmitter } = require('node:events');

const emitter = new EventEmitter();
emitter.setMaxListeners(0);

/** About a kilobyte. */
class Session {
  constructor(number) {
    this.number = number;
    this.name = `session ${number}`;
    this.trail = Array.from({ length: 100 }, (_, index) => number + index / 2);
  }
}

class Listener {
  constructor(number) {
    this.session = new Session(number);
    emitter.on('change', () => this.session.number);
  }
}

const steady = () => 1;
/** Full load and a fifth of it in turns. */
const sawtooth = (minute) => 0.2 + 0.8 * (minute % 1);
/** Up to the height within four minutes. */
const ramp = (minute) => Math.min(0.2 + minute * 0.2, 1);

/** Keeps the latest `limit(minute)` of what requests made. */
const latest = (limit) => ({
  each: (state) => (state.kept ??= []).push(new Session(state.count)),
  turn: (state, minute) => {
    const surplus = (state.kept?.length ?? 0) - limit(minute);
    if (surplus > 0) state.kept.splice(0, surplus);
  },
});

/** @type {Record<string, { leaks: boolean, traffic: (minute: number) => number, each?: Function, turn?: Function, restartAt?: number }>} */
const PROFILES = {
  'sessions that are never removed': {
    leaks: true,
    traffic: steady,
    each: (state) => (state.sessions ??= new Map()).set(state.count, new Session(state.count)),
  },
  'sessions that are sometimes not removed': {
    leaks: true,
    traffic: steady,
    each: (state) => state.count % 5 < 3 && (state.sessions ??= new Map()).set(state.count, new Session(state.count)),
  },
  'a cache without a bound': {
    leaks: true,
    traffic: sawtooth,
    each: (state) => ((state.cache ??= {})[`key ${state.count}`] = [new Session(state.count), new Session(0)]),
  },
  'listeners that are added for each request': {
    leaks: true,
    traffic: steady,
    each: (state) => new Listener(state.count),
  },
  'timers that are never cleared': {
    leaks: true,
    traffic: steady,
    each: (state) => setInterval((session) => session.number, 3600_000, new Session(state.count)).unref(),
  },
  'promises that never settle': {
    leaks: true,
    traffic: sawtooth,
    each: (state) => {
      const session = [new Session(state.count), new Session(0)];
      const answer = new Promise(() => {});
      answer.then(() => session);
      (state.waiting ??= []).push(answer);
    },
  },
  'a chain of closures': {
    leaks: true,
    traffic: steady,
    each: (state) => {
      const previous = state.last;
      const session = new Session(state.count);
      state.last = () => [previous, session];
    },
  },
  'a log in memory': {
    leaks: true,
    traffic: steady,
    each: (state) => (state.log ??= []).push(`${'entry '.repeat(4)}${state.count}`.padEnd(1000, `${state.count}`)),
  },
  'buffers that are kept': {
    leaks: true,
    traffic: steady,
    each: (state) => state.count % 8 === 0 && (state.buffers ??= []).push(Buffer.alloc(16_384)),
  },
  'a leak that begins after three minutes': {
    leaks: true,
    traffic: steady,
    each: (state, minute) =>
      minute > 3 && (state.sessions ??= new Set()).add([new Session(state.count), new Session(0)]),
  },

  'steady work': { leaks: false, traffic: steady },
  'a sawtooth of traffic': { leaks: false, traffic: sawtooth, ...latest((minute) => 2_000 + 6_000 * (minute % 1)) },
  'a warm-up of two minutes': {
    leaks: false,
    traffic: steady,
    each: (state, minute) => minute < 2 && (state.warm ??= []).push([new Session(state.count), new Session(0)]),
  },
  'a bounded cache that fills': { leaks: false, traffic: steady, ...latest(() => 9_000) },
  'a nightly batch': {
    leaks: false,
    traffic: steady,
    each: (state, minute) =>
      minute > 5 && minute < 6.5 && (state.rows ??= []).push(new Session(state.count), new Session(0), new Session(1)),
    turn: (state, minute) => minute >= 6.5 && delete state.rows,
  },
  'traffic that doubles and stays': { leaks: false, traffic: ramp, ...latest((minute) => 8_000 * ramp(minute)) },
  'a restart by a deployment': { leaks: false, traffic: steady, restartAt: 5, ...latest(() => 5_000) },
  'sessions that expire': {
    leaks: false,
    traffic: (minute) => 0.6 + 0.4 * Math.sin(minute * 2),
    ...latest((minute) => 6_000 + 3_000 * Math.sin(minute * 2)),
  },
  'buffers that come and go': {
    leaks: false,
    traffic: steady,
    each: (state) => state.count % 8 === 0 && (state.buffers ??= []).push(Buffer.alloc(16_384)),
    turn: (state) => state.buffers?.length > 300 && state.buffers.splice(0, 250),
  },
  'a queue that fills and drains': {
    leaks: false,
    traffic: steady,
    ...latest((minute) => 1_000 + 4_000 * (minute % 3)),
  },
};

module.exports = { PROFILES, Session };
