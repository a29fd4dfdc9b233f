'use strict';

const assert = require('node:assert/strict');
const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const vm = require('node:vm');
const { after, test } = require('node:test');
const { compiledScripts, placeInSources } = require('../test/report/scripts');

const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'heaphound-scripts-'));
after(() => fs.rmSync(folder, { recursive: true, force: true }));

const WRITTEN = 'interface A { b: number }\n\nexport const half = (a: A): number => a.b / 2;\n';
/** Types as blanks, as Node.js strips them. */
const STRIPPED = `${' '.repeat(25)}\n\n       const half = (a   )         => a.b / 2;\n\n//# sourceURL=x`;
/** Line 1, column 1 was line 3, column 8. */
const MAP = { version: 3, sources: ['written.ts'], names: [], mappings: 'AAEO' };

/**
 * What is known of the script that this code makes of the file.
 *
 * @param {string} name
 * @param {string} code
 */
async function scriptOf(name, code) {
  const file = path.join(folder, name);
  fs.writeFileSync(file, WRITTEN);
  vm.runInThisContext(code, { filename: file });
  const found = (await compiledScripts()).find((script) => script.file === file);
  return { file, found };
}

test('code that has blanks where types were has the places of its file', async () => {
  const { found } = await scriptOf('stripped.ts', STRIPPED);
  assert.equal(found, undefined);
});

test('code with a map has the places that the map names, and no others', async () => {
  const data = Buffer.from(JSON.stringify(MAP)).toString('base64');
  const { file, found } = await scriptOf(
    'mapped.ts',
    `1;\n\n\n\n2;\n//# sourceMappingURL=data:application/json;base64,${data}`,
  );
  const place = (line) => {
    const location = { file, line, column: 1, scriptId: found.scriptId };
    placeInSources([{ location }], [found]);
    return location;
  };
  assert.deepEqual(place(1).original, { file: path.join(folder, 'written.ts'), line: 3, column: 8 });
  assert.deepEqual([place(5).original, place(5).unmapped], [undefined, true]);
});

test('code of which nobody says where it was written has no place', async () => {
  const { file, found } = await scriptOf('other.ts', '3;\n4;');
  const location = { file, line: 2, column: 1, scriptId: found.scriptId };
  const elsewhere = { file, line: 2, column: 1, scriptId: 0 };
  placeInSources({ location, elsewhere }, [found]);
  assert.deepEqual([location.unmapped, elsewhere.unmapped], [true, undefined]);
});
