'use strict';

// The lines of a source file that call what it imports from a package, over many ways to write them.

const assert = require('node:assert/strict');
const { describe, it } = require('node:test');
const { callsOf } = require('../lib/sources/calls');

/**
 * The lines of the calls of the package `cache-kit`, in the order of the text; a comment `// !` marks each of them.
 *
 * @param {string} style
 * @param {string} source
 * @param {string} [file]
 */
function check(style, source, file) {
  it(style, () => {
    const marked = source.split('\n').flatMap((line, at) => (line.includes('// !') ? [at + 1] : []));
    const calls = callsOf(source, { package: 'cache-kit', file });
    assert.ok(calls, 'the text is a program');
    assert.deepEqual(
      calls.map((call) => call.line).sort((a, b) => a - b),
      marked,
    );
  });
}

describe('calls of a package are found', () => {
  check(
    'behind require',
    `const Cache = require('cache-kit');\nconst cache = new Cache(); // !\ncache.set(1, 2); // !`,
  );
  check('behind require in a name of backquotes', 'const Cache = require(`cache-kit`);\nCache.make(); // !');
  check('in the line of the require', `require('cache-kit').start(); // !\nrequire('cache-kit')();// !`);
  check('of a file in the package', `const lru = require('cache-kit/lib/lru');\nlru(); // !`);
  check('by module.require', `const kit = module.require('cache-kit');\nkit.make(); // !`);
  check(
    'by createRequire',
    `import { createRequire } from 'node:module';\nconst load = createRequire(import.meta.url);\n` +
      `const kit = load('cache-kit');\nkit.make(); // !`,
  );
  check('taken apart', `const { Cache, make: build = 1 } = require('cache-kit');\nnew Cache(); // !\nbuild(); // !`);
  check('taken apart deeply', `const { a: { b: [make] } } = require('cache-kit');\nmake(); // !`);
  check('taken apart with a rest', `const { make, ...kit } = require('cache-kit');\nkit.other(); // !\nmake(); // !`);
  check('as a default import', `import Cache from 'cache-kit';\nexport default new Cache(); // !`);
  check('as named imports', `import { make as build, Cache } from 'cache-kit';\nbuild(); // !\nnew Cache; // !`);
  check('as a namespace', `import * as kit from 'cache-kit';\nnew kit.Cache(); // !\nkit['make'](); // !`);
  check('as a default of a namespace', `import * as kit from 'cache-kit';\nnew kit.default(); // !`);
  check('by import()', `const { default: Cache } = await import('cache-kit');\nnew Cache(); // !`);
  check('by import() and then', `import('cache-kit').then(({ make }) => {\n  make(); // !\n});`);
  check('by import = require', `import kit = require('cache-kit');\nkit.make(); // !`, 'a.ts');
  check(
    'as compilers write an import',
    `var kit_1 = __importDefault(require("cache-kit"));\nlet c = new kit_1.default(); // !\n` +
      `var _kit = _interopRequireDefault(require("cache-kit"));\n(0, _kit.make)(); // !`,
  );
  check(
    'behind a second name',
    `const kit = require('cache-kit');\nconst other = kit;\nconst { make } = other;\nmake(); // !`,
  );
  check(
    'of a variable that gets its value later',
    `let c;\nfunction start() {\n  c = new (require('cache-kit'))(); // !\n}\nfunction put() {\n  c.set(1); // !\n}`,
  );
  check(
    'with a value that may be another',
    `const kit = process.env.X ? require('cache-kit') : fake;\nkit.make(); // !\nlet c;\n(c ??= kit.make()).set(1); // !`,
  );
  check(
    'of a field of a class',
    `import { Cache } from 'cache-kit';\nclass Store {\n  #cache = new Cache(); // !\n  put(key) {\n    this.#cache.set(key); // !\n  }\n}`,
  );
  check(
    'of a property that the constructor sets, and not of that of another class',
    `const Cache = require('cache-kit');\nclass A {\n  constructor() {\n    this.cache = new Cache(); // !\n  }\n` +
      `  put() {\n    this.cache.set(1); // !\n  }\n}\nclass B {\n  put() {\n    this.cache.set(1);\n  }\n}`,
  );
  check(
    'of a property of an object',
    `const state = { cache: require('cache-kit').make() }; // !\nstate.cache.set(1); // !\nstate.other.set(1);`,
  );
  check(
    'of a property that is set later',
    `const { make } = require('cache-kit');\nconst state = {};\nstate.cache = make(); // !\nstate.cache.set(1); // !`,
  );
  check(
    'of the result of a function of the file',
    `const kit = require('cache-kit');\nconst open = () => kit.make(); // !\nfunction get() {\n  return open();\n}\nget().set(1); // !`,
  );
  check(
    'of a class that extends one',
    `import { Cache } from 'cache-kit';\nclass Mine extends Cache {} // !\nnew Mine(); // !`,
  );
  check(
    'in a chain over several lines',
    `const kit = require('cache-kit');\nkit\n  .make() // !\n  .set(1) // !\n  .set(2); // !`,
  );
  check('with ?.', `const kit = require('cache-kit');\nkit?.make?.(1); // !`);
  check(
    'after await',
    `const kit = require('cache-kit');\nasync function f() {\n  const c = await kit.open(); // !\n  c.set(1); // !\n}`,
  );
  check('as a tag', "import sql from 'cache-kit';\nsql`select`; // !");
  check(
    'in JSX',
    `import { Provider } from 'cache-kit';\nexport const App = () => <Provider><p/></Provider>; // !`,
    'app.jsx',
  );
  check(
    'in TypeScript with JSX',
    `import * as Kit from 'cache-kit';\nconst n = 1 as number;\nexport const App = () => <Kit.Provider />; // !`,
    'app.tsx',
  );
  check(
    'in TypeScript',
    `import type { Options } from 'cache-kit';\nimport { type Entry, Cache } from 'cache-kit';\n` +
      `@Injectable()\nexport class Store {\n  private readonly cache = new Cache<string, Entry>({} as Options); // !\n` +
      `  constructor(private readonly other: Entry) {}\n  put(key: string): void {\n    this.cache!.set(key); // !\n  }\n}`,
    'store.ts',
  );
  check(
    'with Flow types',
    `// @flow\nimport type { A } from 'cache-kit';\nimport { make } from 'cache-kit';\nconst x: A = make(); // !`,
    'a.js',
  );
  check('with a first line for the shell', `#!/usr/bin/env node\nrequire('cache-kit').make(); // !\nreturn;`);
  check('with Windows line breaks', `const kit = require('cache-kit');\r\n\r\nkit.make(); // !`);
});

describe('what is no call of the package is left out', () => {
  check('another package whose name begins so', `const a = require('cache-kit-extra');\na();\n// cache-kit`);
  check(
    'a name that means another variable inside',
    `const kit = require('cache-kit');\nfunction f(kit) {\n  kit.make();\n}\n{\n  const kit = mine();\n  kit.make();\n}`,
  );
  check('a require of the file itself', `const require = (name) => name;\nrequire('cache-kit').trim();`);
  check('texts and comments', `// new (require('cache-kit'))()\nconst a = "require('cache-kit').make()";`);
  check('types alone', `import type { Cache } from 'cache-kit';\nlet c: Cache;\nc.set(1);`, 'a.ts');
  check('the load itself', `require('cache-kit');\nimport('cache-kit');\nrequire.resolve('cache-kit');`);
  check(
    'a property of another variable',
    `const kit = require('cache-kit');\nconst mine = { make() {} };\nmine.make();`,
  );
});

describe('calls are ranked', () => {
  const first = (/** @type {string} */ source, /** @type {string[]} */ names) =>
    callsOf(source, { package: 'kit', names })[0];

  it('by the name of the class that leaks', () => {
    const source = `const { Pool, Client } = require('kit');\nconst pool = new Pool();\nconst client = new Client();`;
    assert.equal(first(source, ['Client', 'Pool']).line, 3);
    assert.equal(first(source, ['Pool', 'Client']).line, 2);
    assert.match(first(source, ['Pool']).why, /^constructs Pool of kit; the name fits Pool$/);
  });

  it('by the name of what a function makes', () => {
    const source = `const kit = require('kit');\nkit.set('a');\nkit.createConnection();`;
    assert.equal(first(source, ['Connection']).line, 3);
    assert.equal(first(source, ['NativeConnection']).line, 3, 'a part of the name');
  });

  it('that which adds before that which reads or ends, and in a function before once at the start', () => {
    const source = `const kit = require('kit');\nkit.off('x');\nkit.get('x');\nkit.on('x');\nfunction f() {\n  kit.on('y');\n}`;
    assert.deepEqual(
      callsOf(source, { package: 'kit' }).map((call) => call.line),
      [6, 4, 3, 2],
    );
  });

  it('one for each line, with its column and a text that is cut around it', () => {
    const long = `const kit = require('kit');${' '.repeat(5000)}kit.createThing();${' '.repeat(5000)}kit.get();`;
    const calls = callsOf(long, { package: 'kit' });
    assert.equal(calls.length, 1);
    assert.equal(calls[0].column, long.indexOf('kit.createThing') + 1);
    assert.match(calls[0].text, /kit\.createThing\(\);/);
    assert.ok(calls[0].text.length <= 200, `${calls[0].text.length}`);
  });
});

describe('a text that is no program', () => {
  it('has no answer', () => {
    assert.equal(callsOf(`const kit = require('kit'); {{{`, { package: 'kit' }), undefined);
    assert.equal(callsOf(`kit ${'('.repeat(200_000)}`, { package: 'kit' }), undefined);
  });

  it('may be a chain without end', () => {
    const source = `const kit = require('kit');\nkit.make()${'.set(1)'.repeat(4_000)};`;
    assert.ok(Array.isArray(callsOf(source, { package: 'kit' })));
  });
});
