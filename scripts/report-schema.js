'use strict';

// The JSON schema of `heaphound.report/1`, made of the types of `index.d.ts`: the two cannot say different things.

const path = require('node:path');
const { createGenerator } = require('ts-json-schema-generator');

const ROOT = path.join(__dirname, '..');
const FILE = path.join(ROOT, 'report-1.schema.json');

function reportSchema() {
  const generator = createGenerator({
    path: path.join(ROOT, 'index.d.ts'),
    tsconfig: path.join(ROOT, 'tsconfig.json'),
    type: 'ReportDocument',
    topRef: false,
    skipTypeCheck: true,
    // A later version may have more members.
    additionalProperties: true,
  });
  const { $schema, ...schema } = generator.createSchema('ReportDocument');
  return `${JSON.stringify({ $schema, title: 'heaphound.report/1', ...schema }, undefined, 2)}\n`;
}

module.exports = { FILE, reportSchema };
