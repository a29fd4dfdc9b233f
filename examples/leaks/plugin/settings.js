'use strict';
exports.settings = { loaded: Date.now() };
