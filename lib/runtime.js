'use strict';

// The runtime of this process. Deno and Bun have a `process.version` of their own that names a Node.js they are like.

/** @type {'Node.js' | 'Bun' | 'Deno'} */
const RUNTIME = process.versions.bun !== undefined ? 'Bun' : process.versions.deno !== undefined ? 'Deno' : 'Node.js';

module.exports = { RUNTIME };
