'use strict';

/** The name of the documents of this version; `report-1.schema.json` describes them. */
const SCHEMA = /** @type {const} */ ('heaphound.report/1');

module.exports = { SCHEMA };
