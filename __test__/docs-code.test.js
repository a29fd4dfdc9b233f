'use strict';

// README and docs followed to the letter: every block of JavaScript is one that a reader can paste. All are compiled,
// as strictly as TypeScript can; what needs no service elsewhere runs.

const assert = require('node:assert/strict');
const { execFile } = require('node:child_process');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { after, before, describe, it } = require('node:test');
const { promisify } = require('node:util');
const ts = require('typescript');
const { hostileHeap } = require('./helpers/hostile-heap');

const root = path.join(__dirname, '..');
const DOCUMENTS = [
  'README.md',
  ...fs
    .readdirSync(path.join(root, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];
const BLOCK = /^```js\n([\s\S]*?)^```$/gm;
/** Packages that blocks import. */
const PACKAGES = ['fastify', 'express', 'prom-client', '@types'];
/** The reader's own modules. */
const OWN = {
  'session-store.js':
    'const sessions = new Map();\nexport const store = { login: (name) => name, logout: (name) => sessions.delete(name) };\n',
  'carts.js': 'export class Carts { open() { return { add: (name) => name }; } checkOut(cart) {} }\n',
  'work.js': 'export async function work() {}\n',
  'sign.js':
    'export const sign = (key, contentType) => ({ url: `https://dumps.example/${key}?type=${contentType}`, headers: {} });\n',
  'bucket.js': 'export const bucket = { file: (name) => ({ createWriteStream: () => process.stdout }) };\n',
  'worker.js': 'setInterval(() => {}, 1000);\n',
};
/** What a test of the reader has, and a fragment of a server. */
const GLOBALS = `
  declare const appDir: string;
  declare class Session {}
  declare const session: Session;
  declare function work(): Promise<void>;
  declare function expect(value: unknown): any;
  declare const app: import('fastify').FastifyInstance;
`;
/** Blocks that would reach a bucket, a server or a test runner. */
const ELSEWHERE = /s3: \{|dumps\.example|from '\.\/(sign|bucket)\.js'|from 'node:test'|expect\(|\.scenario\.js|^app\./m;

/** @returns {{ name: string, code: string }[]} */
function blocks() {
  return DOCUMENTS.flatMap((file) =>
    [...fs.readFileSync(path.join(root, file), 'utf8').matchAll(BLOCK)].map(([, code], at) => ({
      name: `${file} #${at + 1}`,
      code,
    })),
  );
}

let folder;
before(() => {
  folder = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), 'heaphound-docs-')));
  fs.mkdirSync(path.join(folder, 'node_modules'));
  for (const name of PACKAGES)
    fs.symlinkSync(path.join(root, 'node_modules', name), path.join(folder, 'node_modules', name));
  fs.symlinkSync(root, path.join(folder, 'node_modules', 'heaphound'));
  fs.writeFileSync(path.join(folder, 'package.json'), '{ "type": "module", "private": true }');
  fs.writeFileSync(path.join(folder, 'globals.d.ts'), GLOBALS);
  for (const [name, code] of Object.entries(OWN)) fs.writeFileSync(path.join(folder, name), code);
  for (const [at, name] of ['a', 'b', 'c'].entries())
    fs.writeFileSync(path.join(folder, `${name}.heapsnapshot`), hostileHeap({ names: ['Session'], count: 5 + 7 * at }));
  for (const name of ['app.heapsnapshot', 'crash.heapsnapshot', 'heap.heapsnapshot.zst'])
    fs.copyFileSync(path.join(folder, 'c.heapsnapshot'), path.join(folder, name));
});
after(() => fs.rmSync(folder, { recursive: true, force: true }));

describe('every block of JavaScript compiles', () => {
  for (const [name, options] of Object.entries({
    'with moduleResolution node16': { module: ts.ModuleKind.Node16, moduleResolution: ts.ModuleResolutionKind.Node16 },
    'with moduleResolution bundler': {
      module: ts.ModuleKind.ESNext,
      moduleResolution: ts.ModuleResolutionKind.Bundler,
    },
  })) {
    it(name, () => {
      const all = blocks();
      assert.ok(all.length > 20, `${all.length} blocks`);
      const files = all.map(({ code }, at) => {
        const file = path.join(folder, `block-${at}.mts`);
        fs.writeFileSync(file, `${code}\nexport {};\n`);
        return file;
      });
      const program = ts.createProgram([...files, path.join(folder, 'globals.d.ts')], {
        ...options,
        strict: true,
        noEmit: true,
        allowJs: true,
        noImplicitAny: true,
        esModuleInterop: true,
        skipLibCheck: true,
        target: ts.ScriptTarget.ES2023,
        lib: ['lib.es2023.d.ts', 'lib.esnext.disposable.d.ts'],
        types: ['node'],
        typeRoots: [path.join(folder, 'node_modules', '@types')],
      });
      const told = ts.getPreEmitDiagnostics(program).map(({ file, start, messageText }) => {
        const at = file ? files.indexOf(path.resolve(file.fileName)) : -1;
        const line = file && start !== undefined ? file.getLineAndCharacterOfPosition(start).line + 1 : 0;
        return `${all[at]?.name ?? file?.fileName}, line ${line}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`;
      });
      assert.deepEqual(told, []);
    });
  }
});

describe('what needs no service elsewhere runs', { concurrency: 2 }, () => {
  for (const { name, code } of blocks().filter((block) => !ELSEWHERE.test(block.code.replaceAll(/ \/\/.*$/gm, '')))) {
    it(name, async () => {
      const file = path.join(folder, `run-${name.replaceAll(/\W+/g, '-')}.mjs`);
      const heaps = path.join(folder, `heaps-${path.basename(file)}`);
      fs.mkdirSync(heaps, { mode: 0o700 });
      // Nothing but the places is another: a directory of the test's own, and a port that is free.
      const here = code.replaceAll('/var/lib/app/heaps', heaps).replaceAll(/(port: |listen\()3000/g, '$10');
      fs.writeFileSync(file, `${here}\nprocess.exit(0);\n`);
      const { NODE_OPTIONS, NODE_TEST_CONTEXT, ALARM_URL, ...environment } = process.env;
      await promisify(execFile)(process.execPath, [file], {
        cwd: folder,
        env: { ...environment, HEAP_TOKEN: 'k'.repeat(64) },
      });
    });
  }
});
