'use strict';

/**
 * What a person reads of each stage of `Progress`.
 *
 * @type {Record<import('..').Progress['stage'], string>}
 */
const STAGES = {
  waiting: 'waiting',
  capturing: 'capturing',
  reading: 'reading',
  graph: 'who holds whom',
  dominators: 'retained sizes',
  analysis: 'analysing',
  writing: 'writing',
  done: 'done',
};

module.exports = { STAGES };
