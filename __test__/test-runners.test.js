'use strict';

const assert = require('node:assert/strict');
const { execFile } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { before, describe, it } = require('node:test');
const { promisify } = require('node:util');
const { copyProject, installHeaphound, missing, runProject } = require('./runners/project');

/** How each runner says that the tests of its example passed. */
const PASSED = { node: /^# pass 2$/m, vitest: /3 passed/, jest: /3 passed/ };

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
  for (const runner of /** @type {const} */ (['node', 'vitest', 'jest'])) {
    it(runner, async () => {
      const { ok, output } = await runProject(runner, copyProject(runner));
      assert.ok(ok, output);
      assert.match(output, PASSED[runner]);
    });
  }
});
