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
/** As projects have it: new ones, those with a bundler, and those that left it as it was. Vitest cannot be imported in the last way. */
const RESOLUTIONS = { nodenext: ['vitest', 'jest'], bundler: ['vitest', 'jest'], node10: ['jest'] };
const IMPORTS = {
  vitest: "import { expect } from 'vitest';\nimport 'heaphound/test/vitest';",
  jest: "import { expect } from '@jest/globals';\nimport 'heaphound/test/jest';\nexport type OfTypesJest = jest.Matchers<void>['toHaveNoLeaks'];",
};
const USE = `
import { checkpoint } from 'heaphound/test';
export async function use(): Promise<void> {
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
      const options = ['--strict', '--noEmit', '--skipLibCheck', '--target', 'es2022', '--lib', 'es2022,esnext.disposable', '--typeRoots', types, '--types', 'node'];
      const args = [TSC, ...options, '--module', module, '--moduleResolution', resolution, ...runners.map((runner) => `${runner}.ts`)];
      await promisify(execFile)(process.execPath, args, { cwd: folder }).catch((error) => assert.fail(error.stdout));
    });
  }
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
