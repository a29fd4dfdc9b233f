'use strict';

// Is a document one of this version? Anybody may have written it.

/** The name of the documents of this version; `report-1.schema.json` describes them. */
const SCHEMA = /** @type {const} */ ('heaphound.report/1');
const FILE = '../../report-1.schema.json';

/** @type {import('ajv').ValidateFunction | undefined} */
let validate;

/**
 * @param {unknown} document
 * @returns {string | undefined} the first member that is not as the schema says
 */
function whatIsWrong(document) {
  const { Ajv } = require('ajv');
  validate ??= new Ajv({ strict: false, allowUnionTypes: true }).compile(require(FILE));
  try {
    if (validate(document)) return undefined;
  } catch {
    return 'it is nested too deep';
  }
  const [{ instancePath, message }] = validate.errors ?? [{ instancePath: '', message: 'is not valid' }];
  return `${instancePath === '' ? 'it' : instancePath} ${message}`;
}

module.exports = { SCHEMA, whatIsWrong };
