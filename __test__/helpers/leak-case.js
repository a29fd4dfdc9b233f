'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');

const FOLDER = path.join(__dirname, '..', '..', 'examples', 'leaks');
/** Takes three snapshots of a case. */
const RUN = path.join(FOLDER, 'run.js');

/**
 * The cases of examples/leaks, each with what a finder should say.
 *
 * @typedef {{ name: string, isLeak: boolean, fixed?: Function, expect: { kind: string, classes: string[], path:
 *   string[], line?: string | null, detail?: object, needsIds?: true } }} LeakCase
 *
 * @returns {LeakCase[]}
 */
function leakCases() {
  const files = fs.readdirSync(FOLDER).filter((file) => file.endsWith('.js') && file !== 'run.js');
  return files.map((file) => {
    const name = path.basename(file, '.js');
    const { expect, fixed } = require(path.join(FOLDER, name));
    return { name, expect, fixed, isLeak: expect.classes.length > 0 };
  });
}

/**
 * One leak, which is the one that was expected, told whole.
 *
 * @param {import('../..').Leak[]} leaks
 * @param {{ kind: string, classes: string[], path: string[], line?: string | null, detail?: object }} expected `path`:
 *   names that the path must hold, in this order
 */
function assertFound(leaks, { kind, classes, path: names, line, detail }) {
  assert.equal(leaks.length, 1);
  const [leak] = leaks;
  assert.ok(classes.includes(leak.className), leak.className);
  assert.equal(leak.kind, kind);
  assert.match(leak.advice, /^[A-Z].*\.$/);
  for (const [name, value] of Object.entries(detail ?? {})) assert.deepEqual(leak.detail[name], value, name);
  assertMarks(leak);
  assertOwnLine(leak, line);
  const told = [...leak.retainingPath.flatMap((step) => [step.edge, step.name]), leak.className];
  let at = 0;
  for (const name of names) {
    while (at < told.length && !told[at].includes(name)) at += 1;
    assert.ok(at < told.length, `${name} is missing in ${told.join(' ')}`);
  }
  assert.ok(
    leak.retainingPath.some((step) => step.id === leak.container.id),
    'the path leads through the container',
  );
  // Beyond the item the path goes on to what it keeps outside of the heap, or in a text, and to nothing else.
  const end = leak.retainingPath[leak.retainingPath.length - 1].name;
  assert.ok(
    end === leak.className || /^\(.*string\)$|^system \/ JSArrayBufferData$|^Node \/ |^Detached Node$/.test(end),
    `${end} is behind ${leak.className}`,
  );
  assert.deepEqual([leak.item.name, leak.item.count], [leak.className, 1]);
  assert.ok(leak.item.children.reduce((sum, { size }) => sum + size, 0) <= leak.item.size, 'parts are within the item');
}

/**
 * The place in own code, and how it was found.
 *
 * @param {import('../..').Leak} leak
 * @param {string | null | undefined} expected text of the line; the file where only that is known; null where the
 *   snapshot cannot know
 */
function assertOwnLine({ responsible, retainingPath }, expected) {
  assert.notEqual(expected, undefined, 'the case says which line it is');
  if (expected === null) {
    assert.equal(responsible.evidence, 'unknown', JSON.stringify(responsible));
    assert.match(responsible.command, /track-allocations/);
    return;
  }
  assert.ok(responsible.location, JSON.stringify(responsible));
  const { file, line, wholeFile } = responsible.location;
  const text = wholeFile ? file : fs.readFileSync(file, 'utf8').split('\n')[line - 1];
  assert.ok(text.includes(expected), `${text} is not ${expected}: ${JSON.stringify(responsible)}`);
  assert.doesNotMatch(file, /node_modules|^node:/);
  if (responsible.evidence === 'path') assert.ok(retainingPath.some(({ id }) => id === responsible.step));
}

/**
 * First what is meant to be there, then what leaks, with one reference to cut between.
 *
 * @param {import('../..').Leak} leak
 */
function assertMarks({ retainingPath, confidence, evidence }) {
  const order = ['no', 'unknown', 'yes'];
  const marks = retainingPath.map((step) => order.indexOf(step.leaking));
  assert.deepEqual(marks, [...marks].sort(), 'the marks stand in order');
  const cut = retainingPath.filter((step) => step.cut);
  assert.equal(cut.length, 1);
  assert.equal(
    cut[0],
    retainingPath.find((step) => step.leaking === 'yes'),
    'the reference to cut leads to the first leaking object',
  );
  assert.match(cut[0].because, /piled up|grows itself/);
  assert.ok(['high', 'medium'].includes(confidence), 'three snapshots allow more than a guess');
  assert.match(evidence[0], /^grew in every interval, by /);
}

module.exports = { RUN, assertFound, assertOwnLine, leakCases };
