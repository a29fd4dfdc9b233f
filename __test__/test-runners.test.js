'use strict';

const assert = require('node:assert/strict');
const { before, describe, it } = require('node:test');
const { copyProject, installHeaphound, missing, runProject } = require('./runners/project');

/** How each runner says that the tests of its example passed. */
const PASSED = { node: /^# pass 2$/m, vitest: /3 passed/, jest: /3 passed/ };

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
