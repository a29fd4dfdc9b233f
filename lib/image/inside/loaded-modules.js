'use strict';

// Runs in the thawed process, as a text. A `require` for what the process had loaded: there are no files.

/**
 * @typedef {{ exports: unknown, filename: string, children?: LoadedModule[], require: (name: string) => unknown }}
 *   LoadedModule
 */

/** @param {NodeJS.Process} process of the image */
function requireLoaded(process) {
  const MOST_TOLD = 5;
  const { mainModule } = process;
  /** @type {(name: string) => unknown} */
  const builtin = (name) => process.getBuiltinModule?.(name) ?? mainModule?.require(name);
  const path = attempt(() => /** @type {typeof import('node:path')} */ (builtin('path')));
  const Module = attempt(
    () => /** @type {{ _cache: Record<string, LoadedModule>, builtinModules: string[] }} */ (builtin('module')),
  );
  /** @type {Record<string, LoadedModule>} */
  const cache = Module?._cache ?? {};
  const base = mainModule ? path?.dirname(mainModule.filename) : attempt(() => path?.dirname(process.argv[1]));

  /** @type {<T>(work: () => T) => T | undefined} */
  function attempt(work) {
    try {
      return work();
    } catch {
      return undefined;
    }
  }

  /** Files that Node.js would try for a path. @type {(file: string) => string[]} */
  function filesFor(file) {
    const ends = ['', '.js', '.json', '.node', '.cjs', '/index.js', '/index.json', '/index.cjs'];
    return ends.map((end) => file + end);
  }

  /**
   * The module with which a package begins: one that a file outside of it has required.
   *
   * @type {(name: string) => string[]}
   */
  function entriesOf(name) {
    const folder = `/node_modules/${name}/`;
    const inside = Object.keys(cache).filter((file) => file.includes(folder));
    /** @type {(file: string) => string} */
    const rootOf = (file) => file.slice(0, file.lastIndexOf(folder) + folder.length);
    return inside.filter((file) => {
      const root = rootOf(file);
      const isOwn = !file.slice(root.length).includes('/node_modules/');
      const askers = Object.entries(cache).filter(([asker]) => !asker.startsWith(root));
      return isOwn && askers.some(([, module]) => module.children?.includes(cache[file]));
    });
  }

  /** @type {(name: string) => unknown} */
  function requireIt(name) {
    if (typeof name !== 'string') throw new TypeError('require() takes the name of a module');
    const plain = name.replace(/^node:/, '');
    if (Module?.builtinModules.includes(plain) || name.startsWith('node:')) return builtin(name);
    const isPath = /^\.{0,2}\//.test(name) || name === '.' || name === '..';
    const found = isPath
      ? filesFor(path?.resolve(base ?? '/', name) ?? name).filter((file) => file in cache)
      : entriesOf(name);
    if (isPath ? found.length > 0 : found.length === 1) return cache[found[0]].exports;
    const message =
      found.length > 1
        ? `${name} is loaded ${found.length} times (${found.slice(0, MOST_TOLD).join(', ')}): give one of these paths`
        : `${name} is none of the ${Object.keys(cache).length} CommonJS modules that the process had loaded ` +
          '(Object.keys(require.cache)), and there are no files here; module variables have their names without it';
    throw Object.assign(new Error(message), { code: 'MODULE_NOT_FOUND' });
  }

  return Object.assign(requireIt, { cache, main: mainModule });
}

module.exports = { requireLoaded };
