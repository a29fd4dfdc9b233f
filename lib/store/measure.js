'use strict';

const { createHash } = require('node:crypto');
const { Transform } = require('node:stream');

/** Passes bytes on, counts them and takes their SHA-256. */
class Measure extends Transform {
  #hash = createHash('sha256');
  bytes = 0;
  /** In hexadecimal, once everything has passed. */
  sha256 = '';

  /**
   * @param {Uint8Array} chunk
   * @param {BufferEncoding} _
   * @param {import('node:stream').TransformCallback} done
   */
  _transform(chunk, _, done) {
    this.bytes += chunk.length;
    this.#hash.update(chunk);
    done(null, chunk);
  }

  /** @param {import('node:stream').TransformCallback} done */
  _flush(done) {
    this.sha256 = this.#hash.digest('hex');
    done();
  }
}

module.exports = { Measure };
