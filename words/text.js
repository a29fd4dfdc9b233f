'use strict';

// Names in a heap are input: anybody who can send a request to the process can put bytes into them.

/** Characters that move the cursor, change the terminal, reorder or hide text. */
// eslint-disable-next-line no-control-regex
const HARMFUL = /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff\u{e0000}-\u{e007f}]/gu;
/** @type {Record<string, string>} */
const NAMED = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };
const PLAIN = /^[\x20-\x7e]*$/;
const ZERO_WIDTH = /^[\p{Mn}\p{Me}]$/u;

/** Ranges that a terminal shows two columns wide (Unicode's East Asian Width W and F, and emoji). */
const WIDE = [
  [0x1100, 0x115f], [0x231a, 0x231b], [0x2329, 0x232a], [0x23e9, 0x23ec], [0x25fd, 0x25fe], [0x2614, 0x2615],
  [0x2648, 0x2653], [0x26aa, 0x26ab], [0x26bd, 0x26be], [0x26c4, 0x26c5], [0x2705, 0x2705], [0x270a, 0x270b],
  [0x2728, 0x2728], [0x274c, 0x274c], [0x2753, 0x2757], [0x2795, 0x2797], [0x2b1b, 0x2b1c], [0x2b50, 0x2b55],
  [0x2e80, 0x303e], [0x3041, 0x33ff], [0x3400, 0x4dbf], [0x4e00, 0x9fff], [0xa000, 0xa4cf], [0xa960, 0xa97f],
  [0xac00, 0xd7a3], [0xf900, 0xfaff], [0xfe30, 0xfe6f], [0xff00, 0xff60], [0xffe0, 0xffe6], [0x16fe0, 0x18cff],
  [0x1b000, 0x1b2ff], [0x1f000, 0x1f64f], [0x1f680, 0x1f6ff], [0x1f900, 0x1faff], [0x20000, 0x3fffd],
];

/**
 * The text with everything that could act on a terminal written out: `\n`, `\x1b`, `\u202e`.
 *
 * @param {unknown} text
 * @returns {string}
 */
function harmless(text) {
  const value = String(text);
  return PLAIN.test(value) ? value : value.replace(HARMFUL, escapeCharacter);
}

/**
 * The name of a node, harmless; V8 leaves arrays of its own without one.
 *
 * @param {string} name
 */
function label(name) {
  return harmless(name) || '(unnamed)';
}

/**
 * Columns that a harmless text takes in a terminal.
 *
 * @param {string} text
 */
function widthOf(text) {
  if (PLAIN.test(text)) return text.length;
  let width = 0;
  for (const character of text) width += widthOfCharacter(character);
  return width;
}

/**
 * At most `width` columns of the text; an ellipsis stands for what is missing.
 *
 * @param {string} text harmless
 * @param {number} width
 * @param {'end' | 'start'} [keep] which end matters more: of a path it is the end
 */
function fit(text, width, keep = 'start') {
  if (widthOf(text) <= width) return text;
  if (width <= 1) return width === 1 ? '…' : '';
  const characters = [...text];
  if (keep === 'end') characters.reverse();
  let used = 1;
  const kept = [];
  for (const character of characters) {
    used += widthOfCharacter(character);
    if (used > width) break;
    kept.push(character);
  }
  return keep === 'end' ? `…${kept.reverse().join('')}` : `${kept.join('')}…`;
}

/**
 * Lines of at most `width` columns, broken at spaces; a longer word stays whole.
 *
 * @param {string} text
 * @param {number} width
 */
function wrap(text, width) {
  const lines = [''];
  for (const word of text.split(' ')) {
    const line = lines[lines.length - 1];
    if (line === '') lines[lines.length - 1] = word;
    else if (widthOf(line) + 1 + widthOf(word) <= width) lines[lines.length - 1] = `${line} ${word}`;
    else lines.push(word);
  }
  return lines;
}

/** @param {string} character */
function widthOfCharacter(character) {
  if (ZERO_WIDTH.test(character)) return 0;
  const code = character.codePointAt(0) ?? 0;
  return WIDE.some(([first, last]) => code >= first && code <= last) ? 2 : 1;
}

/** @param {string} character */
function escapeCharacter(character) {
  if (NAMED[character] !== undefined) return NAMED[character];
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x100) return `\\x${code.toString(16).padStart(2, '0')}`;
  return code > 0xffff ? `\\u{${code.toString(16)}}` : `\\u${code.toString(16).padStart(4, '0')}`;
}

module.exports = { harmless, label, widthOf, fit, wrap };
