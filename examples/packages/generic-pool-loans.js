'use strict';
// Connections that are taken out of the pool and never given back.
const { createPool } = require('generic-pool');

class Connection {
  constructor() {
    this.state = { open: true };
  }
}
const pool = createPool({ create: async () => new Connection(), destroy: async () => {} }, { max: 100_000 });
exports.leak = () => pool.acquire();
exports.fixed = async () => pool.release(await pool.acquire());
exports.expect = {
  line: 'exports.leak = () => pool.acquire();',
  kind: 'growing-map',
  classes: ['Connection'],
  path: ['Pool', '_resourceLoans', 'Map'],
};
