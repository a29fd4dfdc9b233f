'use strict';

// Draws docs/images/leaks.svg: what `heaphound leaks` prints in a terminal, from a real run of the demo.
// usage: node docs/images/draw-leaks.js

const { execFileSync } = require('node:child_process');
const fs = require('node:fs');
const path = require('node:path');

const ROOT = path.join(__dirname, '..', '..');
const OUTPUT = path.join(__dirname, 'leaks.svg');

const FONT_SIZE = 13;
/** Advance of common monospace fonts, in parts of the font size. */
const ADVANCE = 0.6;
const LINE_HEIGHT = 19;
const PADDING = 18;
const TITLE_BAR = 30;
const COLORS = { text: '#d6deeb', background: '#011627', bar: '#0b2942', dim: '#7f93a8' };
/** SGR codes of the colours that the CLI uses. */
const FOREGROUND = { 31: '#ff6b6b', 32: '#7fdb8a', 33: '#f2c572', 36: '#7fdbea' };

const run = execFileSync(process.execPath, [path.join(ROOT, 'examples', 'blog', 'demo.js')], {
  cwd: ROOT,
  env: { ...process.env, FORCE_COLOR: '1' },
  encoding: 'utf8',
});
fs.writeFileSync(OUTPUT, draw(excerpt(run)));

/** The first command of the demo and its answer, without the folder that the demo made for its snapshots. */
function excerpt(output) {
  const lines = output.split('\n');
  const first = lines.findIndex((line) => line.startsWith('$ heaphound leaks'));
  const last = lines.findIndex((line, at) => at > first && line.startsWith('Verdict:'));
  if (first < 0 || last < 0) throw new Error('the demo did not print a command and its verdict');
  return lines.slice(first, last).join('\n').replace(/\S+[\\/](?=[abc]\.heapsnapshot)/g, '').trimEnd().split('\n');
}

function draw(lines) {
  const rows = lines.map(readRuns);
  const columns = Math.max(...rows.map((runs) => runs.reduce((sum, { text }) => sum + [...text].length, 0)));
  const width = Math.ceil(columns * FONT_SIZE * ADVANCE) + 2 * PADDING;
  const height = TITLE_BAR + rows.length * LINE_HEIGHT + 2 * PADDING;
  const dots = ['#ff5f57', '#febc2e', '#28c840'].map((color, at) => `<circle cx="${PADDING + at * 18}" cy="15" r="5" fill="${color}"/>`);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img">`,
    '<title>heaphound leaks in a terminal</title>',
    `<rect width="${width}" height="${height}" rx="8" fill="${COLORS.background}"/>`,
    `<path d="M0 8a8 8 0 0 1 8-8H${width - 8}a8 8 0 0 1 8 8V${TITLE_BAR}H0Z" fill="${COLORS.bar}"/>`,
    ...dots,
    `<g font-family="ui-monospace, SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace" font-size="${FONT_SIZE}" fill="${COLORS.text}" xml:space="preserve">`,
    ...rows.flatMap((runs, at) => drawLine(runs, TITLE_BAR + PADDING + at * LINE_HEIGHT + FONT_SIZE)),
    '</g>',
    '</svg>',
    '',
  ].join('\n');
}

/** Every run stands at its own column, so that a font of another width keeps the columns. */
function drawLine(runs, y) {
  let column = 0;
  const elements = [];
  for (const { text, color, isBold, isDim } of runs) {
    const length = [...text].length;
    const lead = text.length - text.trimStart().length;
    const shown = text.trim();
    if (shown !== '') {
      const x = PADDING + (column + lead) * FONT_SIZE * ADVANCE;
      const attributes = [
        `x="${x.toFixed(1)}" y="${y}" textLength="${([...shown].length * FONT_SIZE * ADVANCE).toFixed(1)}"`,
        isDim ? `fill="${COLORS.dim}"` : color ? `fill="${color}"` : '',
        isBold ? 'font-weight="bold"' : '',
      ];
      elements.push(`<text ${attributes.filter(Boolean).join(' ')}>${escapeXml(shown)}</text>`);
    }
    column += length;
  }
  return elements;
}

/** A line with SGR codes as runs of one style. */
function readRuns(line) {
  const runs = [];
  let style = {};
  // eslint-disable-next-line no-control-regex
  for (const part of line.split(/(\u001b\[[\d;]*m)/)) {
    // eslint-disable-next-line no-control-regex
    const codes = /^\u001b\[([\d;]*)m$/.exec(part);
    if (!codes) {
      if (part !== '') runs.push({ text: part, ...style });
      continue;
    }
    for (const code of codes[1].split(';').map(Number)) style = applyCode(style, code);
  }
  return runs;
}

function applyCode(style, code) {
  if (code === 0) return {};
  if (code === 1) return { ...style, isBold: true };
  if (code === 2) return { ...style, isDim: true };
  if (code === 22) return { ...style, isBold: false, isDim: false };
  if (code === 39) return { ...style, color: undefined };
  return FOREGROUND[code] ? { ...style, color: FOREGROUND[code] } : style;
}

function escapeXml(text) {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
