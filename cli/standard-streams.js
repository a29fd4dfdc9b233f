'use strict';

// `-` in the place of a file: standard input where it is read, standard output where it is written.

const fs = require('node:fs');
const os = require('node:os');
const path = require('node:path');
const { pipeline } = require('node:stream/promises');
const { Output } = require('./output');
const { UsageError } = require('./usage');

const DASH = '-';

/**
 * The bytes of a small file.
 *
 * @param {string} file
 */
function readInput(file) {
  if (file !== DASH) return fs.readFileSync(file);
  checkInput();
  return fs.readFileSync(process.stdin.fd);
}

/** Nobody types a file. */
function checkInput() {
  if (process.stdin.isTTY) throw new UsageError('standard input (-) is a terminal; pipe a file into it');
}

/**
 * Standard input has one content: at most one operand or option may name it.
 *
 * @param {(string | undefined)[]} files that are read
 */
function checkOneInput(files) {
  if (files.filter((file) => file === DASH).length > 1)
    throw new UsageError('standard input (-) can be read only once');
}

/**
 * Where a command that makes a file says something: nothing else gets between the bytes of a file on standard output.
 *
 * @param {string | undefined} target
 * @param {Output} output
 */
function besideFile(target, output) {
  return target === DASH ? new Output(process.stderr) : output;
}

/**
 * Makes a new file, which goes to standard output when its name is `-`. Until it is whole it lies in a private
 * directory, so that what failed is never half there.
 *
 * @template T
 * @param {string} target
 * @param {(file: string) => Promise<T>} make
 * @returns {Promise<T>}
 */
async function withOutputFile(target, make) {
  if (target !== DASH) return make(target);
  if (process.stdout.isTTY) throw new UsageError('standard output (-) is a terminal; send it into a file or a program');
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'heaphound-out-'));
  try {
    const file = path.join(directory, 'snapshot');
    const result = await make(file);
    await pipeline(fs.createReadStream(file), process.stdout, { end: false }).catch((error) => {
      // The reader has seen enough.
      if (error.code !== 'EPIPE' && error.code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
    });
    return result;
  } finally {
    fs.rmSync(directory, { recursive: true, force: true });
  }
}

module.exports = { DASH, besideFile, checkInput, checkOneInput, readInput, withOutputFile };
