'use strict';

const assert = require('node:assert/strict');
const { spawnSync } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { test } = require('node:test');
const dockerfile = require('dockerfile-utils');
const { parseAllDocuments } = require('yaml');
const { tool } = require('./helpers/tool');

const folder = path.join(__dirname, '..', 'examples', 'deployment');
const manifest = path.join(folder, 'kubernetes.yaml');
const deployment = () => parseAllDocuments(fs.readFileSync(manifest, 'utf8')).map((it) => it.toJS()).find(({ kind }) => kind === 'Deployment');

const validate = tool('kubernetes-validate');
test('the manifest keeps to the schemas of Kubernetes', { skip: validate.skip }, (t) => {
  const check = (/** @type {string} */ file) => spawnSync(validate.command, ['--strict', file], { encoding: 'utf8' });
  const { status, stdout, stderr } = check(manifest);
  assert.equal(status, 0, stdout + stderr);
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'heaphound-test-'));
  t.after(() => fs.rmSync(dir, { recursive: true }));
  const broken = path.join(dir, 'broken.yaml');
  fs.writeFileSync(broken, fs.readFileSync(manifest, 'utf8').replace('readOnlyRootFilesystem', 'readOnlyRoot'));
  const refused = check(broken);
  assert.equal(refused.status, 1);
  assert.match(refused.stdout + refused.stderr, /'readOnlyRoot' was unexpected/);
});

test('the Dockerfile has no faults, and its process is not root', () => {
  const text = fs.readFileSync(path.join(folder, 'Dockerfile'), 'utf8');
  assert.deepEqual(dockerfile.validate(text), []);
  assert.notDeepEqual(dockerfile.validate(text.replace('WORKDIR', 'WORKDIRR')), []);
  const last = text.slice(text.lastIndexOf('FROM '));
  assert.match(last, /^USER node$/m);
  assert.match(last, /^CMD \["node", "server\.js"\]$/m);
});

test('snapshots have the only place that can be written, and it is bounded', () => {
  const { containers, volumes } = deployment().spec.template.spec;
  const [{ env, securityContext, volumeMounts }] = containers;
  assert.equal(securityContext.readOnlyRootFilesystem, true);
  const heapDir = env.find(({ name }) => name === 'HEAP_DIR').value;
  const mount = volumeMounts.find(({ mountPath }) => heapDir.startsWith(`${mountPath}/`));
  assert.ok(volumes.find(({ name }) => name === mount.name).emptyDir.sizeLimit);
});
