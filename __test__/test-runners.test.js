'use strict';

const assert = require('node:assert/strict');
const { execFile } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { before, describe, it } = require('node:test');
const { promisify } = require('node:util');
const { nodeOfLine } = require('./helpers/node-lines');
const { copyProject, installHeaphound, missing, runProject, watchProject } = require('./runners/project');

/**
 * How each runner says that the tests of its example passed. Those in TypeScript have the places of a leak in their
 * source as an expectation. The pools of Vitest are `forks`, `threads`, `vmForks` and `vmThreads`, with coverage.
 */
const PASSED = {
  node: /^# pass 2$/m,
  vitest: /3 passed/,
  'vitest-pools': /Tests +8 passed[^]*session-store\.ts/,
  jest: /4 passed/,
  'swc-jest': /2 passed/,
  'ts-jest': /2 passed/,
};
/** Types stand before the class and the Map: in the code that runs without them other lines would have both. */
const PLACES = /Session piles up in [^]*Class: Session, session-store\.ts:9:[^]*Map @\d+, session-store\.ts:15:/;

const TSC = path.join(__dirname, '..', 'node_modules', 'typescript', 'bin', 'tsc');
/**
 * As projects have it: new ones, those with a bundler, and those that left it as it was. Vitest cannot be imported in
 * the last way.
 */
const RESOLUTIONS = { nodenext: ['vitest', 'jest'], bundler: ['vitest', 'jest'], node10: ['jest'] };
const IMPORTS = {
  vitest: "import { expect } from 'vitest';\nimport 'heaphound/test/vitest';",
  jest: "import { expect } from '@jest/globals';\nimport 'heaphound/test/jest';\nexport type OfTypesJest = jest.Matchers<void>['toHaveNoLeaks'];",
};
const USE = `
import { assertNoLeak, checkpoint } from 'heaphound/test';
export async function use(ignore: string | undefined, iterations?: number): Promise<void> {
  await assertNoLeak(() => {}, { ignore, iterations });
  const diff = await (await checkpoint()).diff();
  expect(diff).toHaveNoLeaks();
  expect(diff).not.toHaveNoLeaks({ ignore: [/Cache/, 'Session'] });
  expect(diff).toHaveGrownBy({ className: 'Session', count: 0 });
  // @ts-expect-error: a count is missing
  expect(diff).toHaveGrownBy({ className: 'Session' });
}
`;

describe('matchers have types', { skip: missing() }, () => {
  before(installHeaphound);
  for (const [resolution, runners] of Object.entries(RESOLUTIONS)) {
    it(resolution, async () => {
      const folder = copyProject('node', `types-${resolution}`);
      for (const runner of runners) fs.writeFileSync(path.join(folder, `${runner}.ts`), IMPORTS[runner] + USE);
      const module = { nodenext: 'nodenext', bundler: 'esnext', node10: 'commonjs' }[resolution];
      const types = path.join(__dirname, '..', 'node_modules', '@types');
      const options = [
        '--strict',
        '--exactOptionalPropertyTypes',
        '--noEmit',
        '--skipLibCheck',
        '--target',
        'es2022',
        '--lib',
        'es2022,esnext.disposable',
        '--typeRoots',
        types,
        '--types',
        'node',
      ];
      const args = [
        TSC,
        ...options,
        '--module',
        module,
        '--moduleResolution',
        resolution,
        ...runners.map((runner) => `${runner}.ts`),
      ];
      await promisify(execFile)(process.execPath, args, { cwd: folder }).catch((error) => assert.fail(error.stdout));
    });
  }
});

/**
 * Types before the class, which are gone in the code that runs: the class begins in line 4, its constructor in line 6.
 */
const TYPED = `interface Visit { at: number }
type Key = \`visit-\${number}\`;

export class Ticket {
  visits: Visit[] = [];
  constructor(public key: Key) {}
}
`;
const TYPED_TEST = `import { test } from 'vitest';
import { assertNoLeak } from 'heaphound/test';
import { Ticket } from './ticket';
interface Unused { name: string }

const tickets: Ticket[] = [];
test('it leaks', { timeout: 120_000 }, () => assertNoLeak((run) => { tickets.push(new Ticket(\`visit-\${run}\`)); }).then(() => {}));
`;

describe('a failure names lines of the source', { skip: missing() }, () => {
  before(installHeaphound);
  it('and not those of what Vitest compiled in memory', async () => {
    const folder = copyProject('vitest', 'vitest-typed');
    fs.rmSync(path.join(folder, 'sessions.test.js'));
    fs.writeFileSync(path.join(folder, 'ticket.ts'), TYPED);
    fs.writeFileSync(path.join(folder, 'ticket.test.ts'), TYPED_TEST);
    const { ok, output } = await runProject('vitest', folder);
    assert.equal(ok, false);
    assert.match(output, /Ticket piles up in [^]*Class: Ticket, .*ticket\.ts:[46]:\d+/);
    const places = [...output.matchAll(/ (?:[\w/.-]*\/)?(ticket(?:\.test)?\.ts):(\d+):\d+/g)];
    const lines = { 'ticket.ts': TYPED.split('\n').length, 'ticket.test.ts': TYPED_TEST.split('\n').length };
    for (const [place, file, line] of places) assert.ok(Number(line) < lines[file], place);
  });
});

describe('the examples of tests pass', { skip: missing() }, () => {
  before(installHeaphound);
  for (const runner of /** @type {(keyof typeof PASSED)[]} */ (Object.keys(PASSED))) {
    it(runner, async () => {
      const { ok, output } = await runProject(runner, copyProject(runner));
      assert.ok(ok, output);
      assert.match(output, PASSED[runner]);
    });
  }
});

describe('Node.js runs TypeScript, and a failure names lines of the source', { skip: missing() }, () => {
  before(installHeaphound);
  const assertPlaces = (/** @type {{ output: string }} */ { output }) => {
    assert.match(output, /^ok 1 - logging in and out does not leak$/m);
    assert.match(output, /^not ok 2 - logging in without logging out leaks$/m);
    assert.match(output, PLACES);
  };
  for (const line of [22, 24, 26]) {
    it(`whose types Node.js ${line} takes out`, async () => {
      const folder = copyProject('typescript', `typescript-${line}`);
      assertPlaces(await runProject('typescript', folder, { node: nodeOfLine(line) }));
    });
  }
  it('in a CommonJS module', async () => {
    const folder = copyProject('typescript', 'typescript-commonjs');
    for (const file of ['session-store.ts', 'sessions.test.ts']) {
      const text = fs.readFileSync(path.join(folder, file), 'utf8');
      const required = text
        .replaceAll(/^import (\{.*\}) from (.*);$/gm, 'const $1 = require($2);')
        .replaceAll(/^export (class|interface) /gm, '$1 ');
      const isStore = file === 'session-store.ts';
      fs.writeFileSync(path.join(folder, file), `${required}${isStore ? 'module.exports = { SessionStore };' : ''}`);
    }
    fs.writeFileSync(path.join(folder, 'package.json'), '{ "type": "commonjs" }');
    assertPlaces(await runProject('typescript', folder, { node: nodeOfLine(24) }));
  });
  it('which tsx compiles, on Node.js 20', async () => {
    const folder = copyProject('typescript', 'typescript-tsx');
    const node = nodeOfLine(20);
    assertPlaces(await runProject('typescript', folder, { node, flags: ['--import', 'tsx'] }));
  });
});

describe('the watch mode of Vitest', { skip: missing() }, () => {
  before(installHeaphound);
  it('names the lines that the source has now', { timeout: 300_000 }, async (t) => {
    const folder = copyProject('vitest-pools', 'vitest-watch');
    const vitest = watchProject(folder, ['--project', 'threads', '-t', 'without logging out']);
    t.after(() => vitest.kill());
    const source = path.join(folder, 'session-store.ts');
    const first = await untilItWaits(vitest, '');
    assert.match(first, /1 passed/);
    const rerun = untilItWaits(vitest, '[1/1]');
    fs.writeFileSync(source, `// One line more.\n${fs.readFileSync(source, 'utf8')}`);
    const second = await rerun;
    assert.match(second, /1 failed/);
    assert.match(second, /Class: Session, session-store\.ts:10:[^]*Map @\d+, session-store\.ts:16:/);
  });
});

/**
 * What it writes until it waits for a change.
 *
 * @param {import('node:child_process').ChildProcessWithoutNullStreams} vitest
 * @param {string} end of what it has to say of failures, which goes another way
 * @returns {Promise<string>}
 */
function untilItWaits({ stdout, stderr }, end) {
  return new Promise((resolve) => {
    let text = '';
    const note = (/** @type {Buffer} */ chunk) => {
      text += chunk;
      if (!/(Waiting|Watching) for file changes/.test(text) || !text.includes(end)) return;
      for (const stream of [stdout, stderr]) stream.off('data', note);
      resolve(text);
    };
    for (const stream of [stdout, stderr]) stream.on('data', note);
  });
}
