'use strict';

// `any` switches the type checker off. It stands for what is a user's own, or another program's, and nowhere else: each
// file that has some is a row here, with the reason.

const assert = require('node:assert/strict');
const fs = require('node:fs');
const path = require('node:path');
const { test } = require('node:test');

const ROOT = path.join(__dirname, '..', '..');
const FOLDERS = ['lib', 'http', 'fastify', 'cli', 'test', 'words', 'checks', 'counts', 'waits'];

const PROTOCOL = 'answers of the inspector protocol: their types follow from a name at run time';
const OPTIONS = "options as the user's command line gave them, by name";
const ROWS = 'a table draws rows of any document';
const VALUE = 'a value of the user, which is looked at here';

/** Most in a file, and what they stand for. @type {Record<string, [most: number, reason: string]>} */
const ALLOWED = {
  'checks/options.js': [3, 'the value of an option, and functions of the user'],
  'waits/event.js': [2, 'arguments of events'],
  'lib/capture/inspector/client.js': [5, PROTOCOL],
  'lib/disk/encryption.js': [1, 'an optional package, whose types need a browser'],
  'lib/metrics/measures.js': [1, 'messages of diagnostics channels, which everybody may publish'],
  'lib/metrics/opentelemetry.js': [3, "the user's meter"],
  'lib/metrics/prometheus.js': [3, "the user's registry, and the metrics of their prom-client"],
  'lib/service/index.js': [1, 'the result of a capture: a record of a snapshot or of an image'],
  'lib/sources/syntax.js': [1, 'the members of a node of a syntax tree, which differ by its type'],
  'lib/store/s3-client.js': [1, "the user's S3 client: its answer depends on the command"],
  'lib/store/store.js': [3, 'a record of a snapshot or of an image, by the option of the call'],
  'lib/watch/alarm.js': [4, "snapshots and verdicts of the user's own functions"],
  'http/auth.js': [3, "the user's check of who asks, and its arguments"],
  'http/body.js': [1, 'the members of a body'],
  'http/options.js': [2, VALUE],
  'fastify/index.js': [1, 'a plugin with the symbols of fastify-plugin'],
  'fastify/options.js': [3, VALUE],
  'fastify/routes.js': [3, "the user's app, whose type provider is theirs, and their routeOpts"],
  'cli/arguments.js': [3, OPTIONS],
  'cli/columns.js': [3, ROWS],
  'cli/commands/capture.js': [1, OPTIONS],
  'cli/commands/dominators.js': [1, ROWS],
  'cli/help.js': [1, ROWS],
  'cli/leaks/report.js': [1, OPTIONS],
  'cli/leaks/search.js': [3, OPTIONS],
  'cli/main.js': [3, 'options by name, and whatever was thrown'],
  'cli/options.js': [1, OPTIONS],
  'cli/owners.js': [2, ROWS],
  'cli/redaction.js': [1, OPTIONS],
  'cli/rows.js': [2, ROWS],
  'cli/snapshots.js': [3, OPTIONS],
  'cli/table.js': [4, ROWS],
  'test/assert-no-leak.js': [2, VALUE],
  'test/heap/checkpoint.js': [1, 'a diff with methods that are added to it'],
  'counts/instances.js': [4, PROTOCOL],
  'test/measure/child-main.js': [2, "what the user's scenario threw, and messages of another process"],
  'test/measure/child.js': [1, 'a message of another process'],
  'test/measure/scenario.js': [1, VALUE],
  'test/report/matchers.js': [7, VALUE],
  'test/report/message.js': [2, 'a report of either of two functions'],
  'test/report/scripts.js': [7, PROTOCOL],
};

/** The types in the comments of a text: what stands in the outermost braces. @param {string} text */
function typesIn(text) {
  const types = [];
  for (const [comment] of text.matchAll(/\/\*\*[^]*?\*\//g)) {
    let depth = 0;
    let start = 0;
    for (const [at, character] of [...comment].entries()) {
      if (character === '{' && depth++ === 0) start = at;
      if (character === '}' && depth > 0 && --depth === 0) types.push([...comment].slice(start, at + 1).join(''));
    }
  }
  return types;
}

/** @returns {Map<string, string[]>} types with `any` in them, by file */
function untyped() {
  const found = new Map();
  for (const folder of FOLDERS) {
    for (const name of fs.readdirSync(path.join(ROOT, folder), { recursive: true })) {
      if (!name.endsWith('.js')) continue;
      const file = `${folder}/${name.split(path.sep).join('/')}`;
      const types = typesIn(fs.readFileSync(path.join(ROOT, file), 'utf8'));
      const uses = types.flatMap((type) => (type.match(/(?<![\w'])any(?![\w'])/g) ?? []).map(() => type));
      if (uses.length > 0) found.set(file, uses);
    }
  }
  return found;
}

test('a type is any only where it stands for something of the user or of another program', () => {
  const found = untyped();
  for (const [file, types] of found) {
    const [most] = ALLOWED[file] ?? [0];
    assert.ok(
      types.length <= most,
      `${file} has ${types.length} types with any, and may have ${most}:\n${types.join('\n')}`,
    );
  }
  assert.deepEqual(
    Object.keys(ALLOWED).filter((file) => !found.has(file)),
    [],
    'rows that nothing needs any more',
  );
});

test('fewer than 40 things are any and nothing else', () => {
  const bare = [...untyped()].flatMap(([file, types]) => types.filter((type) => type === '{any}').map(() => file));
  assert.ok(bare.length < 40, `${bare.length}`);
});

test('the types of a comment are found with the braces in them', () => {
  assert.deepEqual(typesIn('/** @param {{ a: any }} x @returns {any} */ const any = {};'), ['{{ a: any }}', '{any}']);
});
