'use strict';
// Each request watches a file; nobody stops to.
const fs = require('node:fs');
const path = require('node:path');
exports.operations = 31;
exports.leak = (i) => {
  fs.watchFile(path.join(__dirname, `missing-${i}`), { persistent: false, interval: 3_600_000 }, () => i);
};
exports.fixed = (i) => {
  const file = path.join(__dirname, `missing-${i}`);
  fs.watchFile(file, { persistent: false, interval: 3_600_000 }, () => i);
  fs.unwatchFile(file);
};
exports.expect = { known: 'fs.watchFile() looks', begins: 'node:fs' };
