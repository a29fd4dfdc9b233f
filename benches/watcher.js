'use strict';

// The watcher: what it costs, what it finds and what it does not cry about.

const { execFileSync, fork } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { middle } = require('./measure');
const { PROFILES } = require('./watcher-profiles');

/** How much faster than life the profiles run. */
const FACTOR = 12;
const MINUTES = 10;
const SIDE_BY_SIDE = 2;
const SERVICE = path.join(__dirname, 'watcher-service.js');
const COST = path.join(__dirname, 'watcher-cost.js');
const COST_RUNS = 5;
/** One alone is lost in the noise. */
const WATCHERS = 50;

/** A whole profile; a restart is a process more. */
async function live(name, directory) {
  const { restartAt } = PROFILES[name];
  const ends = restartAt === undefined ? [MINUTES] : [restartAt, MINUTES];
  const seen = { alarms: [], captures: [], states: [] };
  let from = 0;
  for (const to of ends) {
    const child = fork(SERVICE, [name, FACTOR, from, to, directory].map(String), {
      execArgv: ['--gc-global'],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    child.on('message', ({ minute, alarm, rule, capture, ended }) => {
      if (alarm) seen.alarms.push({ minute, ...alarm });
      if (rule) seen.states.push(`${rule.rule} ${rule.state} at ${minute.toFixed(1)}`);
      if (capture) seen.captures.push(capture);
      if (ended) seen.ended = ended;
    });
    const [code] = await once(child, 'exit');
    if (code !== 0) throw new Error(`${name} ended with ${code}`);
    from = to;
  }
  return seen;
}

/** @param {string[]} names */
async function detect(names) {
  const results = new Map();
  const rest = [...names];
  const worker = async () => {
    for (let name = rest.shift(); name !== undefined; name = rest.shift()) {
      const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'heaphound-bench-watch-'));
      const seen = await live(name, directory).finally(() => fs.rmSync(directory, { recursive: true, force: true }));
      results.set(name, seen);
      console.error(
        `${name}: ${seen.alarms.map(({ minute, message }) => `${minute.toFixed(1)} ${message}`).join(' | ') || 'no alarm'} [${seen.states.join(', ')}] ${JSON.stringify(seen.captures)} ${JSON.stringify(seen.ended)}`,
      );
    }
  };
  await Promise.all(Array.from({ length: SIDE_BY_SIDE }, worker));
  return results;
}

/** @param {Map<string, any>} results */
function table(results) {
  const rows = [...results].map(([name, { alarms, captures }]) => {
    const { leaks } = PROFILES[name];
    const [alarm] = alarms;
    const said =
      alarm === undefined
        ? '–'
        : `minute ${alarm.minute.toFixed(1)}: ${alarm.rule}${alarm.leaks[0] ? `, ${alarm.leaks[0].className}` : ''}`;
    return `| ${name} | ${leaks ? 'yes' : 'no'} | ${said} | ${captures.filter(({ event }) => event === 'end').length} | ${(alarm !== undefined) === leaks ? 'right' : '**wrong**'} |`;
  });
  const found = (leaks) =>
    [...results].filter(([name, { alarms }]) => PROFILES[name].leaks === leaks && alarms.length > 0).length;
  const count = (leaks) => [...results].filter(([name]) => PROFILES[name].leaks === leaks).length;
  return [
    `Alarms for ${found(true)} of ${count(true)} leaking profiles and for ${found(false)} of ${count(false)} healthy ones. Each profile is ${MINUTES} minutes of a service, lived ${FACTOR} times as fast in a process of its own with real memory; the watcher's times are divided by the same number, and V8 collects the whole heap each time (\`--gc-global\`), so that collections keep pace. Profile and watcher go by a clock that the work of the service moves on.`,
    '',
    '| profile | leaks | alarm | snapshots | |',
    '|---|---|---|--:|---|',
    ...rows,
  ];
}

/** Runs with many watchers and with none, in turns. */
function cost() {
  const take = (count) =>
    JSON.parse(execFileSync(process.execPath, ['--expose-gc', COST, String(count)], { encoding: 'utf8' }));
  const pairs = Array.from({ length: COST_RUNS }, () => ({ without: take(0), with: take(WATCHERS) }));
  const each = (field) => middle(pairs.map((pair) => (pair.with[field] - pair.without[field]) / WATCHERS));
  const seconds = middle(pairs.map((pair) => pair.without.wallMs)) / 1000;
  const collections = middle(pairs.map((pair) => pair.with.majorCollections / (pair.with.wallMs / 1000)));
  return [
    `A watcher takes ${((each('cpuMs') / 1000 / seconds) * 100).toFixed(3)} % of one processor, ${(each('heapBytes') / 1e6).toFixed(2)} MB of heap and ${(each('rssBytes') / 1e6).toFixed(2)} MB of resident memory: ` +
      `the same ${seconds.toFixed(0)} s of work with ${WATCHERS} watchers and with none, divided by their number, median of ${COST_RUNS} pairs. The process allocates all the time, with ${collections.toFixed(1)} major collections a second, and the watchers look ten times as often as by default.`,
    '',
  ];
}

/** @param {string[]} flags */
async function measure(flags) {
  const only = flags.find((flag) => flag.startsWith('--profile='))?.slice('--profile='.length);
  const names = Object.keys(PROFILES).filter((name) => only === undefined || name.includes(only));
  return [...cost(), ...table(await detect(names))];
}

module.exports = { title: 'Watching memory', measure };

if (require.main === module) measure(process.argv.slice(2)).then((lines) => console.log(lines.join('\n')));
