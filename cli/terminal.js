'use strict';

const { styleText } = require('node:util');

/** Width of a text for people outside of a terminal. */
const PAGE_WIDTH = 100;
const NARROWEST = 40;

/**
 * The abilities of standard output.
 *
 * @typedef {object} Terminal
 * @property {boolean} isTty
 * @property {number} width columns of a page of text
 * @property {number} tableWidth columns of a table; unlimited without a terminal
 * @property {(format: string | string[], text: string) => string} style
 */

/**
 * @param {{ isTTY?: boolean, columns?: number }} stream
 * @param {{ color?: boolean, environment?: NodeJS.ProcessEnv }} [options] `color` overrides the environment
 * @returns {Terminal}
 */
function describeTerminal(stream, { color, environment = process.env } = {}) {
  const isTty = stream.isTTY === true;
  const columns = isTty && stream.columns ? Math.max(stream.columns, NARROWEST) : undefined;
  const isColored = color ?? wantsColor(isTty, environment);
  return {
    isTty,
    width: Math.min(columns ?? PAGE_WIDTH, 120),
    tableWidth: columns ?? Infinity,
    // The stream was checked above; styleText must not check it again. Node 20.11 and older have no styleText and stay
    // plain.
    style:
      isColored && styleText
        ? (format, text) =>
            text === ''
              ? ''
              : styleText(/** @type {Parameters<typeof styleText>[0]} */ (format), text, { validateStream: false })
        : (format, text) => text,
  };
}

/**
 * https://no-color.org, and FORCE_COLOR as Node reads it: "0" and "false" switch off.
 *
 * @param {boolean} isTty
 * @param {NodeJS.ProcessEnv} environment
 */
function wantsColor(isTty, environment) {
  const force = environment.FORCE_COLOR;
  if (force !== undefined) return force !== '0' && force !== 'false';
  if (environment.NO_COLOR) return false;
  return isTty && environment.TERM !== 'dumb';
}

module.exports = { describeTerminal };
