'use strict';

// Where the lines of a script end. V8 writes the line of each function into a snapshot. Up to Node.js 20 it looks for
// it from the beginning of the script unless it knows the ends of all lines: with one script of 9 MB, as the compiler
// of TypeScript is, that took more than 150 seconds, and 5 with them. Later versions find them by themselves.

const { RUNTIME } = require('../runtime');

/** The version of V8 from which on it makes them before a snapshot; Node.js 22 has 12.4, Node.js 20 has 11.3. */
const FIRST_V8_THAT_DOES = 12;

/**
 * What has V8 find the ends of the lines of all scripts of this thread, and keep them. A session of the inspector asks
 * for all scripts and ends; V8 forgets the ids of objects with it. So it is for a moment at which no ids are kept.
 *
 * Made before a fork: what it loads belongs to the app then, and is the same in each copy.
 *
 * # Cost
 * The first time some 25 ms for each MB of code, later some 5 ms.
 *
 * @param {string | undefined} [v8] the version of V8
 * @returns {() => void}
 */
function lineEndFinder(v8 = process.versions.v8) {
  if (RUNTIME !== 'Node.js' || Number.parseInt(v8 ?? '', 10) >= FIRST_V8_THAT_DOES) return () => {};
  /** @type {typeof import('node:inspector')} */
  let inspector;
  try {
    inspector = require('node:inspector');
  } catch {
    // Node.js can be built without it. The snapshot is the same, and may take longer.
    return () => {};
  }
  return () => {
    // A debugger would lose the ids.
    if (inspector.url() !== undefined) return;
    try {
      const session = new inspector.Session();
      session.connect();
      session.post('Debugger.enable');
      session.post('Debugger.disable');
      session.disconnect();
    } catch {
      // As without the inspector.
    }
  };
}

module.exports = { lineEndFinder };
