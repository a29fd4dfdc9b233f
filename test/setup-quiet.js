'use strict';

// `heaphound/test/quiet`, for `--import` and setup files.

require('./measure/quiet').stayQuiet();
