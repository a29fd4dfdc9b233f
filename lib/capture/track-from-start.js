'use strict';

// `node --require heaphound/track-allocations APP` records who allocates what, from the first line of the program on.
// It ends with the process.

const { trackAllocations } = require('./track-allocations');

trackAllocations();
