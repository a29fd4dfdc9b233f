'use strict';

// Numbers as Chrome DevTools prints them: decimal units, one decimal below a hundred, U+2212 for minus.

const MINUS = '\u2212';
/** DevTools marks what only V8 itself holds by a distance of 100,000,000 and more. */
const SYSTEM_DISTANCE = 100_000_000;

/**
 * 1234567 as 1,234,567.
 *
 * @param {number} value
 */
function count(value) {
  const [whole, fraction] = String(Math.abs(value)).split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return `${value < 0 ? MINUS : ''}${grouped}${fraction ? `.${fraction}` : ''}`;
}

/**
 * Bytes as B below 1,000, then kB, then MB.
 *
 * @param {number} bytes
 */
function size(bytes) {
  const sign = bytes < 0 ? MINUS : '';
  const value = Math.abs(bytes);
  if (value < 1000) return `${sign}${Math.round(value)} B`;
  if (value < 1_000_000) return `${sign}${scaled(value / 1000)} kB`;
  return `${sign}${scaled(value / 1_000_000)} MB`;
}

/**
 * A change: always with its sign, except nothing.
 *
 * @param {number} value
 * @param {(value: number) => string} print
 */
function signed(value, print) {
  return value > 0 ? `+${print(value)}` : print(value);
}

/** @param {number} value */
const countDelta = (value) => signed(value, count);
/** @param {number} value */
const sizeDelta = (value) => signed(value, size);

/**
 * A mean of counts: 1, 0.5, 12.3.
 *
 * @param {number} value
 */
function mean(value) {
  const digits = Math.abs(value) < 10 ? 2 : 1;
  return count(Number(value.toFixed(digits)));
}

/**
 * Steps from the roots; a dash where there is no way, or only V8's own.
 *
 * @param {number} value
 */
function distance(value) {
  return value < 0 || value >= SYSTEM_DISTANCE ? '–' : count(value);
}

/**
 * Share of a total, without decimals.
 *
 * @param {number} part
 * @param {number} total
 */
function percent(part, total) {
  return total > 0 ? `${Math.round((part / total) * 100)} %` : '';
}

/**
 * "1 object", "2,000 objects".
 *
 * @param {number} value
 * @param {string} one
 * @param {string} [many]
 */
function counted(value, one, many = `${one}s`) {
  return `${count(value)} ${value === 1 ? one : many}`;
}

/** @param {number} value */
function scaled(value) {
  return value < 100 ? value.toFixed(1) : count(Math.round(value));
}

module.exports = { mean, count, size, countDelta, sizeDelta, distance, percent, counted };
