'use strict';
// An index as a binary tree, from which nothing is taken out: new nodes come anywhere below old ones.
class TreeNode {
  constructor(key) {
    this.key = key;
    this.left = this.right = null;
  }
}
class Index {
  root = null;
  add(key) {
    const node = new TreeNode(key);
    let at = this.root;
    if (at === null) this.root = node;
    while (at) {
      const side = key < at.key ? 'left' : 'right';
      const next = at[side];
      if (next === null) at[side] = node;
      at = next;
    }
  }
  clear() {
    this.root = null;
  }
}
const index = new Index();
exports.leak = (i) => index.add((i * 7919) % 100_003);
exports.fixed = (i) => {
  index.add((i * 7919) % 100_003);
  if (i % 10 === 9) index.clear();
};
exports.expect = {
  line: 'class Index {',
  kind: 'growing-list',
  classes: ['TreeNode'],
  path: ['Index', 'TreeNode'],
};
