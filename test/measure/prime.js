'use strict';

/**
 * A number of runs that no other work in a process has, so that growth by a multiple of it comes from the scenario.
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
