'use strict';
// One style sheet has two dictionaries, and every page adds its rule to both: one leak, and one entry.
class Sheet {
  texts = {};
  names = {};
}
const sheet = new Sheet();
exports.sheet = sheet;

function add(key, i) {
  sheet.texts[key] = `.rule-${i} { width: ${i}px; color: blue; margin: ${i * 2}px; border: 1px solid }`;
  sheet.names[key] = `the name of rule ${i} in the sheet`;
}
exports.leak = (i) => add(`rule-${i}`, i);
exports.fixed = (i) => add(`rule-${i % 5}`, i);
exports.expect = { leaks: [['(concatenated string)', 'growing-object']] };
