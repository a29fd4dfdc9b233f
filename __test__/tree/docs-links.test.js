'use strict';

// Who has the package and nothing else can follow every link of its documents.

const assert = require('node:assert/strict');
const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');
const { before, test } = require('node:test');

const root = path.join(__dirname, '..', '..');
const FENCED = /^```[\s\S]*?^```$/gm;
const LINK = /\]\(([^)\s]+)\)/g;
/** A file or folder of ours that is named in a sentence. */
const NAMED =
  /`((?:benches|cli|docs|examples|fastify|fuzz|http|lib|scripts|src|test|tests|types|__test__)\/[\w./*-]+)`/g;

/** @type {Set<string>} */
let packed;
before(() => {
  const [{ files }] = JSON.parse(
    execFileSync('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }),
  );
  packed = new Set(files.map((file) => file.path));
});

const documents = () => [...packed].filter((name) => name.endsWith('.md'));
const textOf = (name) => fs.readFileSync(path.join(root, name), 'utf8').replaceAll(FENCED, '');
/** A file of the package, or a folder or pattern of some. */
const isPacked = (name) =>
  packed.has(name) ||
  [...packed].some((file) => file.startsWith(name.endsWith('*') ? name.slice(0, -1) : `${name.replace(/\/$/, '')}/`));
/** The anchor of a heading, as GitHub makes it. */
const anchorOf = (heading) =>
  heading
    .trim()
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(' ', '-');
const anchors = (name) => new Set([...textOf(name).matchAll(/^#+ (.*)$/gm)].map(([, heading]) => anchorOf(heading)));

test('every relative link leads to a file of the package, and to a heading in it', () => {
  const broken = [];
  let count = 0;
  for (const document of documents()) {
    for (const [, link] of textOf(document).matchAll(LINK)) {
      if (/^[a-z]+:/.test(link)) continue;
      count += 1;
      const [file, anchor] = link.split('#');
      const target = file === '' ? document : path.posix.join(path.posix.dirname(document), file);
      if (!isPacked(target)) broken.push(`${document}: ${link}`);
      else if (anchor !== undefined && !anchors(target).has(anchor))
        broken.push(`${document}: ${link} (no such heading)`);
    }
  }
  assert.deepEqual(broken, []);
  assert.ok(count > 30, `${count} links`);
});

test('a file that only a clone has is said to be of a clone', () => {
  const missing = [];
  for (const document of documents()) {
    if (document === 'CONTRIBUTING.md') continue;
    const [opening, ...sections] = textOf(document)
      .split(/^(?=#{1,3} )/m)
      .filter((section) => section.trim() !== '');
    for (const section of [opening, ...sections]) {
      if (/\bclone\b/.test(opening) || /\bclone\b/.test(section)) continue;
      for (const [, name] of section.matchAll(NAMED)) if (!isPacked(name)) missing.push(`${document}: ${name}`);
    }
  }
  assert.deepEqual(missing, []);
});
