'use strict';

// `-` as the name of a file: standard input for reading, standard output for writing.

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

/** A user does not type a file. */
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
 * The stream for messages of a command that makes a file. When the file goes to standard output, they go to standard
 * error.
 *
 * @param {string | undefined} target
 * @param {Output} output
 */
function besideFile(target, output) {
  return target === DASH ? new Output(process.stderr) : output;
}

/**
 * Makes a new file, or writes to standard output when its name is `-`. Until the file is whole it is in a private
 * directory, so that a failure leaves no partial file.
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
      // The reader has left.
      if (error.code !== 'EPIPE' && error.code !== 'ERR_STREAM_PREMATURE_CLOSE') throw error;
    });
    return result;
  } finally {
    fs.rmSync(directory, { recursive: true, force: true });
  }
}

module.exports = { DASH, besideFile, checkInput, checkOneInput, readInput, withOutputFile };
