'use strict';

// Snapshots are in a private directory while they are compared. The snapshots of a failed test are moved to the user's
// directory.

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');

const LONGEST_NAME = 60;

function makeDirectory() {
  return fs.mkdtempSync(path.join(os.tmpdir(), 'heaphound-test-'));
}

/** @param {string} directory */
function removeDirectory(directory) {
  fs.rmSync(directory, { recursive: true, force: true });
}

/**
 * @param {string[]} files
 * @param {{ dir: string, name: string }} place
 * @returns {string[]} their new paths
 */
function keep(files, { dir, name }) {
  const isNew = fs.mkdirSync(dir, { recursive: true, mode: 0o700 }) !== undefined;
  // They contain the data of the heap, so they must not be committed by accident.
  if (isNew) fs.writeFileSync(path.join(dir, '.gitignore'), '*\n');
  const readable = name
    .replaceAll(/[^\p{L}\p{N}]+/gu, '-')
    .replaceAll(/^-|-$/g, '')
    .slice(0, LONGEST_NAME);
  const folder = fs.mkdtempSync(path.join(dir, `${readable || 'scenario'}-`));
  return files.map((file) => {
    const kept = path.join(folder, path.basename(file));
    move(file, kept);
    if (fs.existsSync(`${file}.json`)) move(`${file}.json`, `${kept}.json`);
    return kept;
  });
}

/**
 * @param {string} from
 * @param {string} to
 */
function move(from, to) {
  try {
    fs.renameSync(from, to);
  } catch {
    // The directory is on another file system.
    fs.copyFileSync(from, to, fs.constants.COPYFILE_EXCL);
    fs.rmSync(from);
  }
}

module.exports = { keep, makeDirectory, removeDirectory };
