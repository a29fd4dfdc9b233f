'use strict';

// The two documents that may stand beside a snapshot as its sidecar, and whose each member is.
//
// Capture record (`SnapshotSidecar`): written by a capture beside its own file, `X.json` beside `X`. It has the members
// of `CaptureResult` without `path`, and `version`.
//
// Store record (`StoredSnapshot`): written by a store. It has the members of a capture record, adds STORE_MEMBERS, and
// gives REPLACED_MEMBERS another value: `reason` is why somebody wanted the snapshot, no more why the capture forked or
// did not; `storedBytes` and `sha256` are of the stored bytes, which are others than the captured ones when the store
// encrypts.
//
// The record of a frozen image (`StoredImage`) has `kind: 'image'`, and the members of `FreezeResult`. It stands beside
// no snapshot.
//
// Whoever reads a sidecar takes the members of both for what anybody may have written (`lib/open/provenance.js`).

const os = require('node:os');
const { toJson } = require('../words/text');

/** The `version` of both. It grows when the meaning of a member changes. */
const VERSION = /** @type {const} */ (1);

/** Members that a store record has and a capture record does not. `encrypted` is there when the bytes are. */
const STORE_MEMBERS = Object.freeze(['id', 'trigger', 'tags', 'host', 'location', 'path', 'filePath', 'encrypted']);

/** Members of a capture record to which a store record gives another value. */
const REPLACED_MEMBERS = Object.freeze(['reason', 'storedBytes', 'sha256']);

/**
 * @template {Omit<import('..').CaptureResult, 'path' | 'mode' | 'tries' | 'node' | 'pid'>} R
 * @param {R & { path?: string }} result of a capture
 */
function captureRecord({ path: _, ...facts }) {
  return { version: VERSION, ...facts };
}

/**
 * @param {import('./store/about').About} about
 * @param {Omit<import('..').CaptureResult, 'path'> & { path?: string }} result of a capture
 * @param {{ location: string, filePath?: string, storedBytes: number, sha256: string, encrypted?: 'age' }} where of the
 *   stored bytes
 * @returns {import('..').StoredSnapshot} for an image the members are those of `StoredImage`
 */
function storeRecord(about, { path: _, ...facts }, where) {
  const record = {
    version: VERSION,
    ...facts,
    host: os.hostname(),
    ...about,
    ...where,
    ...(where.filePath !== undefined && { path: where.filePath }),
  };
  return /** @type {import('..').StoredSnapshot} */ (record);
}

/**
 * The text of a sidecar. The reason in it may come from a stranger: it acts on no terminal.
 *
 * @param {object} record
 */
function recordText(record) {
  return `${toJson(record, 2)}\n`;
}

module.exports = { REPLACED_MEMBERS, STORE_MEMBERS, captureRecord, recordText, storeRecord };
