'use strict';

// A program in which every package of the catalogue only holds something, in the way in which its leak would be held:
// what grows is below that.

const fs = require('node:fs');
const path = require('node:path');

/** Names that the program cannot make, since Node.js does. */
const OF_NODE = { timers: ['^timerListMap$', '^_onTimeout$'], process: ['^process$', '^_events$'] };

/**
 * A name that an expression of a row fits.
 *
 * @param {string} expression
 */
function nameFor(expression) {
  const [first] = expression.split('$|^');
  const name = first
    .replaceAll(/^\^|\$$/g, '')
    .replace(/\(([^|)]*)[^)]*\)/, '$1')
    .replace('\\d*', '');
  if (!new RegExp(expression, 'u').test(name)) throw new Error(`no name for ${expression}`);
  return name === '.' ? 'topic' : name;
}

/**
 * The source of a module of the package: `hold(list)` makes what holds the list. A name in capitals becomes a class,
 * another a property or a function.
 *
 * @param {{ path?: string[] }} row
 */
function sourceOf({ path: expressions = [] }) {
  const has = (/** @type {string[]} */ names) => names.every((name) => expressions.includes(name));
  const isTimer = has(OF_NODE.timers);
  const isProcess = has(OF_NODE.process);
  const own = expressions.filter(
    (expression) =>
      !(isTimer && OF_NODE.timers.includes(expression)) && !(isProcess && OF_NODE.process.includes(expression)),
  );
  const event = isProcess ? nameFor(own.shift() ?? '') : '';
  // From the inside out.
  const lines = ['let held = { seen: list };'];
  for (const name of own.map(nameFor).reverse()) {
    const key = name.startsWith('<symbol ') ? `[Symbol(${JSON.stringify(name.slice(8, -1))})]` : JSON.stringify(name);
    if (name.endsWith('PromiseReaction'))
      lines.push(
        'held = ((held) => { const pending = new Promise(() => {}); pending.then(() => held); return pending; })(held);',
      );
    else if (/^[A-Z]/.test(name))
      lines.push(
        `held = Object.assign(new (class ${name} {})(), typeof held === 'function' ? { call: held } : Object(held) === held && held.constructor === Object ? held : { held });`,
      );
    else if (/^(memoized|stringToPath|errorHandler)/.test(name))
      lines.push(
        `held = ((held) => Object.assign(function ${name}() { return held; }, held.constructor === Object ? held : { held }))(held);`,
      );
    else lines.push(`held = { ${key}: held };`);
  }
  if (isTimer) lines.push('setInterval(() => held, 1e8);');
  else if (isProcess) lines.push(`process.on(${JSON.stringify(event)}, () => held);`);
  else lines.push('return new Package(held);');
  return `'use strict';\nclass Package { constructor(held) { this.holds = held; } }\nexports.hold = (list) => {\n  ${lines.join('\n  ')}\n};\n`;
}

/**
 * Writes the program; it is one for `examples/leaks/run.js`.
 *
 * @param {string} folder
 * @param {{ package: string, path?: string[] }[]} rows
 * @returns {string} its file
 */
function writeProgram(folder, rows) {
  const modules = rows.map((row, at) => {
    const file = path.join(folder, 'node_modules', row.package, `row-${at}.js`);
    fs.mkdirSync(path.dirname(file), { recursive: true });
    fs.writeFileSync(file, sourceOf(row));
    return file;
  });
  const program = `'use strict';
process.setMaxListeners(0);
${rows.map((row, at) => `class Item${at} { constructor(number) { this.number = number; } }`).join('\n')}
const classes = [${rows.map((row, at) => `Item${at}`).join(', ')}];
const lists = classes.map(() => []);
exports.kept = [${modules.map((file, at) => `require(${JSON.stringify(file)}).hold(lists[${at}])`).join(', ')}];
// Each its own number, so that no two places look alike.
exports.leak = (turn) => {
  for (const [at, list] of lists.splice(0).map((list, at) => [at, new WeakRef(list)])) refs[at] = list;
  for (const [at, ref] of refs.entries()) for (let count = 0; count <= at % 7; count += 1) ref.deref().push(new classes[at](turn));
};
const refs = [];
`;
  const file = path.join(folder, 'program.js');
  fs.writeFileSync(file, program);
  return file;
}

module.exports = { nameFor, writeProgram };
