'use strict';

const { setImmediate } = require('node:timers/promises');

/**
 * Reads a native document: a head, and its long lists in pages of JSON that are parsed one at a time, so that other
 * work of the main thread comes between them.
 *
 * @template T
 * @param {import('./addon').Pages} pages
 * @returns {Promise<T>} the document of `index.d.ts` that was asked for
 */
async function read(pages) {
  const document = JSON.parse(pages.head());
  for (;;) {
    const list = pages.list();
    if (list === null) return document;
    const rows = document[list];
    for (let page = pages.next(); page !== null; page = pages.next()) {
      for (const row of JSON.parse(page)) rows.push(row);
      await setImmediate();
    }
  }
}

module.exports = { read };
