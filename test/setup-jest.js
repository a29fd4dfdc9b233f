'use strict';

// `heaphound/test/jest`: for `setupFilesAfterEnv` of Jest, which gives this module to whatever it runs.

// @ts-ignore: there where Jest is
const { expect } = require('@jest/globals');
const { matchers } = require('./report/matchers');

expect.extend(matchers);
