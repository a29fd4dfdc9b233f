'use strict';
// A schema object for each request: Ajv keeps what it compiled by the object.
const Ajv = require('ajv');

const ajv = new Ajv();
const schema = () => ({ type: 'object', properties: { id: { type: 'integer' } }, required: ['id'] });
const one = schema();
exports.operations = 53;
exports.leak = (i) => {
  ajv.compile(schema())({ id: i });
};
exports.fixed = (i) => {
  ajv.compile(one)({ id: i });
};
exports.expect = {
  line: 'exports.leak = (i) => {',
  kind: 'instances',
  classes: ['SchemaEnv'],
  path: ['Ajv', '_cache', 'Map', 'SchemaEnv'],
};
