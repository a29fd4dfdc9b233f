'use strict';

// Turns the definitions that napi-derive writes while the addon is compiled into the text of `lib/native/addon.d.ts`.
// A definition is one line of JSON: `{ kind, name, js_doc, def }`. One `struct` and one `impl` of a name make a class.

const path = require('node:path');

const root = path.join(__dirname, '..');

const HEAD = `// Generated from src/binding by the build: \`UPDATE_EXPECT=1 node --test __test__/addon-types.test.js\` writes it anew.
// The handles and functions of the addon, as lib/ calls them. A question and its answer cross as JSON: their shapes are
// those of index.d.ts.
`;

/**
 * @typedef {object} Definition
 * @property {string} kind
 * @property {string} name
 * @property {string} js_doc a comment, or nothing
 * @property {string} def members, or a whole function
 */

/** Where cargo writes: the addon and the definitions. */
function targetFolder() {
  const { CARGO_TARGET_DIR } = process.env;
  return CARGO_TARGET_DIR ? path.resolve(root, CARGO_TARGET_DIR) : path.join(root, 'target');
}

/** The folder for napi-derive: it writes one file, named by the crate. */
function definitionsFolder() {
  return path.join(targetFolder(), 'addon-types');
}

function definitionsFile() {
  return path.join(definitionsFolder(), 'heaphound');
}

/**
 * The declarations of a module, sorted by name, so that a file that moves in `src/binding` changes nothing.
 *
 * @param {string} text of the definitions, one a line
 * @returns {string} TypeScript
 */
function toDeclarations(text) {
  const definitions = text
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => /** @type {Definition} */ (JSON.parse(line)));
  const parts = definitions.filter(({ kind }) => kind !== 'impl').sort((a, b) => (a.name < b.name ? -1 : 1));
  const declared = parts.map((part) => `${part.js_doc}${declaration(part, definitions)}\n`);
  return `${HEAD}\n${declared.join('\n')}`;
}

/**
 * @param {Definition} part
 * @param {Definition[]} all
 */
function declaration({ kind, name, def }, all) {
  if (kind === 'fn') return `export ${def};`;
  if (kind === 'interface') return `export interface ${name} {\n${def}\n}`;
  if (kind === 'struct') {
    const methods = all
      .filter((other) => other.kind === 'impl' && other.name === name)
      .map((other) => other.def)
      .join('\n');
    // Only the addon makes one: `new` of such a class throws.
    const maker = /^\s*constructor\(/m.test(methods) ? '' : 'private constructor();\n';
    return `export class ${name} {\n${maker}${methods}\n}`;
  }
  throw new Error(`addon-types.js does not know the kind ${kind} of ${name}: add it`);
}

module.exports = { definitionsFile, definitionsFolder, targetFolder, toDeclarations };
