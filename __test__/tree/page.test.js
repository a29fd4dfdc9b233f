'use strict';

// The page of reports and of the viewer: what it may import, and that no text can become markup or code in it.

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');

const ROOT = path.join(__dirname, '..', '..');
const SOURCES = path.join(ROOT, 'viewer', 'src');
const PACKAGES = ['preact', 'preact/hooks', '@preact/signals', 'd3-hierarchy'];
/** Ways in which a text becomes markup or code. */
const DANGEROUS =
  /\b(innerHTML|outerHTML|insertAdjacentHTML|dangerouslySetInnerHTML|srcdoc|eval|Function\(|document\.write)/;

const files = fs
  .readdirSync(SOURCES, { recursive: true })
  .map((file) => String(file).replaceAll('\\', '/'))
  .filter((file) => /\.tsx?$/.test(file));
const read = (/** @type {string} */ file) => fs.readFileSync(path.join(SOURCES, file), 'utf8');

/** @param {string} text */
function importsOf(text) {
  return [...text.matchAll(/^(?:import|export)( type)? [^;]*?from '([^']+)';/gm)].map(([, type, from]) => ({
    isType: type !== undefined,
    from,
  }));
}

test('it imports its own files, four packages, types, and words that need no Node.js', () => {
  assert.ok(files.length > 30, `${files.length} files`);
  const wrong = files.flatMap((file) =>
    importsOf(read(file)).flatMap(({ isType, from }) => {
      if (!from.startsWith('.')) return PACKAGES.includes(from) ? [] : [`${file}: ${from}`];
      const to = path.posix.join('viewer/src', path.posix.dirname(file), from);
      if (to.startsWith('viewer/src/')) return [];
      if (to === 'index') return isType ? [] : [`${file}: ${from}, not as a type`];
      return to.startsWith('words/') && isWithoutNode(to) ? [] : [`${file}: ${from}`];
    }),
  );
  assert.deepEqual(wrong, []);
});

/** @param {string} file of `words` @returns {boolean} */
function isWithoutNode(file) {
  const text = fs.readFileSync(path.join(ROOT, file), 'utf8');
  return [...text.matchAll(/require\('([^']+)'\)/g)].every(
    ([, other]) => other.startsWith('./') && isWithoutNode(`${path.posix.join('words', other)}.js`),
  );
}

test('a part knows no view, and a view no other', () => {
  const wrong = files.flatMap((file) =>
    importsOf(read(file))
      .filter(({ from }) => (file.startsWith('views/') ? /^\.\/(?!index)/.test(from) : /\/views\//.test(from)))
      .filter(() => !['views/index.ts', 'app.tsx'].includes(file))
      .map(({ from }) => `${file}: ${from}`),
  );
  assert.deepEqual(wrong, []);
});

test('no text can become markup or code', () => {
  assert.deepEqual(
    files.filter((file) => DANGEROUS.test(read(file))),
    [],
  );
});

test('no line of the page is without types', () => {
  assert.deepEqual(
    files.filter((file) => /: any\b|as any\b|@ts-/.test(read(file))),
    [],
  );
});
