'use strict';

// Questions to a frozen process, in JavaScript, on every line of Node.js and for images of both ways. The code can
// compute, and nothing else.

const assert = require('node:assert/strict');
const { execFile, spawn } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const path = require('node:path');
const { after, before, test } = require('node:test');
const { promisify } = require('node:util');
const { evaluateInImage } = require('..');
const { addon } = require('../lib/native');
const { whyNoFork } = require('../lib/capture/fork');
const { folder } = require('./helpers/folder');
const { LINES, nodeOfLine } = require('./helpers/node-lines');

const app = path.join(__dirname, 'fixtures', 'asked-app.js');
const cart = path.join(__dirname, 'fixtures', 'asked-cart.js');
const outside = path.join(__dirname, 'fixtures', 'freeze-outside.js');
const main = path.join(__dirname, '..', 'cli', 'main.js');
const skip = whyNoFork() ?? addon.cannotFreeze() ?? false;
const run = promisify(execFile);

/** Each part of the answer has a way of its own to what it asks for. */
const QUESTIONS = `[process.version, limits.most, sessions.size, opened, instances('Session').length,
  require('./asked-cart').items.size, require('util').inspect(sessions.get(1))]`;
const ANSWERS = [10, 7, 7, 7, 7, 'Session { id: 1 }'];

for (const line of LINES) {
  const node = nodeOfLine(line);
  const missing = skip || (node === undefined && `node${line} is not installed`);
  test(
    `Node ${line} answers from an image that it made itself, and from one made from outside`,
    { skip: missing },
    async (t) => {
      const directory = folder(t);
      const [own, other] = ['own', 'other'].map((name) => path.join(directory, `${name}.frozen`));
      await run(/** @type {string} */ (node), [app, own]);
      await freezeFromOutside(t, /** @type {string} */ (node), other);
      for (const image of [own, other]) {
        const { value, variables, node: version, isCut } = await evaluateInImage(image, QUESTIONS);
        assert.deepEqual(value, [version, ...ANSWERS]);
        assert.match(version, new RegExp(`^v${line}\\.`));
        assert.deepEqual(variables, [
          { name: 'sessions', file: app },
          { name: 'opened', file: app },
        ]);
        assert.equal(isCut, false);
      }
    },
  );
}

let image = '';
/** @type {string} */
let directory;

before(async () => {
  if (skip) return;
  directory = fs.mkdtempSync(path.join(require('node:os').tmpdir(), 'heaphound-evaluate-'));
  image = path.join(directory, 'app.frozen');
  await run(process.execPath, [app, image]);
});
after(() => directory && fs.rmSync(directory, { recursive: true }));

test('a value that JSON would lose something of is a text only, and the reason is told', { skip }, async () => {
  const whys = {
    'limits.names': 'it is Set',
    limits: '"names" is Set',
    '[1, undefined]': '"1" is undefined',
    NaN: 'it is NaN',
    '() => 1': 'it is a function',
    '10n': 'it is a bigint',
    promise: 'it is Promise',
    'new Error("e")': 'it is Error',
    '({ [Symbol("s")]: 1 })': 'it is an object with symbols',
    undefined: 'it is undefined',
  };
  const code = Object.keys(whys);
  const answer = await evaluateInImage(image, code[0]);
  assert.equal(answer.whyNoValue, whys[code[0]]);
  assert.equal('value' in answer, false);
  // All of them in one process: what `--json` gives is made by the same function.
  const { valueAsJson } = require('../lib/image/inside/value-as-json');
  const here = { limits: { most: 10, names: new Set(['a']) }, promise: Promise.resolve(1) };
  for (const asked of code) {
    const value = new Function(...Object.keys(here), `return (${asked});`)(...Object.values(here));
    const result = valueAsJson(value, 100);
    assert.deepEqual(result, { why: whys[asked] }, asked);
  }
  assert.match(JSON.stringify(valueAsJson('x'.repeat(200), 100)), /has 202 characters, and 100 are possible/);
  assert.match(JSON.stringify(valueAsJson(Object.assign(here, { here }), 100)), /is Set/);
  const circle = {};
  assert.match(JSON.stringify(valueAsJson(Object.assign(circle, { circle }), 100)), /circular/);
  assert.deepEqual(valueAsJson([{ a: [1, 'b', null, true] }, undefined].slice(0, 1), 100), {
    json: '[{"a":[1,"b",null,true]}]',
  });
});

test('what the code throws is told with its text', { skip }, async () => {
  const told = {
    'nowhere.size': /ReferenceError: nowhere is not defined: no global, and no variable of a module/,
    '1 +': /SyntaxError/,
    'throw new RangeError("too far")': /RangeError: too far/,
    'throw { reason: 7 }': /\{ reason: 7 \}/,
  };
  const caught = {
    "require('./other')": /none of the \d+ CommonJS modules/,
    "variables('nowhere.js')": /no function of a file nowhere\.js/,
    'process.exit(0)': /process\.exit does not work/,
    "require('fs').writeFileSync('x', '')": /EPERM/,
    "require('fs').readFileSync('/etc/hostname')": /EPERM/,
    "require('child_process').execSync('true')": /EPERM|EAGAIN|spawn/,
  };
  for (const [code, message] of Object.entries(told))
    await assert.rejects(evaluateInImage(image, code), { code: 'HEAPHOUND_ERR_EVAL', message }, code);
  const more = Object.keys(caught).map((code) => `() => { ${code} }`);
  const { value } = await evaluateInImage(
    image,
    `[${more}].map((work) => { try { work(); } catch (error) { return error.message; } })`,
  );
  Object.values(caught).forEach((message, at) => assert.match(value[at], message));
});

test('a variable of several files is that of the main script, and each is there by its file', { skip }, async () => {
  const code = `[typeof sessions, variables('asked-cart.js').sessions, variables(${JSON.stringify(app)}).opened]`;
  const { value } = await evaluateInImage(image, code);
  assert.deepEqual(value, ['object', 'of the cart', 7]);
  const { text, variables } = await evaluateInImage(image, 'items');
  assert.match(text, /^Set\(7\)/);
  assert.deepEqual(variables, [{ name: 'items', file: cart }]);
});

test('a variable with several values in one file is none, and the error says so', { skip }, async () => {
  const file = path.join(directory, 'again.frozen');
  await run(process.execPath, [app, file, 'again']);
  const told = { code: 'HEAPHOUND_ERR_EVAL', message: /items has 2 values in .*asked-cart\.js, which may have been/ };
  await assert.rejects(evaluateInImage(file, 'items'), told);
  await assert.rejects(evaluateInImage(file, "variables('asked-cart.js').items"), told);
});

test('variables of an ES module are there as well', { skip }, async () => {
  const file = path.join(directory, 'module.frozen');
  const script = path.join(__dirname, 'fixtures', 'asked-app.mjs');
  await run(process.execPath, [script, file]);
  const { value, variables } = await evaluateInImage(file, '[...sessions.values()]');
  assert.deepEqual([value, variables], [['one', 'two'], [{ name: 'sessions', file: script }]]);
});

test('nothing moves: no promise settles, and no timer fires', { skip }, async () => {
  const code = `let moved = 0; const note = () => { moved += 1; };
    promise.then(note); setTimeout(note, 0); setImmediate(note); process.nextTick(note); queueMicrotask(note);
    const end = Date.now() + 50; while (Date.now() < end); moved`;
  assert.equal((await evaluateInImage(image, code)).value, 0);
});

test('a code without an end, or without a bound in memory, is ended', { skip }, async () => {
  const endless = evaluateInImage(image, 'for (;;);', { timeoutMs: 1500 });
  await assert.rejects(endless, {
    code: 'HEAPHOUND_ERR_TIMEOUT',
    message: /the answer did not end within the 1500 ms/,
  });
  const greedy = evaluateInImage(image, 'const all = []; for (;;) all.push(new Array(1e6).fill(0.5));');
  await assert.rejects(greedy, { code: 'HEAPHOUND_ERR_THAW', message: /gave no answer: .*memory/i });
  const buffers = evaluateInImage(image, 'Buffer.alloc(2 ** 30).length + Buffer.alloc(2 ** 30).length');
  await assert.rejects(buffers, { code: 'HEAPHOUND_ERR_EVAL', message: /allocation failed/i });
});

test('a long text is cut, and says so', { skip }, async () => {
  const { text, isCut, value } = await evaluateInImage(image, "'x'.repeat(1_500_000)");
  assert.deepEqual([text.length, isCut, value.length], [1_000_000, true, 1_500_000]);
  const { whyNoValue } = await evaluateInImage(image, "'x'.repeat(5_000_000)");
  assert.match(whyNoValue, /5000002 characters/);
});

test('code that is none, and images that are none, are refused', { skip }, async () => {
  for (const code of [undefined, '', ' ', 7, 'x'.repeat(40_000)])
    await assert.rejects(evaluateInImage(image, /** @type {any} */ (code)), { code: 'HEAPHOUND_ERR_OPTION' });
  await assert.rejects(evaluateInImage(image, '1', /** @type {any} */ ({ path: 'x' })), {
    code: 'HEAPHOUND_ERR_OPTION',
  });
  await assert.rejects(evaluateInImage(app, '1'), { code: 'HEAPHOUND_ERR_IMAGE' });
});

test('a process whose own code has changed JSON gives no answer, and says so', { skip }, async () => {
  await assert.rejects(evaluateInImage(image, 'JSON.stringify = () => "{"; 1'), { code: 'HEAPHOUND_ERR_THAW' });
});

test('the command prints the text, and the document as JSON', { skip }, async () => {
  const plain = await run(process.execPath, [main, 'thaw', image, '--eval', '[...sessions.keys()]']);
  assert.equal(plain.stdout, `[\n  1, 2, 3, 4,\n  5, 6, 7\n]\n(sessions is the variable of ${app})\n`);
  const { stdout } = await run(process.execPath, [main, 'thaw', image, '--eval', 'sessions.size', '--json']);
  assert.equal(JSON.parse(stdout).value, 7);
  const hostile = await run(process.execPath, [
    main,
    'thaw',
    image,
    '--eval',
    String.raw`({ toString: 1, [Symbol.for('nodejs.util.inspect.custom')]: () => 'a\u001b[2Jb' })`,
  ]);
  assert.doesNotMatch(hostile.stdout, /\u001b/);
  for (const more of [['--out', 'x'], ['--redact']])
    await assert.rejects(
      run(process.execPath, [main, 'thaw', image, '--eval', '1', ...more]),
      /--eval makes no snapshot/,
    );
});

/**
 * @param {import('node:test').TestContext} t
 * @param {string} node
 * @param {string} file
 */
async function freezeFromOutside(t, node, file) {
  const child = spawn(node, [app], { stdio: ['ignore', 'pipe', 'inherit'] });
  t.after(() => child.kill('SIGKILL'));
  await once(/** @type {import('node:stream').Readable} */ (child.stdout), 'data');
  // By a process that is not its parent.
  const { stdout } = await run(process.execPath, [outside, String(child.pid), JSON.stringify({ path: file })]);
  assert.match(stdout, /"sha256"/);
}
