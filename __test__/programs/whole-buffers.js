'use strict';
// Uploads with a Buffer each, of which the file does not say how much of its memory it shows.
class Upload {
  constructor(number) {
    this.body = Buffer.alloc(20_000, number & 255);
  }
}

const uploads = new Map();
exports.uploads = uploads;
exports.leak = (number) => uploads.set(number, new Upload(number));
exports.expect = {
  leaks: [['Upload', 'growing-map']],
  advice: /Remove the entry .* Memory lives as long as any view of it/,
};
