'use strict';

/** @type {Record<string, number>} */
const UNITS = { '': 1, b: 1, kb: 1e3, mb: 1e6, gb: 1e9 };

/**
 * Bytes of a size as people write it: 500, 10kB, 1.5MB.
 *
 * @param {string} text
 * @returns {number | undefined} undefined for what is no size
 */
function readSize(text) {
  const [, number, unit] = /^(\d+(?:\.\d+)?)\s*([a-z]*)$/i.exec(text) ?? [];
  const factor = UNITS[unit?.toLowerCase()];
  return factor === undefined ? undefined : Math.round(Number(number) * factor);
}

module.exports = { readSize };
