'use strict';

// Services under a load that changes, leaking and healthy ones, looked at amid their work: what is found first, and
// what is said of the healthy.
//
//   npm run bench -- busy [--lines 20,26]
//
// Nobody says how many requests there were. Needs `npm ci --prefix __test__/nodes`.

const { execFile } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { promisify } = require('node:util');
const { findLeaks } = require('..');
const { SERVICES } = require('./busy-service');
const { binaryOf, versionOf } = require('./nodes');
const { valueOf } = require('./flags');

/** Clients at each snapshot, for each line: up and down, from a cold start. */
const LOADS = { 20: '10,25,12,30,20', 22: '6,30,20,16,28', 24: '12,18,31,22,35', 26: '9,23,14,31,17' };
/** Which of the five snapshots are looked at. */
const LOOKS = [
  { title: 'three', files: [0, 2, 4], options: { compareBy: 'ids' } },
  { title: 'five', files: [0, 1, 2, 3, 4], options: { compareBy: 'ids' } },
  { title: 'three without ids', files: [0, 2, 4], options: { compareBy: 'structure' } },
  { title: 'two', files: [1, 4], options: { compareBy: 'ids' } },
];

/** @param {string[]} flags */
async function measure(flags) {
  const chosen = valueOf(flags, '--lines')?.split(',') ?? ['20', '26'];
  const rows = [];
  for (const line of chosen) {
    for (const name of Object.keys(SERVICES)) rows.push(await look(line, name));
  }
  const right = (leaky, at) => rows.filter((row) => row.isLeaky === leaky && row.verdicts[at].isRight).length;
  const all = (leaky) => rows.filter((row) => row.isLeaky === leaky).length;
  return [
    'Fastify services on which up to 35 clients come and go; each takes five snapshots of itself amid its work, the first when it is cold. Two to five of them are looked at,',
    'and the number of requests is not told (`benches/busy.js`). *First* is the leak as the first entry, with the right container.',
    '',
    `| | ${LOOKS.map(({ title }) => title).join(' | ')} |`,
    `|---|${LOOKS.map(() => '--:').join('|')}|`,
    `| leaking: the leak is first | ${LOOKS.map((_, at) => `${right(true, at)} of ${all(true)}`).join(' | ')} |`,
    `| healthy: nothing is said | ${LOOKS.map((_, at) => `${right(false, at)} of ${all(false)}`).join(' | ')} |`,
    '',
    'All that was said beside it, with the confidence:',
    '',
    '| Node | service | of | |',
    '|---|---|---|---|',
    ...rows.flatMap(({ node, name, verdicts }) =>
      verdicts.flatMap(({ title, told }) => (told === '' ? [] : [`| ${node} | ${name} | ${title} | ${told} |`])),
    ),
  ];
}

/**
 * @param {string} line of Node
 * @param {string} name
 */
async function look(line, name) {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'heaphound-busy-'));
  const node = binaryOf(line);
  try {
    await promisify(execFile)(node, [path.join(__dirname, 'busy-service.js'), name, folder, LOADS[line]]);
    const verdicts = [];
    for (const { title, files, options } of LOOKS) {
      const { leaks } = await findLeaks(
        files.map((at) => path.join(folder, `${at}.heapsnapshot`)),
        options,
      );
      verdicts.push({ title, ...judge(leaks, SERVICES[name].leak) });
    }
    return { node: versionOf(node), name, isLeaky: SERVICES[name].leak !== undefined, verdicts };
  } finally {
    fs.rmSync(folder, { recursive: true });
  }
}

/**
 * @param {import('..').Leak[]} leaks
 * @param {[className: RegExp, container: RegExp]} [expected]
 */
function judge(leaks, expected) {
  const [first] = leaks;
  const isFirst =
    expected !== undefined &&
    first !== undefined &&
    expected[0].test(first.className) &&
    (expected[1].test(first.container.edge) || expected[1].test(first.container.name));
  const others = leaks.slice(isFirst ? 1 : 0);
  const isMissed = expected !== undefined && !isFirst;
  const told = [...(isMissed ? ['**not first**'] : []), ...others.map(sentence)].join('; ');
  return { isRight: expected === undefined ? leaks.length === 0 : isFirst, told };
}

/** @param {import('..').Leak} leak */
function sentence({ className, container, countGrowth, confidence }) {
  return `\`${className}\` +${countGrowth.join(', +')} in \`${container.name}${container.edge ? `, ${container.edge}` : ''}\` (${confidence})`;
}

module.exports = { title: 'The verdict on busy services', measure };
