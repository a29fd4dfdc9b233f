'use strict';
// Two functions share a scope: the one that is kept holds what only the other needs, and that holds the version before.
class Version {
  constructor(id, undo) {
    this.id = id;
    this.undo = undo;
  }
}
let current = null;

exports.leak = (i) => {
  const previous = current;
  const describe = () => previous.id;
  current = new Version(i, () => i);
  return describe;
};
exports.fixed = (i) => {
  current = new Version(i, () => i);
};
exports.expect = {
  line: 'exports.leak = (i) => {',
  kind: 'closures',
  classes: ['Version'],
  path: ['current', 'Version', 'undo', 'previous', 'Version'],
};
