'use strict';

// `heaphound/test/quiet`, for `--import` and setup files.

require('./quiet').stayQuiet();
