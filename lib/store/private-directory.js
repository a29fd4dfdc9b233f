'use strict';

// The directory of a store: ours alone, and the same one every time it is looked at.

const fs = require('node:fs/promises');
const os = require('node:os');
const path = require('node:path');
const { diskError } = require('../disk/private-file');
const { unsafeError } = require('../store-errors');

/** @returns {string} where snapshots go when nobody says where */
function defaultDirectory() {
  return path.join(os.tmpdir(), `heaphound-${process.getuid?.() ?? 'store'}`);
}

/**
 * Makes the directory where it is missing (0700), and refuses one in which others could put or replace files.
 *
 * @param {string} directory
 * @returns {Promise<() => Promise<void>>} checks that it still is that directory
 */
async function privateDirectory(directory) {
  try {
    await fs.mkdir(directory, { recursive: true, mode: 0o700 });
  } catch (cause) {
    // If the name is taken by something else than a directory, the check below says so.
    if (/** @type {NodeJS.ErrnoException} */ (cause).code !== 'EEXIST') throw diskError(cause, directory);
  }
  const { dev, ino } = await inspect(directory);
  return async () => {
    const now = await inspect(directory);
    if (now.dev !== dev || now.ino !== ino)
      throw unsafeError(directory, 'another one has taken its place since the store was opened');
  };
}

/** @param {string} directory */
async function inspect(directory) {
  const facts = await fs.lstat(directory).catch((cause) => {
    throw diskError(cause, directory);
  });
  if (facts.isSymbolicLink()) throw unsafeError(directory, 'it is a symbolic link; name the directory itself');
  if (!facts.isDirectory()) throw unsafeError(directory, 'it is no directory');
  if (await isSharedRoot(directory)) throw unsafeError(directory, 'everybody puts files there; name a directory in it');
  if (process.getuid !== undefined && facts.uid !== process.getuid())
    throw unsafeError(directory, 'it belongs to another user');
  if ((facts.mode & 0o022) !== 0)
    throw unsafeError(
      directory,
      'others may write into it; name a directory in it, or take their right away (chmod go-w)',
    );
  return facts;
}

/** @param {string} directory */
async function isSharedRoot(directory) {
  const real = await fs.realpath(directory);
  const roots = await Promise.all(
    [os.tmpdir(), '/tmp', '/var/tmp', '/dev/shm'].map((root) => fs.realpath(root).catch(() => root)),
  );
  return roots.includes(real);
}

module.exports = { defaultDirectory, privateDirectory };
