'use strict';

// Maps places in the code of this thread to its source. Test runners and loaders compile in memory, so a place in the
// code that ran is not a place in the file. The source map in the code leads back.

const fs = require('node:fs');
const { SourceMap } = require('node:module');
const path = require('node:path');
const { openSession } = require('../heap/session');
const { isOfHeaphound } = require('../package-file');
const { toPath } = require('../../words/location');

/**
 * @typedef {object} Script a script whose code is not the text of its file
 * @property {number} scriptId
 * @property {string} file
 * @property {string} [map] the source map as a `data:` URL; without it the source of its code is unknown
 */

/** Names of folders of packages. Code in them runs without compilation. */
const PACKAGES = `${path.sep}node_modules${path.sep}`;

/**
 * {@link placeInSources} with the scripts of this thread.
 *
 * @param {unknown} document
 */
async function placeHere(document) {
  const ids = scriptIds(document);
  if (ids.size > 0) placeInSources(document, await compiledScripts(ids));
}

/**
 * The scripts of this thread that were compiled in memory, of the program itself.
 *
 * @param {Set<number>} [wanted] default: all
 * @returns {Promise<Script[]>}
 */
async function compiledScripts(wanted) {
  /** @type {any[]} */
  const parsed = [];
  const note = (/** @type {any} */ { params }) => parsed.push(params);
  /** @type {ReturnType<typeof openSession> | undefined} */
  let opened;
  try {
    opened = openSession();
    const { session } = opened;
    session.on('Debugger.scriptParsed', note);
    await post(session, 'Debugger.enable');
    const scripts = [];
    for (const { scriptId, url, sourceMapURL } of parsed) {
      const file = toPath(url);
      if (wanted !== undefined && !wanted.has(Number(scriptId))) continue;
      if (!path.isAbsolute(file) || file.includes(PACKAGES) || isOfHeaphound(file)) continue;
      const map = sourceMapURL?.startsWith('data:') ? { map: sourceMapURL } : {};
      const { scriptSource } = await post(session, 'Debugger.getScriptSource', { scriptId });
      if (!isTextOf(file, scriptSource)) scripts.push({ scriptId: Number(scriptId), file, ...map });
    }
    return scripts;
  } catch {
    // Without an inspector, or when another debugger blocks it, the places stay as they are.
    return [];
  } finally {
    if (opened !== undefined) {
      await post(opened.session, 'Debugger.disable').catch(() => {});
      opened.session.off('Debugger.scriptParsed', note);
      opened.end();
    }
  }
}

/**
 * @param {import('node:inspector').Session} session
 * @param {string} method
 * @param {object} [params]
 * @returns {Promise<any>}
 */
function post(session, method, params) {
  return new Promise((resolve, reject) => {
    session.post(method, params, (error, result) => (error ? reject(error) : resolve(result)));
  });
}

/**
 * True when places in the code are places in the file: the code is the same text, or has blanks in the place of types.
 *
 * @param {string} file
 * @param {string} code
 */
function isTextOf(file, code) {
  try {
    const text = fs.readFileSync(file, 'utf8').replace(/^\uFEFF/, '');
    if (text === code) return true;
    const [lines, others] = [text.split('\n'), code.split('\n')];
    // A compiler names its source map at the end of the code.
    const rest = others.slice(lines.length);
    return (
      rest.every((line) => /^\s*(\/\/.*)?$/.test(line)) && lines.every((line, at) => line.length === others[at]?.length)
    );
  } catch {
    return false;
  }
}

/**
 * Adds the original to every place in such a script. Without an original it marks the place as `unmapped`: its line and
 * column are not those of the file.
 *
 * @param {unknown} document any part of what `findLeaks` gives
 * @param {Script[]} scripts
 */
function placeInSources(document, scripts) {
  const known = new Map(scripts.map((script) => [script.scriptId, script]));
  /** @type {Map<number, SourceMap | undefined>} */
  const maps = new Map();
  forEachPlace(document, (location) => {
    const script = known.get(location.scriptId);
    if (script !== undefined && script.file === toPath(location.file))
      place(location, mapOf(script, maps), script.file);
  });
}

/** @param {unknown} document */
function scriptIds(document) {
  /** @type {Set<number>} */
  const ids = new Set();
  forEachPlace(document, ({ scriptId, file }) => path.isAbsolute(toPath(file)) && ids.add(scriptId));
  return ids;
}

/**
 * @param {any} part of a document
 * @param {(location: any) => unknown} use
 */
function forEachPlace(part, use) {
  if (part === null || typeof part !== 'object') return;
  if (typeof part.scriptId === 'number' && typeof part.file === 'string') use(part);
  for (const member of Object.values(part)) forEachPlace(member, use);
}

/**
 * @param {any} location
 * @param {SourceMap | undefined} map
 * @param {string} file
 */
function place(location, map, file) {
  delete location.original;
  delete location.unmapped;
  /** @type {any} */
  const entry = map?.findEntry(location.line - 1, location.column - 1);
  // The nearest mapping before the place may be of another line, and then does not count.
  if (entry?.originalSource === undefined || entry.generatedLine !== location.line - 1) {
    location.unmapped = true;
    return;
  }
  location.original = {
    file: path.resolve(path.dirname(file), toPath(entry.originalSource)),
    line: entry.originalLine + 1,
    column: entry.originalColumn + 1,
  };
}

/**
 * @param {Script} script
 * @param {Map<number, SourceMap | undefined>} maps
 */
function mapOf({ scriptId, map }, maps) {
  if (!maps.has(scriptId)) maps.set(scriptId, map === undefined ? undefined : decode(map));
  return maps.get(scriptId);
}

/** @param {string} url */
function decode(url) {
  try {
    const comma = url.indexOf(',');
    const [head, body] = [url.slice(0, comma), url.slice(comma + 1)];
    const text = head.endsWith(';base64') ? Buffer.from(body, 'base64').toString('utf8') : decodeURIComponent(body);
    return new SourceMap(JSON.parse(text));
  } catch {
    return undefined;
  }
}

module.exports = { compiledScripts, placeHere, placeInSources };
