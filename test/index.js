'use strict';

const { assertNoLeak } = require('./assert-no-leak');
const { assertRetained } = require('./heap/assert-retained');
const { checkpoint } = require('./heap/checkpoint');
const { countInstances } = require('./heap/count-instances');
const { matchers } = require('./report/matchers');
const { whatRetains } = require('./heap/what-retains');

module.exports = { assertNoLeak, assertRetained, checkpoint, countInstances, whatRetains, matchers };
