'use strict';

// A report as one page of HTML. The page is that of the viewer, with the document inside: nothing leaves it.

const fs = require('node:fs');
const path = require('node:path');
const { deflateRawSync, inflateRawSync } = require('node:zlib');
const { pageError, reportError } = require('../errors');
const { SCHEMA, whatIsWrong } = require('./schema');

const BUILT = path.join(__dirname, '..', '..', 'viewer', 'dist', 'page.json');
const CSP_MARK = '<!--heaphound:csp-->';
const DATA_MARK = '<!--heaphound:data-->';
/** The element with the document, deflated and in base64. */
const DATA = /<script type="application\/octet-stream" id="heaphound-data">([A-Za-z0-9+/=]*)<\/script>/;
/** A document is far smaller: what becomes longer is something else. */
const MOST_BYTES = 64 << 20;

/**
 * The page of the viewer, and what it may do: run its own script and no other, and ask its own server where it has one.
 *
 * @param {{ hasServer: boolean }} options
 * @returns {{ html: string, csp: string }}
 */
function emptyPage({ hasServer }) {
  const { html, script, style } = built();
  const csp = [
    "default-src 'none'",
    `script-src '${script}'`,
    `style-src '${style}'`,
    'img-src data:',
    ...(hasServer ? ["connect-src 'self'"] : []),
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  return { html, csp };
}

/**
 * @param {import('../..').ReportDocument} document
 * @returns {string} HTML
 */
function reportPage(document) {
  const { html, csp } = emptyPage({ hasServer: false });
  const data = deflateRawSync(JSON.stringify(document), { level: 9 }).toString('base64');
  const element = `<script type="application/octet-stream" id="heaphound-data">${data}</script>`;
  return html
    .replace(CSP_MARK, () => `<meta http-equiv="Content-Security-Policy" content="${csp}">`)
    .replace(DATA_MARK, () => element);
}

/**
 * The document of a report: of its JSON, or of its page.
 *
 * @param {string} text
 * @param {string} file for the error
 * @returns {import('../..').ReportDocument}
 */
function readReport(text, file) {
  const data = DATA.exec(text)?.[1];
  let document;
  try {
    const json =
      data === undefined
        ? text
        : inflateRawSync(Buffer.from(data, 'base64'), { maxOutputLength: MOST_BYTES }).toString('utf8');
    document = JSON.parse(json);
  } catch (cause) {
    throw reportError(file, `it cannot be read (${/** @type {Error} */ (cause).message})`, cause);
  }
  const schema = Object(document).schema;
  if (schema !== SCHEMA) {
    const what = typeof schema === 'string' ? `its schema is ${JSON.stringify(schema)}` : 'it has no schema';
    throw reportError(file, `${what}, and this heaphound reads ${SCHEMA}`);
  }
  const wrong = whatIsWrong(document);
  if (wrong !== undefined) throw reportError(file, wrong);
  return document;
}

/** @returns {{ html: string, script: string, style: string }} */
function built() {
  try {
    return JSON.parse(fs.readFileSync(BUILT, 'utf8'));
  } catch (cause) {
    throw pageError(cause);
  }
}

module.exports = { CSP_MARK, DATA_MARK, emptyPage, readReport, reportPage };
