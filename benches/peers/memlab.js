'use strict';

// Opens a snapshot with MemLab, retained sizes included, and adds the objects up by class.
const { getFullHeapFromFile } = require('@memlab/heap-analysis');

async function main() {
  const heap = await getFullHeapFromFile(process.argv[2]);
  const classes = new Map();
  heap.nodes.forEach((node) => {
    const total = classes.get(node.name) ?? { count: 0, shallowSize: 0, retainedSize: 0 };
    total.count += 1;
    total.shallowSize += node.self_size;
    total.retainedSize += node.retainedSize;
    classes.set(node.name, total);
  });
  console.log(`${classes.size} classes`);
}

main();
