'use strict';
// One registration, which was there before, holds the list that grows.
class Page {
  constructor(number) {
    this.number = number;
  }
}

const registry = new FinalizationRegistry(() => {});
const watched = {};
function register() {
  const pages = [];
  registry.register(watched, pages);
  return new WeakRef(pages);
}
const pages = register();
exports.kept = [registry, watched];
exports.leak = (number) => pages.deref().push(new Page(number));
exports.expect = { leaks: [['Page', 'growing-array']] };
