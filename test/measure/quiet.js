'use strict';

// V8 makes objects of its own while it optimises a program: compiled code, feedback, tables. A process that does not
// optimise is quiet.

const v8 = require('node:v8');

/**
 * Flags with which V8 makes few objects of its own. It also keeps compiled code that did not run for some collections:
 * else one round loses 1,824 bytes of it, and a later one compiles it again.
 */
const QUIET = ['--no-opt', '--no-sparkplug', '--no-maglev', '--no-lazy-feedback-allocation', '--no-flush-bytecode'];
/** Flags that undo them. Maglev stays off, because its earlier state is unknown; that is only slower. */
const LOUD = ['--opt', '--sparkplug', '--lazy-feedback-allocation', '--flush-bytecode'];
/** When the process was started with one of these flags, its choice stays. */
const CHOSEN =
  /--(no-?)?(jitless|opt|sparkplug|always-sparkplug|maglev|lazy-feedback-allocation|flush-bytecode|interpreted-frames-native-stack)\b/;

let forGood = false;

function chosen() {
  return CHOSEN.test([...process.execArgv, process.env.NODE_OPTIONS ?? ''].join(' ').replaceAll('_', '-'));
}

/** @param {string[]} flags */
function set(flags) {
  for (const flag of flags) v8.setFlagsFromString(flag);
}

/**
 * Makes this process quiet. Code runs several times slower meanwhile; code that was compiled before stays compiled.
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

/** True when V8 makes few objects of its own. */
function isQuietForGood() {
  return forGood || process.execArgv.includes('--no-lazy-feedback-allocation');
}

module.exports = { QUIET, beQuiet, isQuietForGood, stayQuiet };
