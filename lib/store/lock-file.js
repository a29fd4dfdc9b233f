'use strict';

// A lock among processes that share a directory. The file `.lock-NAME-N` holds until when; the next holder makes N + 1,
// which only one can (`EEXIST`), and looks once more whether somebody else came in the meantime.

const { randomUUID } = require('node:crypto');
const fs = require('node:fs/promises');
const path = require('node:path');
const { readPrivate, writePrivate } = require('../disk/private-file');

const NAME = /^\.lock-(?<name>.+)-(?<round>\d+)$/;

/** @typedef {{ release: () => Promise<void>, renew: () => Promise<void> }} Lock */

/**
 * @param {string} directory
 * @param {string} name
 * @param {number} ttlMs
 * @returns {Promise<Lock | undefined>} undefined when somebody else has it
 */
async function acquire(directory, name, ttlMs) {
  const before = await lockFiles(directory, name);
  if (before.some(({ isLive }) => isLive)) return undefined;
  const round = Math.max(0, ...before.map((lock) => lock.round)) + 1;
  const file = path.join(directory, `.lock-${name}-${round}`);
  const holder = randomUUID();
  const content = () => JSON.stringify({ holder, until: Date.now() + ttlMs });
  const isOurs = async () => (await readPrivate(file))?.holder === holder;
  const release = async () => {
    if (await isOurs()) await fs.rm(file, { force: true });
  };
  try {
    await writePrivate(file, content(), { replace: false });
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === 'EEXIST') return undefined;
    throw error;
  }
  if ((await lockFiles(directory, name)).some((lock) => lock.isLive && lock.file !== file)) {
    await release();
    return undefined;
  }
  await Promise.all(before.map((lock) => fs.rm(lock.file, { force: true })));
  const renew = async () => {
    if (await isOurs()) await writePrivate(file, content());
  };
  return { release, renew };
}

/**
 * @param {string} directory
 * @param {string} [wanted] all names without it
 * @returns {Promise<{ file: string, name: string, round: number, isLive: boolean }[]>}
 */
async function lockFiles(directory, wanted) {
  const locks = [];
  for (const entry of await fs.readdir(directory)) {
    const { name, round } = NAME.exec(entry)?.groups ?? {};
    if (name === undefined || (wanted !== undefined && name !== wanted)) continue;
    const file = path.join(directory, entry);
    const until = Number((await readPrivate(file))?.until ?? NaN);
    locks.push({ file, name, round: Number(round), isLive: Number.isFinite(until) && until > Date.now() });
  }
  return locks;
}

module.exports = { acquire, lockFiles };
