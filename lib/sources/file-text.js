'use strict';

// Reads source files of the program, below one folder only: a path in a snapshot may lead anywhere, or be a trap.

const fs = require('node:fs/promises');
const path = require('node:path');
const { openRegular } = require('../disk/regular-file');
const { linesOf } = require('../../words/source-line');
const { toPath } = require('../../words/location');

/** A larger file is no source that a person wrote. */
const LARGEST = 2_000_000;

/** @typedef {{ text: string, lines: string[], changedAtMs: number }} FileText */

/** Files of one search, each read once. */
class FileTexts {
  #folder;
  /** @type {Promise<string> | undefined} */
  #real;
  /** @type {Map<string, Promise<FileText | undefined>>} */
  #texts = new Map();

  /** @param {string} folder only files below it are read */
  constructor(folder) {
    this.#folder = folder;
  }

  /**
   * @param {string} file a path, or a URL of one
   * @returns {Promise<FileText | undefined>} undefined when there is none, or none to be read
   */
  read(file) {
    const known = this.#texts.get(file);
    if (known !== undefined) return known;
    const text = this.#read(toPath(file)).catch(() => undefined);
    this.#texts.set(file, text);
    return text;
  }

  /**
   * When a file was last written; not a number when it is not below the folder.
   *
   * @param {string} file
   */
  async changedAtMs(file) {
    return (await this.read(file))?.changedAtMs ?? NaN;
  }

  /** @param {string} file */
  async #read(file) {
    // The path of a network share would ask another machine: so the text of the path is checked first.
    if (!path.isAbsolute(file) || file.includes('\0') || !isBelow(this.#folder, file)) return undefined;
    this.#real ??= fs.realpath(this.#folder);
    const [folder, real] = await Promise.all([this.#real, fs.realpath(file)]);
    if (!isBelow(folder, real)) return undefined;
    const { handle, size } = await openRegular(real, { isPrivate: false });
    try {
      if (size > LARGEST) return undefined;
      const { mtimeMs } = await handle.stat();
      const text = await handle.readFile('utf8');
      return text.includes('\0') ? undefined : { text, lines: linesOf(text), changedAtMs: mtimeMs };
    } finally {
      await handle.close();
    }
  }
}

/**
 * @param {string} folder
 * @param {string} file
 */
function isBelow(folder, file) {
  const relative = path.relative(folder, file);
  return relative !== '' && relative !== '..' && !relative.startsWith(`..${path.sep}`) && !path.isAbsolute(relative);
}

module.exports = { FileTexts };
