'use strict';

// V8 makes objects of its own while it learns how a program runs: compiled code, feedback, tables. A process that
// learns nothing is quiet.

const v8 = require('node:v8');

/** Flags with which a heap holds only what the program made. */
const QUIET = ['--no-opt', '--no-sparkplug', '--no-maglev', '--no-lazy-feedback-allocation'];
/** What takes them back. Of Maglev nobody can tell whether it was on: it stays off, which is only slower. */
const LOUD = ['--opt', '--sparkplug', '--lazy-feedback-allocation'];
/** Whoever chose one of these for the process has reasons of their own. */
const CHOSEN =
  /--(no-?)?(jitless|opt|sparkplug|always-sparkplug|maglev|lazy-feedback-allocation|interpreted-frames-native-stack)\b/;

let forGood = false;

function chosen() {
  return CHOSEN.test([...process.execArgv, process.env.NODE_OPTIONS ?? ''].join(' ').replaceAll('_', '-'));
}

/** @param {string[]} flags */
function set(flags) {
  for (const flag of flags) v8.setFlagsFromString(flag);
}

/**
 * Makes this process quiet. The code runs several times slower meanwhile; what was compiled before stays compiled.
 *
 * @returns {() => void} gives the speed back
 */
function beQuiet() {
  if (forGood || chosen()) return () => {};
  set(QUIET);
  return () => {
    if (!forGood) set(LOUD);
  };
}

/** The same until the process ends: for setup files, which run before the code under test is loaded. */
function stayQuiet() {
  if (!chosen()) set(QUIET);
  forGood = true;
}

/** True when nothing but the tests' own code makes objects. */
function isQuietForGood() {
  return forGood || process.execArgv.includes('--no-lazy-feedback-allocation');
}

module.exports = { QUIET, beQuiet, isQuietForGood, stayQuiet };
