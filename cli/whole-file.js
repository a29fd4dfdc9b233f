'use strict';

const { randomUUID } = require('node:crypto');
const fs = require('node:fs');

/**
 * Writes a file whole or not at all: whoever reads meanwhile has the old one or the new one.
 *
 * @param {string} file
 * @param {string} text
 */
function writeWhole(file, text) {
  const temporary = `${file}.${randomUUID()}.tmp`;
  try {
    fs.writeFileSync(temporary, text);
    fs.renameSync(temporary, file);
  } catch (error) {
    fs.rmSync(temporary, { force: true });
    throw error;
  }
}

module.exports = { writeWhole };
