'use strict';

const { assertNoLeak } = require('./assert-no-leak');
const { checkpoint } = require('./checkpoint');
const { countInstances } = require('./count-instances');
const { matchers } = require('./matchers');
const { whatRetains } = require('./what-retains');

module.exports = { assertNoLeak, checkpoint, countInstances, whatRetains, matchers };
