'use strict';

// `heaphound/test/jest`: for `setupFilesAfterEnv` of Jest, which loads this module before each test file.

// @ts-ignore: there where Jest is
const { expect } = require('@jest/globals');
const { matchers } = require('./report/matchers');

expect.extend(matchers);
