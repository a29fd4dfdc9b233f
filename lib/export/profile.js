'use strict';

// A profile as `pprof` reads it: stacks of frames, and the values of each.

const zlib = require('node:zlib');
const { harmless } = require('../../words/text');

/**
 * @typedef {object} Frame
 * @property {string} name
 * @property {string} [key] tells frames of one name apart
 * @property {import('../..').SourcePosition} [location]
 */
/** @typedef {{ stack: Frame[], values: number[] }} StackSample `stack`: the innermost frame first */
/** @typedef {{ type: string, unit: 'count' | 'bytes' }} SampleKind */

/**
 * The bytes of a profile, packed by gzip. The same samples give the same bytes.
 *
 * @param {object} content
 * @param {SampleKind[]} content.kinds of the values; the last one is shown first
 * @param {StackSample[]} content.samples
 * @param {string[]} content.comments what a reader must know
 * @param {string} [content.takenAt]
 * @returns {Uint8Array}
 */
function encode({ kinds, samples, comments, takenAt }) {
  const { Function, Line, Location, Profile, Sample, StringTable, ValueType } = require('pprof-format');
  const stringTable = new StringTable();
  const text = (/** @type {string} */ value) => stringTable.dedup(harmless(value));
  /** @type {Map<string, number>} */
  const ids = new Map();
  /** @type {InstanceType<typeof Function>[]} */
  const functions = [];
  /** @type {InstanceType<typeof Location>[]} */
  const locations = [];
  const idOf = (/** @type {Frame} */ frame) => {
    const name = frame.name === '' ? '(no name)' : frame.name;
    const { file = '', line = 0, column = 0 } = frame.location ?? {};
    const identity = JSON.stringify([name, frame.key, file, line, column]);
    const known = ids.get(identity);
    if (known !== undefined) return known;
    const id = functions.length + 1;
    ids.set(identity, id);
    functions.push(
      new Function({
        id,
        name: text(name),
        systemName: text(frame.key ?? name),
        filename: text(file),
        startLine: line,
      }),
    );
    locations.push(new Location({ id, line: [new Line({ functionId: id, line, column })] }));
    return id;
  };
  const sampleType = kinds.map(({ type, unit }) => new ValueType({ type: text(type), unit: text(unit) }));
  const sample = samples.map(({ stack, values }) => new Sample({ locationId: stack.map(idOf), value: values }));
  const profile = new Profile({
    sampleType,
    sample,
    location: locations,
    function: functions,
    comment: comments.map(text),
    // Nanoseconds since 1970 are beyond the exact numbers.
    timeNanos: takenAt === undefined ? 0 : BigInt(Date.parse(takenAt)) * 1_000_000n,
    defaultSampleType: text(kinds[kinds.length - 1].type),
    stringTable,
  });
  return zlib.gzipSync(profile.encode(), { level: 9 });
}

module.exports = { encode };
