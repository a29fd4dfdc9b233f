'use strict';

const { ALL_ROWS, MAX_MS } = require('../checks/limits');
const { readSize } = require('../checks/size');
const { UsageError, nearest } = require('./usage');

/**
 * All options; a command names those that it takes. An option with `several` may be given again, and is a list. An
 * option with `isRead` names a file to read, or `-`. One with `isSeries` takes the words behind it too, up to the next
 * option: `--before A B C --after D E F`.
 *
 * @type {Record<string, { value?: string, short?: string, help: string, several?: boolean, isRead?: boolean, isSeries?:
 *   boolean, read?: (text: string, name: string) => any }>}
 */
const OPTIONS = {
  json: { help: 'print the whole document as JSON, a row a line' },
  limit: { value: 'N', help: 'rows to print (default 30; with --json all)', read: positiveInteger },
  sort: { value: 'FIELD', help: 'order of the rows' },
  by: { value: 'WHAT', help: 'rows: class (default), package, file' },
  operations: {
    value: 'N[,N…]',
    help: 'operations between two snapshots: one number, or one for each interval',
    read: positiveIntegers,
  },
  tree: { help: 'the parts of one leaked object' },
  'compare-by': { value: 'WHAT', help: 'match objects by: auto (default), ids, structure' },
  order: { value: 'WHICH', help: 'auto (default): by the time of capture; given: as on the command line' },
  allow: { value: 'WHAT,…', help: 'same: a snapshot twice; unrelated: snapshots of different programs', read: allowed },
  strict: { help: 'exactly the numbers of Chrome DevTools, its quirks included' },
  'source-maps': { value: 'DIR', help: 'folder with source maps that are not where the scripts name them' },
  'no-source-maps': { help: 'do not look for source maps' },
  threads: { value: 'N', help: 'threads to work on (default: one for each processor)', read: positiveInteger },
  'max-memory': {
    value: 'SIZE',
    help: 'give up when a snapshot takes more memory (default: the free memory)',
    read: bytes,
  },
  color: { help: 'colours even when standard output is no terminal' },
  'no-color': { help: 'no colours (also: NO_COLOR=1)' },
  filter: { value: 'NAME', help: 'only the objects that this filter of DevTools leaves' },
  'after-id': { value: 'ID', help: 'only objects allocated after this id', read: identifier },
  'up-to-id': { value: 'ID', help: 'only objects allocated up to this id', read: identifier },
  ignore: { value: 'WHAT,…', help: 'leaks to leave out; may be given again', several: true },
  all: { help: 'every leak at length, and growth that is no leak' },
  path: { value: 'FORM', help: 'the path that holds the leak: short (default), full' },
  catalogue: { value: 'FILE', isRead: true, help: 'more known leaks of libraries, as docs/leaks.md describes them' },
  source: { value: 'N', help: 'lines of the source to print on each side of a place', read: positiveInteger },
  root: { value: 'DIR', help: 'folder from which files are named' },
  markdown: { help: 'print Markdown, for an issue or a comment' },
  sarif: { help: 'print SARIF 2.1.0, for code scanning' },
  github: { help: 'annotations for GitHub Actions (default when GITHUB_ACTIONS is true)' },
  before: {
    value: 'FILE…',
    isRead: true,
    isSeries: true,
    several: true,
    help: 'the snapshots before the fix, or their directory',
  },
  after: {
    value: 'FILE…',
    isRead: true,
    isSeries: true,
    several: true,
    help: 'the snapshots after the fix, or their directory',
  },
  baseline: { value: 'FILE', isRead: true, help: 'the file with the known leaks' },
  budget: { value: 'FILE', isRead: true, help: 'the file with the objects and bytes that a heap may have' },
  update: { help: 'write the baseline' },
  depth: { value: 'N', help: 'levels of the tree (default 1)', read: positiveInteger },
  name: { value: 'REGEX', help: 'objects whose name matches', read: expression },
  class: { value: 'REGEX', help: 'objects whose class matches', read: expression },
  property: { value: 'REGEX', help: 'objects with a property that matches', read: expression },
  kind: { value: 'KIND', help: "V8's type of the node: object, closure, string, array, native and others" },
  detached: { help: 'only detached DOM nodes' },
  'min-size': { value: 'SIZE', help: 'least shallow size: 500, 10kB, 1.5MB', read: bytes },
  'max-size': { value: 'SIZE', help: 'greatest shallow size', read: bytes },
  'retained-min': { value: 'SIZE', help: 'least retained size', read: bytes },
  'retained-max': { value: 'SIZE', help: 'greatest retained size', read: bytes },
  'min-count': { value: 'N', help: 'least number of copies (default 2)', read: positiveInteger },
  'key-file': {
    value: 'FILE',
    isRead: true,
    help: 'key for placeholders: with the same key, equal contents are equal across runs (default: a new key)',
  },
  previous: {
    value: 'FILE',
    help: 'an earlier snapshot of the process, whose ids go on: thawed, or captured by a forked child',
  },
  'self-contained': {
    help: 'the text of Node.js is in the image, too: it is thawed where that program is not',
  },
  recipient: {
    value: 'KEY',
    several: true,
    help: 'encrypt to this public key of age; may be given again. Needs the package age-encryption',
  },
  identity: {
    value: 'FILE',
    isRead: true,
    help: 'the private keys of age that encrypted files are for, one on each line (`age-keygen` writes such a file)',
  },
  inspect: {
    value: 'URL|PORT',
    help: 'the inspector of the process: a port, host:port, or the URL that Node.js prints',
  },
  pid: { value: 'PID', help: 'the process; its inspector is opened and closed again (Linux)', read: positiveInteger },
  out: {
    value: 'FILE|DIR',
    short: 'o',
    help: 'the new file, - for standard output, or a directory for the file; DIR/ is made (default: here)',
  },
  compress: { value: 'CODEC', help: 'zstd (default), gzip or none; without it the ending of --out decides' },
  worker: { value: 'N', help: 'the heap of a worker thread', read: positiveInteger },
  list: { help: 'list the worker threads instead' },
  count: {
    value: 'N',
    help: 'snapshots to take in one session, comparable by id (default 1)',
    read: positiveInteger,
  },
  interval: { value: 'TIME', help: 'time between them: 500ms, 30s, 5min (default 30s)', read: duration },
  'keep-ids': { help: 'no effect any more: V8 keeps ids within one session only, see --count' },
  'max-bytes': { value: 'SIZE', help: 'give up when the file becomes larger', read: bytes },
  files: {
    value: 'DIR',
    help: 'a folder with the program of the process, and of a core dump its libraries, where they are not at their paths here',
  },
  thread: {
    value: 'ID',
    help: "of a core dump: the system's number of the thread whose heap is wanted (default: the one that died)",
    read: positiveInteger,
  },
  'max-pause': {
    value: 'MS',
    help: 'refuse when the process is expected to stand still for longer',
    read: positiveInteger,
  },
  eval: { value: 'CODE', help: 'run this JavaScript in the frozen process instead, and print its value' },
  pprof: { help: 'the format of `go tool pprof`, packed with gzip' },
  allocations: { help: 'the functions that allocated, from a snapshot with recorded allocations' },
  port: { value: 'N', help: 'the port of the page (default: a free one)', read: positiveInteger },
  'no-open': { help: 'do not start a browser' },
  'no-recent': { help: 'do not remember which files were opened' },
  rest: { value: 'MS', help: 'how long to wait until its main thread waits for events', read: positiveInteger },
  timeout: { value: 'MS', help: 'give up after this time', read: positiveInteger },
  from: { value: 'REPORT', isRead: true, help: 'a report, as .html or .json, in the place of snapshots' },
  compare: {
    value: 'OLD NEW',
    isRead: true,
    isSeries: true,
    several: true,
    help: 'what is other in the newer one of two reports',
  },
  lean: { help: 'print the lean JSON, for programs that pay for each word: below 1,000 tokens a leak' },
  'with-strings': { help: 'contents of strings are in the report, too' },
  report: { value: 'FILE', help: 'when the check fails, write a report there: .html, .json, .md or .sarif' },
  redact: { help: 'replace the contents of strings before they reach the disk' },
  keep: { help: 'keep the originals' },
  once: { help: 'handle the files that are there, and end' },
  force: { help: 'capture even when the memory or the disk seems too small' },
  help: { short: 'h', help: 'print this' },
  version: { short: 'V', help: 'print the version' },
};

/** Options that every command takes. */
const COMMON = [
  'json',
  'limit',
  'strict',
  'source-maps',
  'no-source-maps',
  'threads',
  'max-memory',
  'identity',
  'color',
  'no-color',
  'help',
];

/**
 * The comparisons that `--allow` accepts, though they are refused by default.
 *
 * @param {string} text
 */
function allowed(text) {
  return text.split(',').map((part) => choose(part.trim(), ['same', 'unrelated'], 'allow'));
}

/** @type {Record<string, number>} */
const TIMES = { ms: 1, s: 1e3, min: 60e3, m: 60e3, h: 3600e3 };

/**
 * Milliseconds.
 *
 * @param {string} text
 * @param {string} name
 */
function duration(text, name) {
  const [, number, unit] = /^(\d+(?:\.\d+)?)(ms|s|min|m|h)$/.exec(text) ?? [];
  const ms = Math.round(Number(number) * TIMES[unit]);
  if (!(ms >= 0 && ms <= MAX_MS)) throw new UsageError(`${name} must be a time like 500ms, 30s or 5min, not '${text}'`);
  return ms;
}

/**
 * The one of `choices` that the text names. Dashes and case do not matter, and a unique beginning is enough.
 *
 * @template {string} const K
 * @param {string} text
 * @param {readonly K[]} choices
 * @param {string} option
 * @returns {K}
 */
function choose(text, choices, option) {
  /** @type {(word: string) => string} */
  const plain = (word) => word.toLowerCase().replaceAll('-', '');
  const exact = choices.filter((choice) => plain(choice) === plain(text));
  const found = exact.length > 0 ? exact : choices.filter((choice) => plain(choice).startsWith(plain(text)));
  if (found.length === 1 && text !== '') return found[0];
  const suggestion = nearest(text, choices);
  const hint = suggestion ? ` (did you mean '${suggestion}'?)` : '';
  throw new UsageError(`--${option} cannot be '${text}'${hint}; it can be ${choices.join(', ')}`);
}

/**
 * An id as V8 and DevTools write it, with or without the `@`.
 *
 * @param {string} text
 * @param {string} name
 */
function identifier(text, name) {
  const digits = text.replace(/^@/, '');
  const id = Number(digits);
  if (!/^\d+$/.test(digits) || !Number.isSafeInteger(id)) {
    throw new UsageError(`${name} must be an id like @12345, not '${text}'`);
  }
  return id;
}

/**
 * @param {string} text
 * @param {string} name
 */
function identifiers(text, name) {
  return text
    .split(',')
    .filter((part) => part !== '')
    .map((part) => identifier(part.trim(), name));
}

/**
 * @param {string} text
 * @param {string} name
 */
function positiveInteger(text, name) {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < 1 || value > ALL_ROWS) {
    throw new UsageError(`${name} must be a whole number from 1, not '${text}'`);
  }
  return value;
}

/**
 * @param {string} text
 * @param {string} name
 */
function positiveIntegers(text, name) {
  return text.split(',').map((part) => positiveInteger(part.trim(), name));
}

/**
 * @param {string} text
 * @param {string} name
 */
function bytes(text, name) {
  const size = readSize(text);
  if (size === undefined) throw new UsageError(`${name} must be a size like 500, 10kB or 1.5MB, not '${text}'`);
  return size;
}

/**
 * Only an empty text is refused here: the engine checks the syntax.
 *
 * @param {string} text
 * @param {string} name
 */
function expression(text, name) {
  if (text === '') throw new UsageError(`${name} needs a regular expression`);
  return text;
}

module.exports = { OPTIONS, COMMON, choose, identifier, identifiers };
