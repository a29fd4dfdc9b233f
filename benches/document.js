'use strict';

// `docs/benchmarks.md`: a section for each benchmark, written when that benchmark runs; the others stay as they are.

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { execFileSync } = require('node:child_process');

const TARGET = path.join(__dirname, '..', 'docs', 'benchmarks.md');

const HEAD = `# Benchmarks

Written by \`npm run bench\` in a clone (\`benches/run.js\`): do not edit. Times depend on what else the machine does; the ratios, taken side by side in one run, depend less on it.
`;

/**
 * Replaces a section, or adds it.
 *
 * @param {{ name: string, title: string, lines: string[], order: string[], load: number }} section `order`: the names
 *   of all sections, as they follow
 * each other; `load`: the average load of the machine before the run.
 */
function write({ name, title, lines, order, load }) {
  const sections = read();
  const where =
    `Taken on ${new Date().toISOString().slice(0, 10)}: ${os.cpus().length} × ${os.cpus()[0].model.trim()}, ${(os.totalmem() / 1e9).toFixed(0)} GB of memory, ` +
    `${os.type()} ${os.release().split('-')[0]}, Node ${process.version}, ${rustVersion()}; average load at the start ${load.toFixed(1)}.`;
  sections.set(name, [`## ${title}`, '', where, '', ...lines].join('\n').trimEnd());
  const known = order.filter((one) => sections.has(one));
  const text = [HEAD, ...known.map((one) => `<!-- ${one} -->\n${sections.get(one)}\n`)];
  fs.writeFileSync(TARGET, text.join('\n'));
}

/** @returns {Map<string, string>} */
function read() {
  const text = fs.existsSync(TARGET) ? fs.readFileSync(TARGET, 'utf8') : '';
  const parts = text.split(/^<!-- ([\w-]+) -->\n/m).slice(1);
  return new Map(parts.flatMap((part, index) => (index % 2 === 0 ? [[part, parts[index + 1].trimEnd()]] : [])));
}

/** @param {number} value */
function bytes(value) {
  return Math.abs(value) < 10e6
    ? `${(value / 1e6).toFixed(1)} MB`
    : `${Math.round(value / 1e6).toLocaleString('en-US')} MB`;
}

/** @param {number} value */
function ratio(value) {
  return value < 20 ? value.toFixed(1) : Math.round(value).toLocaleString('en-US');
}

/** @param {number} value */
function ms(value) {
  return value < 10 ? `${value.toFixed(1)} ms` : value < 10_000 ? `${Math.round(value)} ms` : seconds(value);
}

/** @param {number} value in milliseconds */
function seconds(value) {
  return value < 10_000 ? `${(value / 1000).toFixed(2)} s` : `${(value / 1000).toFixed(1)} s`;
}

function rustVersion() {
  return execFileSync('rustc', ['--version'], { encoding: 'utf8' }).split(' ').slice(0, 2).join(' ');
}

module.exports = { write, bytes, ms, ratio, seconds };
