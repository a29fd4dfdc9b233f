'use strict';

const createError = require('@fastify/error');

const AlreadyRegistered = createError(
  'FST_HEAPHOUND_ALREADY_REGISTERED',
  'heaphound is registered already: one registration serves the whole app',
  500,
);

function alreadyRegistered() {
  return new AlreadyRegistered();
}

module.exports = { alreadyRegistered };
