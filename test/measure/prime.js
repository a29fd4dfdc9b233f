'use strict';

/**
 * A number of runs that nothing else in a process has: growth by a multiple of it is the scenario's.
 *
 * @param {number} least
 * @returns {number} the first prime from there on
 */
function nextPrime(least) {
  for (let number = Math.max(least, 2); ; number += 1) if (isPrime(number)) return number;
}

/** @param {number} number */
function isPrime(number) {
  for (let divisor = 2; divisor * divisor <= number; divisor += 1) if (number % divisor === 0) return false;
  return true;
}

module.exports = { nextPrime };
