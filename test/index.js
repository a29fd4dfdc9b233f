'use strict';

const { assertNoLeak } = require('./assert-no-leak');
const { matchers } = require('./matchers');

module.exports = { assertNoLeak, matchers };
