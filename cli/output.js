'use strict';

const { toJson } = require('../words/text');

/** Characters that are gathered before a write to the stream. */
const BLOCK = 1 << 16;

/** Standard output that waits for slow readers, and ends quietly when the reader leaves (`| head`). */
class Output {
  #stream;
  #pending = '';
  #isClosed = false;
  /** @type {unknown} */
  #failure;

  /** @param {NodeJS.WritableStream} stream */
  constructor(stream) {
    this.#stream = stream;
    stream.on('error', (error) => {
      this.#isClosed = true;
      if (error.code !== 'EPIPE' && error.code !== 'ERR_STREAM_DESTROYED') this.#failure ??= error;
    });
  }

  /** True once the reader has left: the rest of the output need not be made. */
  get isClosed() {
    return this.#isClosed;
  }

  /** @param {string} text */
  async write(text) {
    if (this.#isClosed) return;
    this.#pending += text;
    if (this.#pending.length >= BLOCK) await this.flush();
  }

  /** @param {string[]} lines */
  async lines(lines) {
    for (const line of lines) await this.write(`${line}\n`);
  }

  /**
   * Writes one JSON document, with each row of a list on a line of its own. It is made piece by piece, never as one
   * string. Control characters are escaped, so nothing in it acts on a terminal.
   *
   * @param {object} document
   */
  async json(document) {
    let separator = '{';
    for (const [key, value] of Object.entries(document)) {
      if (value === undefined) continue;
      await this.write(`${separator}${toJson(key)}:`);
      separator = ',\n';
      if (!Array.isArray(value)) {
        await this.write(toJson(value));
        continue;
      }
      let opening = '[\n';
      for (const row of value) {
        if (this.#isClosed) return;
        await this.write(opening + toJson(row));
        opening = ',\n';
      }
      await this.write(value.length === 0 ? '[]' : '\n]');
    }
    await this.write(separator === '{' ? '{}\n' : '}\n');
  }

  /** Resolves when the reader has read everything, or has left. */
  async flush() {
    const text = this.#pending;
    this.#pending = '';
    if (!this.#isClosed && text !== '') await this.#take(text);
    if (this.#failure) throw this.#failure;
  }

  /** @param {string} text */
  async #take(text) {
    await /** @type {Promise<void>} */ (
      new Promise((resolve) => {
        // The callback comes on failure too; the listener above has recorded that.
        this.#stream.write(text, () => resolve());
      })
    );
  }
}

module.exports = { Output };
