'use strict';

// Writes `ts.heapsnapshot`: a real, large heap. TypeScript's type checker is held over a program of its own library
// files, the declarations of Node and the sources of the packages installed in `benches/node_modules`, together with
// their syntax trees. About 900 MB of text; takes a minute or two and about 8 GB while V8 writes it.
//
// Node 22 or later: the snapshot writer of Node 20 takes time that grows with the square of such a heap.
//
//   node --max-old-space-size=8000 benches/make-ts.js DIRECTORY [--files 608]

const fs = require('node:fs');
const path = require('node:path');
const v8 = require('node:v8');
const vm = require('node:vm');
const ts = require('typescript');

/**
 * Source files of the program, beside the ones they import; with this many the snapshot has the size the tables speak
 * of.
 */
const FILES = 608;

const modules = path.dirname(path.dirname(require.resolve('typescript/package.json')));

/**
 * Every file below `directory` that ends in one of `endings`, in the order of their names: the same program on every
 * machine.
 */
function sources(directory, endings) {
  const found = [];
  const pending = [directory];
  while (pending.length > 0) {
    const entries = fs
      .readdirSync(pending.pop(), { withFileTypes: true })
      .sort((left, right) => (left.name < right.name ? -1 : 1));
    for (const entry of entries) {
      const file = path.join(entry.parentPath ?? entry.path, entry.name);
      if (entry.isDirectory()) pending.push(file);
      else if (endings.some((ending) => entry.name.endsWith(ending))) found.push(file);
    }
  }
  return found;
}

function main() {
  const [directory = '.', flag, value] = process.argv.slice(2);
  const limit = flag === '--files' ? Number(value) : FILES;
  const declarations = sources(path.join(modules, 'typescript', 'lib'), ['.d.ts']).concat(
    sources(path.join(modules, '@types'), ['.d.ts']),
  );
  const scripts = ['webpack/lib', 'eslint/lib', '@babel'].flatMap((name) =>
    sources(path.join(modules, name), ['.js', '.cjs']),
  );
  const program = ts.createProgram(declarations.concat(scripts).slice(0, limit), {
    allowJs: true,
    checkJs: true,
    noEmit: true,
    skipLibCheck: false,
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.CommonJS,
    types: ['node'],
    typeRoots: [path.join(modules, '@types')],
  });
  globalThis.held = { program, checker: program.getTypeChecker(), diagnostics: program.getSemanticDiagnostics() };
  console.log(`${program.getSourceFiles().length} files, ${globalThis.held.diagnostics.length} diagnostics held`);
  v8.setFlagsFromString('--expose-gc');
  vm.runInNewContext('gc')();
  fs.mkdirSync(directory, { recursive: true });
  const target = path.join(directory, 'ts.heapsnapshot');
  v8.writeHeapSnapshot(`${target}.part`);
  fs.renameSync(`${target}.part`, target);
  console.log(`${target}: ${(fs.statSync(target).size / 1e6).toFixed(1)} MB`);
}

main();
