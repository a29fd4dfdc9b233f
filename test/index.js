'use strict';

const { assertNoLeak } = require('./assert-no-leak');
const { checkpoint } = require('./heap/checkpoint');
const { countInstances } = require('./heap/count-instances');
const { matchers } = require('./report/matchers');
const { whatRetains } = require('./heap/what-retains');

module.exports = { assertNoLeak, checkpoint, countInstances, whatRetains, matchers };
