'use strict';

const { setImmediate } = require('node:timers/promises');

/**
 * Reads a native document: a head, and its long lists in pages of JSON that are parsed one at a time, so that other
 * work of the main thread comes between them.
 *
 * @param {any} pages native `Pages`
 * @returns {Promise<any>}
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
