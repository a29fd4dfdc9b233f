'use strict';

// Where a leak is known to lie in a package that an own file loads: the line of that file which calls the package.

const { weighedCalls } = require('./calls');
const { linesAround } = require('./places');

/** Own files of one leak that are read. */
const MOST_FILES = 8;
/** Calls that the document has. */
const MOST_CALLS = 5;

/** @typedef {import('../..').PackageCall} PackageCall */

/**
 * The place in own code that is responsible for a leak, as far as this file looks at it.
 *
 * @typedef {object} Responsible
 * @property {string} evidence how it was found: `module` where an own file loads the package, `call` with a line of it
 * @property {string} because
 * @property {import('../..').SourceLocation} [location]
 * @property {boolean} [probably]
 * @property {string} [package] that they load; without it those in which places of the leak lie are tried
 * @property {import('../..').SourceLocation[]} [others] own files that it may be as well
 * @property {string[]} [loaders] own files that load it, the most likely first
 * @property {PackageCall[]} [calls] the most likely first
 */

/**
 * Names the line where the engine could name a file only.
 *
 * @param {import('../..').Leak[]} leaks
 * @param {{ texts: import('./file-text').FileTexts, around: number }} options
 */
async function addCalls(leaks, { texts, around }) {
  for (const leak of leaks) {
    const { responsible } = /** @type {{ responsible?: Responsible }} */ (leak);
    if (responsible?.evidence !== 'module') continue;
    const [files, names] = [filesOf(responsible), namesOf(leak)];
    let best;
    for (const packageName of responsible.package === undefined ? packagesOf(leak) : [responsible.package])
      best ??= await bestFile(files, { packageName, names, texts });
    if (best === undefined) continue;
    const { file, calls, lines } = best;
    const [{ line, column, why }] = calls;
    const scriptId = responsible.location?.scriptId ?? 0;
    Object.assign(responsible, {
      evidence: 'call',
      probably: true,
      because: `${responsible.because}; this line ${why}`,
      location: { file, line, column, scriptId, source: linesAround(lines, { file, line, column }, around) },
      calls: calls.slice(0, MOST_CALLS).map(({ weight: _, ...call }) => call),
    });
  }
}

/**
 * Own files that may have the call: the source of a built file before the file.
 *
 * @param {Responsible} responsible
 */
function filesOf({ location, loaders = [], others = [] }) {
  const places = [location, ...others].flatMap((place) => [place?.original?.file, place?.file]);
  const files = [places[0], ...loaders, ...places];
  return [...new Set(files)].filter((file) => file !== undefined && file !== '').slice(0, MOST_FILES);
}

/**
 * The packages, and the modules of Node.js, in which places of the leak lie: those nearest to the container first.
 *
 * @param {import('../..').Leak} leak
 */
function packagesOf({ location, container, retainingPath }) {
  const end = retainingPath.findIndex((step) => step.id === container.id);
  const above = retainingPath.slice(0, end + 1).reverse();
  const places = [container.location, ...above.map((step) => step.location), location];
  const names = places.flatMap((place) => {
    const file = (place?.original ?? place)?.file.replaceAll('\\', '/') ?? '';
    const [, packageName = ''] = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(file) ?? [];
    const [, builtin = ''] = /^node:((?!internal\/)[\w/]+)$/.exec(file) ?? [];
    return [packageName, builtin, builtin === '' ? '' : `node:${builtin}`];
  });
  return [...new Set(names)].filter((name) => name !== '');
}

/**
 * The file with the likeliest call; of equal ones the first.
 *
 * @param {(string | undefined)[]} files
 * @param {{ packageName: string, names: string[], texts: import('./file-text').FileTexts }} options
 */
async function bestFile(files, { packageName, names, texts }) {
  /** @type {{ file: string, lines: string[], calls: (PackageCall & { weight: number })[] } | undefined} */
  let best;
  for (const file of files) {
    const found = file === undefined ? undefined : await texts.read(file);
    if (file === undefined || found === undefined) continue;
    const calls = weighedCalls(found.text, { package: packageName, names, file }) ?? [];
    if (calls.length > 0 && (best === undefined || calls[0].weight > best.calls[0].weight))
      best = { file, lines: found.lines, calls };
  }
  return best;
}

/**
 * Names by which a call may be known, the most telling first.
 *
 * @param {import('../..').Leak} leak
 */
function namesOf({ className, container, detail, retainingPath }) {
  const end = retainingPath.findIndex((step) => step.id === container.id);
  const above = retainingPath.slice(0, end + 1).reverse();
  const names = [className, container.name, detail?.emitter, detail?.function, ...above.map((step) => step.name)];
  return [...new Set(names.map((name) => (name ?? '').replace(/\(\)$/, '')))].filter((name) =>
    /^[\p{L}_$]/u.test(name),
  );
}

module.exports = { addCalls };
