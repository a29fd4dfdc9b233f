'use strict';
// Few readings of ten sensors: no list grows by much, and the warm-up brought more of them than an interval does.
class Reading {
  constructor(at) {
    this.at = at;
  }
}

const SENSORS = 10;
const lists = new Map();
for (let sensor = 0; sensor < SENSORS; sensor++) lists.set(sensor, []);

/** @param {number} at */
const listOf = (at) => lists.get(at % SENSORS);
Object.assign(exports, { lists, warmup: SENSORS, operations: 7 });
exports.leak = (at) => void listOf(at).push(new Reading(at));
exports.fixed = (at) => void (listOf(at)[0] = new Reading(at));
exports.expect = { leaks: [['Reading', 'growing-array']] };
