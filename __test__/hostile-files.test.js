'use strict';

// Files that were made to take memory and time: what opening them costs is bounded by what they are.

const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { spawnSync } = require('node:child_process');
const { after, before, test } = require('node:test');
const zlib = require('node:zlib');
const { diffSnapshots, findLeaks, openSnapshot } = require('..');
const { inside } = require('../lib/open/snapshot');

const MIN = fs.readFileSync(path.join(__dirname, 'fixtures', 'corpus', 'handmade', 'min5.heapsnapshot'), 'utf8');
const GOLDEN = path.join(__dirname, 'fixtures', 'golden');
const GROWTH = ['before', 'after'].map((name) => path.join(GOLDEN, `growth-${name}.heapsnapshot.gz`));
const MAIN = path.join(__dirname, '..', 'cli', 'main.js');
const MEGABYTE = 1 << 20;

let folder;
before(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'heaphound-hostile-'));
});
after(() => fs.rmSync(folder, { recursive: true, force: true }));

/**
 * Writes a document whose bytes before and behind the place of `mark` are those of the small snapshot, and `unit` again
 * and again at it.
 *
 * @param {string} name
 * @param {string} mark text behind which the units stand
 * @param {string} unit
 * @param {number} bytes of all units
 */
function bomb(name, mark, unit, bytes) {
  const at = MIN.indexOf(mark) + mark.length;
  assert.ok(at >= mark.length);
  const block = Buffer.from(unit.repeat(Math.ceil(MEGABYTE / unit.length)));
  const file = path.join(folder, name);
  const pieces = [MIN.slice(0, at), ...Array(Math.ceil(bytes / block.length)).fill(block), MIN.slice(at)];
  // Members one after the other are one gzip file, and the same block is compressed but once.
  const packed = zlib.gzipSync(block, { level: 9 });
  fs.writeFileSync(file, Buffer.concat(pieces.map((piece) => (piece === block ? packed : zlib.gzipSync(piece)))));
  return file;
}

/** Opens a file in a process of its own: what that took, and what came out. */
function opened(file, limits = {}) {
  const program = `
    const { openSnapshot } = require(${JSON.stringify(path.join(__dirname, '..'))});
    const before = process.resourceUsage().maxRSS;
    const done = (outcome) => console.log(JSON.stringify({ ...outcome, grown: (process.resourceUsage().maxRSS - before) * 1024 }));
    openSnapshot(process.argv[1], ${JSON.stringify(limits)}).then(
      (snapshot) => done({ strings: snapshot.info.stringCount }),
      ({ code, message, need, have, file }) => done({ code, message, need, have, file }));`;
  const { stdout, stderr } = spawnSync(process.execPath, ['-e', program, file], { encoding: 'utf8' });
  assert.equal(stderr, '');
  return JSON.parse(stdout);
}

test('a small file that stands for gigabytes is refused before it has taken them', () => {
  const files = [
    bomb('empty-strings.gz', '"strings":[', '"",', 600 * MEGABYTE),
    bomb('one-string.gz', '"strings":["', 'x', 600 * MEGABYTE),
    bomb('blanks.gz', '"strings":[', ' ', 600 * MEGABYTE),
    bomb('samples.gz', '"samples":[', '0,0,', 600 * MEGABYTE),
    bomb('nested.gz', '"samples":[],', '"x":[', 600 * MEGABYTE),
  ];
  for (const file of files) {
    assert.ok(fs.statSync(file).size < 2 * MEGABYTE, file);
    const { code, message, grown, file: named } = opened(file);
    assert.match(code, /^HEAPHOUND_ERR_(COMPRESSION|FORMAT)$/, `${file}: ${message}`);
    assert.equal(named, file);
    assert.ok(grown < 1000 * MEGABYTE, `${file} took ${grown}`);
  }
});

test('strings that nothing refers to take no memory, however many there are', () => {
  const { strings, grown, message } = opened(bomb('unused.gz', '"strings":["', '","', 60 * MEGABYTE));
  assert.ok(strings > 20e6, message);
  assert.ok(grown < 150 * MEGABYTE, `${grown}`);
});

test('maxMemoryBytes limits what an open may take, and the error says how much it is', async () => {
  const file = GROWTH[1];
  const [small, large] = [1e6, 1e9];
  await assert.rejects(openSnapshot(file, { maxMemoryBytes: small }), (error) => {
    assert.equal(error.code, 'HEAPHOUND_ERR_NO_HEADROOM');
    assert.ok(error.need > small && error.have === small && error.file === file);
    assert.match(
      error.message,
      /^the snapshot takes \d+\.\d MB of memory at least, and maxMemoryBytes leaves 1\.0 MB: it was not opened/,
    );
    return true;
  });
  await (await openSnapshot(file, { maxMemoryBytes: large })).close();
  await assert.rejects(openSnapshot(file, { maxMemoryBytes: -1 }), { code: 'HEAPHOUND_ERR_OPTION' });
  // The tables alone would fit; what is computed from them does not.
  const snapshot = await openSnapshot(file);
  const { nodeCount, edgeCount } = snapshot.info;
  await snapshot.close();
  const needed = 49 * nodeCount + 12 * edgeCount;
  await assert.rejects(openSnapshot(file, { maxMemoryBytes: needed - 1 }), (error) => error.need >= needed);
});

test('one maxMemoryBytes is for all snapshots of a call', async () => {
  const one = await openSnapshot(GROWTH[1]);
  const bytes = inside.memoryBytes(one);
  await one.close();
  assert.ok(bytes > 1e6);
  const most = { maxMemoryBytes: Math.round(bytes * 1.3) };
  await (await openSnapshot(GROWTH[1], most)).close();
  await assert.rejects(diffSnapshots(...GROWTH, most), { code: 'HEAPHOUND_ERR_NO_HEADROOM', file: GROWTH[1] });
  await assert.rejects(findLeaks(GROWTH, most), { code: 'HEAPHOUND_ERR_NO_HEADROOM', file: GROWTH[1] });
});

test('the command line has --max-memory', () => {
  const { status, stderr } = spawnSync(process.execPath, [MAIN, 'summary', GROWTH[1], '--max-memory', '2MB'], {
    encoding: 'utf8',
  });
  assert.equal(status, 3);
  assert.match(stderr, /maxMemoryBytes leaves 2\.0 MB/);
});

test('a name of megabytes is cut in every document, and whole where it is asked for', async () => {
  const long = `Large${'x'.repeat(10 * MEGABYTE)}End`;
  const document = JSON.parse(MIN);
  const {
    node_fields: fields,
    node_types: [kinds],
  } = document.snapshot.meta;
  const named = [];
  for (let row = 1; row < document.nodes.length / fields.length; row += 1) {
    document.nodes[row * fields.length + fields.indexOf('type')] = kinds.indexOf('object');
    named.push(document.nodes[row * fields.length + fields.indexOf('id')]);
  }
  document.strings = document.strings.map((text, index) => (index === 0 ? text : `${long}${index}`));
  const file = path.join(folder, 'long-names.heapsnapshot');
  fs.writeFileSync(file, JSON.stringify(document));
  const snapshot = await openSnapshot(file);
  const [{ key, name }] = (await snapshot.summary()).classes.filter((row) => row.name.startsWith('Large'));
  assert.match(name, /^Largex+… \(\d+ bytes left out\) …x+End\d$/);
  const answers = {
    summary: await snapshot.summary(),
    dominators: await snapshot.dominators(),
    query: await snapshot.query({ key }),
    contexts: await snapshot.contexts(),
    node: await snapshot.node(named[0]),
    path: await snapshot.retainingPath(named[0]),
    strings: await snapshot.duplicateStrings(),
    diff: await diffSnapshots(file, file, { allow: ['same'] }),
    leaks: await findLeaks([file, file], { allow: ['same'] }),
  };
  for (const [question, answer] of Object.entries(answers)) {
    assert.ok(JSON.stringify(answer).length < 200_000, `${question} has ${JSON.stringify(answer).length}`);
  }
  assert.ok(answers.query.length > 0, 'a key that was cut finds its class');
  const { fullName } = await snapshot.node(named[0], { fullName: true });
  assert.equal(fullName.slice(0, -1), long);
  await snapshot.close();
  for (const command of ['summary', 'dominators', 'query', 'diff']) {
    const files = command === 'diff' ? [file, file, '--allow', 'same'] : [file];
    const { stdout } = spawnSync(process.execPath, [MAIN, command, ...files], { encoding: 'utf8', maxBuffer: 1 << 30 });
    assert.ok(stdout.length < 200_000, `${command} printed ${stdout.length}`);
  }
});

test('a file that is no snapshot is named, with what to do', async () => {
  const tar = Buffer.alloc(1024);
  tar.write('heaps/a.heapsnapshot', 0);
  tar.write('ustar', 257);
  const cases = {
    '': /^the file is empty: it has no bytes/,
    ' \n': /^the file is empty: it has nothing but white space/,
    'PK\x03\x04': /a zip archive; unpack it first: unzip FILE/,
    '\xfd7zXZ\0': /compressed by xz; unpack it first: xz -dk FILE/,
    '7z\xbc\xaf\x27\x1c': /a 7z archive/,
    BZh91AY: /bzip2/,
    '\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x04\0': /a core dump of Linux; .* heaphound thaw CORE --out FILE/,
    'version https://git-lfs.github.com/spec/v1\noid sha256:00': /git lfs pull/,
    'JAVA PROFILE 1.0.2\0': /a heap dump of a JVM/,
    '<!DOCTYPE html><title>404</title>': /an HTML page/,
    '{"header":{"reportVersion":3},"javascriptStack":{}}': /a diagnostic report of Node\.js/,
  };
  const code = (text) => (text.trim() === '' ? 'HEAPHOUND_ERR_TRUNCATED' : 'HEAPHOUND_ERR_FOREIGN');
  for (const [text, message] of Object.entries(cases)) {
    const bytes = Buffer.from(text, 'latin1');
    const error = {
      code: code(text),
      message: text.trim() === '' ? message : new RegExp(`^not a V8 heap snapshot: .*${message.source}`),
    };
    await assert.rejects(openSnapshot(bytes), error);
    if (text !== '') await assert.rejects(openSnapshot(zlib.gzipSync(bytes)), error);
  }
  await assert.rejects(openSnapshot(zlib.gzipSync(tar)), /a tar archive; unpack it first: tar -xf FILE/);
  await assert.rejects(openSnapshot(zlib.gzipSync(zlib.gzipSync(MIN))), /compressed a second time, by gzip/);
});
