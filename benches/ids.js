'use strict';

// Do objects keep their id over ten forked captures, while the process works, replaces objects and lets V8 move them?
// On each Node line.

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { binaryOf, installedLines, versionOf } = require('./nodes');
const { valueOf } = require('./flags');
const { followIds } = require('../__test__/helpers/followed-ids');

const OBJECTS = 100_000;
const CAPTURES = 10;

/** @param {string[]} flags */
async function measure(flags) {
  const rounds = Number(valueOf(flags, '--runs') ?? 1);
  const rows = [];
  for (const line of installedLines()) {
    const binary = binaryOf(line);
    const runs = Array.from({ length: rounds }, () => followed(binary));
    const sum = (pick) => runs.reduce((total, run) => total + pick(run), 0);
    const least = Math.min(...runs.map(({ sameCount, keptCount }) => sameCount / keptCount));
    rows.push(
      `| ${[
        versionOf(binary),
        rounds,
        `${(Math.floor(least * 1e5) / 1e3).toFixed(2)} %`,
        `${sum(({ lost }) => lost.length)} of ${sum(({ first }) => first.containers.size)}`,
        `${sum(({ twice }) => twice.length)} of ${sum(({ namedCount }) => namedCount).toLocaleString('en-US')}`,
        `${sum(({ spaces }) => spaces - 1)}`,
      ].join(' | ')} |`,
    );
    console.error(rows.at(-1));
  }
  return [
    `A process keeps ${OBJECTS.toLocaleString('en-US')} objects, a quarter of which no text tells apart, fills ${CAPTURES} stores, and replaces five thousand objects of the same class at every turn, while`,
    `it is captured ${CAPTURES} times by a fork (\`__test__/fixtures/ids-app.js\`). *Same id*: of the kept objects, those with the same id in the first and the last capture; aim 99 %.`,
    '*Two objects*: ids that named two objects with different texts, of all objects with a text of their own, replaced ones included. *New spaces*: captures whose ids could not be followed.',
    '',
    '| Node | runs | same id, least | stores and their parts with another id | ids of two objects | new spaces |',
    '|---|--:|--:|--:|--:|--:|',
    ...rows,
  ];
}

/** @param {string} binary */
function followed(binary) {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'heaphound-ids-'));
  try {
    const run = followIds(binary, dir, OBJECTS, CAPTURES);
    run.twice.forEach((one) => console.error(one));
    return { ...run, spaces: new Set(run.taken.map(({ idSpace }) => idSpace)).size };
  } finally {
    fs.rmSync(dir, { recursive: true });
  }
}

module.exports = { title: 'Ids over forked captures', measure };
