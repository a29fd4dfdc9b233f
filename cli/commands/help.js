'use strict';

/** @type {import('../commands').Command} */
module.exports = {
  name: 'help',
  synopsis: 'help [COMMAND]',
  summary: 'this page, or the page of a command',
  description: ['Prints what heaphound or one of its commands does.'],
  options: [],
  operands: { least: 0, most: 1, wanted: 'the name of a command' },
  run() {
    throw new Error('main prints the help itself');
  },
};
