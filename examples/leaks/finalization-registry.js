'use strict';
// What a registry keeps for the clean-up refers to the object whose end it waits for.
class Texture {
  constructor(id) {
    this.id = id;
    this.pixels = [id];
  }
}
const registry = new FinalizationRegistry(({ texture }) => {
  texture.pixels.length = 0;
});
exports.registry = registry;

exports.leak = (i) => {
  const texture = new Texture(i);
  registry.register(texture, { texture });
};
exports.fixed = (i) => {
  const texture = new Texture(i);
  registry.register(texture, { texture: { pixels: [texture.id] } }, texture);
  registry.unregister(texture);
};
exports.expect = {
  line: 'finalization-registry.js',
  kind: 'finalization-registry',
  classes: ['Texture'],
  path: ['FinalizationRegistry', 'WeakCell', 'Texture'],
};
