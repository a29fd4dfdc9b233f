'use strict';
// One style sheet has two dictionaries, and every page adds its rule to both: one leak, and one entry.
class Rule {
  constructor(number) {
    this.number = number;
  }
}
class Sheet {
  texts = {};
  names = {};
}
const sheet = new Sheet();
exports.sheet = sheet;

function add(key, i) {
  sheet.texts[key] = new Rule(i);
  sheet.names[key] = new Rule(i);
}
exports.leak = (i) => add(`rule-${i}`, i);
exports.fixed = (i) => add(`rule-${i % 5}`, i);
exports.expect = {
  line: 'class Sheet {',
  kind: 'growing-object',
  classes: ['Rule'],
  path: ['sheet', 'Sheet', 'texts'],
};
