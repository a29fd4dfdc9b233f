'use strict';

// Names in a heap are input: anybody who can send a request to the process can put bytes into them.
// Everything that this package prints goes through `harmless`, `visible` or `label`, and through `toJson` where it is
// JSON.

/**
 * Characters that move the cursor, change the terminal, reorder text, or cannot be seen:
 * control and format characters, halves of pairs, private ones, all blanks but the space of ASCII, and fillers that are
 * drawn as nothing (U+3164, U+115F, U+2800, the blanks of music and of hieroglyphs). Of a pile of combining marks the
 * fourth and those above it, which would cover other lines, and a mark without a letter below it.
 */
const HARMFUL = new RegExp(
  [
    '(?! )[\\p{Cc}\\p{Cf}\\p{Cs}\\p{Co}\\p{Z}\\p{Default_Ignorable_Code_Point}]',
    '[\\u2800\\u{16fe4}\\u{1d159}\\u{13441}\\u{13442}]',
    '(?<=[\\p{Mn}\\p{Me}]{3})[\\p{Mn}\\p{Me}]',
    '(?<![\\p{L}\\p{N}\\p{M}])[\\p{Mn}\\p{Me}]',
  ].join('|'),
  'gu',
);
/** Characters of a text that are printed: as many as a path of Linux has. A class name of 10 MB is no reading. */
const LONGEST = 4096;
/** And of a word within a sentence: a path has room. */
const LONGEST_WORD = 200;
const LONG_WORD = new RegExp(`[^ ]{${LONGEST_WORD + 1},}`, 'g');
/** What is left of `\u202e` where a cut goes through it. */
const CUT_ESCAPE = /\\(?:x[0-9a-f]?|u[0-9a-f]{0,3}|u\{[0-9a-f]*)?$/;
/** @type {Record<string, string>} */
const NAMED = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };
const PLAIN = /^[\x20-\x7e]*$/;
const ZERO_WIDTH = /^[\p{Mn}\p{Me}]$/u;
const ASCII_LINES = /^[\n\x20-\x7e]*$/;
const BLANK_ENDS = /^ +| +$/g;

/** Ranges that a terminal shows two columns wide (Unicode's East Asian Width W and F, and emoji). */
const WIDE = [
  [0x1100, 0x115f],
  [0x231a, 0x231b],
  [0x2329, 0x232a],
  [0x23e9, 0x23ec],
  [0x25fd, 0x25fe],
  [0x2614, 0x2615],
  [0x2648, 0x2653],
  [0x26aa, 0x26ab],
  [0x26bd, 0x26be],
  [0x26c4, 0x26c5],
  [0x2705, 0x2705],
  [0x270a, 0x270b],
  [0x2728, 0x2728],
  [0x274c, 0x274c],
  [0x2753, 0x2757],
  [0x2795, 0x2797],
  [0x2b1b, 0x2b1c],
  [0x2b50, 0x2b55],
  [0x2e80, 0x303e],
  [0x3041, 0x33ff],
  [0x3400, 0x4dbf],
  [0x4e00, 0x9fff],
  [0xa000, 0xa4cf],
  [0xa960, 0xa97f],
  [0xac00, 0xd7a3],
  [0xf900, 0xfaff],
  [0xfe30, 0xfe6f],
  [0xff00, 0xff60],
  [0xffe0, 0xffe6],
  [0x16fe0, 0x18cff],
  [0x1b000, 0x1b2ff],
  [0x1f000, 0x1f64f],
  [0x1f680, 0x1f6ff],
  [0x1f900, 0x1faff],
  [0x20000, 0x3fffd],
];

/**
 * The text with everything that could act on a terminal, or hide from a reader, written out: `\n`, `\x1b`, `\u202e`,
 * `\u3164`. Beyond 4,096 characters it says how many are missing.
 *
 * @param {unknown} text
 * @returns {string}
 */
function harmless(text) {
  const value = String(text);
  const shown = shorten(value, LONGEST);
  const rest = value.length - shown.length;
  const written = PLAIN.test(shown) ? shown : shown.replace(HARMFUL, escapeCharacter);
  return rest > 0 ? `${written}… (${rest} more characters)` : written;
}

/**
 * A name as a reader can distinguish it from others: harmless, with the blanks at its ends written out.
 * `"Session "` is `Session\x20`.
 *
 * @param {string} name
 */
function visible(name) {
  return harmless(name).replace(BLANK_ENDS, (blanks) => '\\x20'.repeat(blanks.length));
}

/**
 * A sentence with names in it, harmless: a name does not make it without end, also where its characters are written
 * out, which makes six of one.
 *
 * @param {string} text
 */
function sentence(text) {
  const written = harmless(text.replace(LONG_WORD, (word) => `${shorten(word, LONGEST_WORD)}…`));
  return written.replace(LONG_WORD, (word) => `${shorten(word, LONGEST_WORD).replace(CUT_ESCAPE, '')}…`);
}

/**
 * The name of a node as a table has it; V8 leaves arrays of its own without one.
 *
 * @param {string} name
 */
function label(name) {
  return visible(name) || '(unnamed)';
}

/**
 * JSON of which no character acts on a terminal or hides: `\u009b`, `\u202e`, `\u3164`. Read back it is the same value.
 *
 * @param {unknown} value
 * @param {number} [indent]
 * @returns {string}
 */
function toJson(value, indent) {
  const text = JSON.stringify(value, null, indent);
  // Outside of its strings JSON is ASCII, and the breaks between the lines are ours.
  if (text === undefined || ASCII_LINES.test(text)) return text;
  return text.replace(HARMFUL, (character) => (character === '\n' ? character : unitsOf(character)));
}

/**
 * As one word of a command that a reader copies.
 *
 * @param {string} text
 */
function quoteForShell(text) {
  const shown = harmless(text);
  return /^[\w@%+=:,./-]+$/.test(shown) ? shown : `'${shown.replaceAll("'", "'\\''")}'`;
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

/**
 * The beginning of a text, no pair halved.
 *
 * @param {string} text
 * @param {number} most
 */
function shorten(text, most) {
  if (text.length <= most) return text;
  const isHalved = /[\ud800-\udbff]/.test(text[most - 1]);
  return text.slice(0, isHalved ? most - 1 : most);
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

/**
 * As JSON escapes it: `\u202e`, and a pair for what lies beyond 16 bits.
 *
 * @param {string} character
 */
function unitsOf(character) {
  return character
    .split('')
    .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('');
}

module.exports = { harmless, sentence, visible, label, toJson, quoteForShell, widthOf, fit, wrap };
