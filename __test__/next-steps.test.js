'use strict';

// Where an answer is not sure it names what would decide, as commands that work.

const assert = require('node:assert/strict');
const { execFileSync, spawn } = require('node:child_process');
const { once } = require('node:events');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { after, before, describe, it } = require('node:test');
const { findLeaks } = require('..');
const { nextSteps } = require('../words/next-steps');

const MAIN = path.join(__dirname, '..', 'cli', 'main.js');
const folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "heaphound next's-")));
after(() => fs.rmSync(folder, { recursive: true, force: true }));

/** Grows all the time; writes two snapshots. */
const PROGRAM = `
const v8 = require('node:v8');
class Visit {}
globalThis.visits = [];
const work = () => { for (let n = 0; n < 101; n += 1) visits.push(new Visit()); };
for (const name of ['a', 'b']) {
  work();
  v8.writeHeapSnapshot(process.argv[1] + '/' + name + '.heapsnapshot');
}
console.log('ready');
setInterval(work, 50);
`;

describe('the commands of an answer that is not sure', () => {
  /** @type {import('node:child_process').ChildProcess} */
  let program;
  /** @type {string} */
  let inspector;
  /** @type {import('..').LeakDocument} */
  let document;
  before(async () => {
    program = spawn(process.execPath, ['--inspect=127.0.0.1:0', '-e', PROGRAM, folder], { stdio: 'pipe' });
    let said = '';
    program.stderr.on('data', (text) => (said += text));
    await once(program.stdout, 'data');
    [, inspector] = /ws:\/\/127\.0\.0\.1:(\d+)/.exec(said);
    document = await findLeaks(['a', 'b'].map((name) => path.join(folder, `${name}.heapsnapshot`)));
  });
  after(async () => {
    program.kill();
    await once(program, 'exit');
  });

  it('work as they stand, with names that a shell would take apart', () => {
    assert.equal(document.verdict, 'leak');
    const [again, example, ...more] = document.next.map(({ command }) => command);
    assert.match(
      again,
      /^heaphound capture --inspect 9229 --count 3 --interval 1min --out '.+again\/' && heaphound leaks '/,
    );
    assert.match(example, /^heaphound node '.+b\.heapsnapshot' @\d+$/);
    assert.deepEqual(more, []);
    for (const { command } of document.next) {
      // The port is that of a program that others may run here; a minute is longer than a test has.
      const here = command.replace('9229', inspector).replace('1min', '200ms');
      const run = `heaphound() { '${process.execPath}' '${MAIN}' "$@"; }\n${here}`;
      let said = '';
      let status = 0;
      try {
        said = execFileSync('bash', ['-c', run], { encoding: 'utf8', stdio: 'pipe' });
      } catch (error) {
        said = error.stdout + error.stderr;
        ({ status } = error);
      }
      // A leak that is found ends with 1.
      assert.ok(status <= 1, `${command}: ${said}`);
      assert.match(said, /Visit/, command);
    }
  });

  it('stand below the verdict, each on a line of its own', () => {
    const files = document.snapshots.map(({ file }) => file);
    const text = execLeaks(files);
    for (const { command } of document.next) assert.ok(text.split('\n').includes(`   ${command}`), text);
  });
});

describe('the next steps', () => {
  const document = (/** @type {object} */ more) => ({
    snapshots: ['a', 'b', 'c'].map((name) => ({ file: `/x/${name}.heapsnapshot` })),
    verdict: 'leak',
    leaks: [{ confidence: 'high', examples: [1] }],
    accounting: { isExplained: true },
    ...more,
  });
  const commands = (/** @type {object} */ more) => nextSteps(document(more)).map(({ command }) => command);

  it('are none where the answer is sure', () => {
    assert.deepEqual(commands({}), []);
    assert.deepEqual(commands({ verdict: 'none', leaks: [] }), []);
  });

  it('look at the classes where growth has no explanation', () => {
    const found = commands({ verdict: 'unknown', leaks: [], accounting: { isExplained: false } });
    assert.equal(found.length, 2);
    assert.equal(found[1], 'heaphound diff /x/a.heapsnapshot /x/c.heapsnapshot');
  });

  it('look outside of the heap where the process grew by more', () => {
    const found = commands({ verdict: 'unknown', leaks: [], outside: { isUnexplained: true } });
    assert.equal(found[1], 'heaphound stats /x/c.heapsnapshot');
  });

  it('take the command of a leak whose own line the snapshot does not know', () => {
    const responsible = { evidence: 'unknown', because: 'nothing leads to own code', command: 'heaphound x' };
    assert.deepEqual(commands({ leaks: [{ confidence: 'high', examples: [], responsible }] }), ['heaphound x']);
    const forApp = { ...responsible, command: 'node --import heaphound/track APP' };
    assert.deepEqual(commands({ leaks: [{ confidence: 'high', examples: [], responsible: forApp }] }), []);
  });

  it('name no file that a command cannot name', () => {
    const unsure = [{ confidence: 'low', examples: [5] }];
    for (const file of [undefined, '-', '/x/\u202e.heapsnapshot', '--out']) {
      const found = commands({ leaks: unsure, snapshots: [{ file: '/x/a' }, { file: '/x/b' }, { file }] });
      assert.deepEqual(found, [
        'heaphound capture --inspect 9229 --count 3 --interval 1min --out again/ && heaphound leaks again/',
      ]);
    }
  });
});

/** @param {string[]} files */
function execLeaks(files) {
  try {
    return execFileSync(process.execPath, [MAIN, 'leaks', ...files, '--no-color'], { encoding: 'utf8', stdio: 'pipe' });
  } catch (error) {
    return error.stdout;
  }
}
