'use strict';

// The sentences about what cutting the reference of a leak would free.

const { count, counted, size } = require('./numbers');
const { nameOf } = require('./reference');

/**
 * @param {import('..').Leak} leak
 * @returns {string[]} none when nobody asked for it, or when there is no reference to cut
 */
function freedSentences({ className, freed }) {
  if (freed === undefined) return [];
  const { cutCount, still } = freed;
  const cut = cutCount === 1 ? 'Without this reference' : `Without the ${count(cutCount)} references of this sort`;
  const frees =
    freed.count === 0 ? 'nothing goes away' : `${size(freed.size)} in ${counted(freed.count, 'object')} go away`;
  if (still === undefined) return [`${cut} ${frees}.`];
  const stay = cutCount === 1 ? 'The object stays' : `${count(still.count)} of the ${count(cutCount)} stay`;
  return [
    `${cut} ${frees}.`,
    `${stay}: ${nameOf(still.holder.name) || '(root)'} @${still.holder.id} holds ${cutCount === 1 ? 'it' : `one ${nameOf(className)}`} too.`,
  ];
}

module.exports = { freedSentences };
