'use strict';

// Writes a snapshot that holds another one many times under one root, to see how everything grows: with 31 copies of
// `mid` 98 M nodes and 277 M edges. It is kind to caches: a copy's edges stay within the copy, which an old heap's do
// not.
//
//   node benches/replicate.js SOURCE TARGET [COPIES]

const fs = require('node:fs');

const COPIES = 31;
const BUFFER_BYTES = 8 << 20;
/** The longest number, its comma and the line break of a row. */
const NUMBER_BYTES = 24;

/** Text of numbers, written in large blocks. */
class Writer {
  constructor(file) {
    this.descriptor = fs.openSync(file, 'w', 0o600);
    this.buffer = Buffer.allocUnsafe(BUFFER_BYTES);
    this.used = 0;
  }

  flush() {
    for (let done = 0; done < this.used;) done += fs.writeSync(this.descriptor, this.buffer, done, this.used - done);
    this.used = 0;
  }

  bytes(bytes) {
    this.flush();
    for (let done = 0; done < bytes.length;) done += fs.writeSync(this.descriptor, bytes, done, bytes.length - done);
  }

  text(text) {
    this.bytes(Buffer.from(text, 'latin1'));
  }

  number(number, separator) {
    if (this.used + NUMBER_BYTES > BUFFER_BYTES) this.flush();
    if (separator !== 0) this.buffer[this.used++] = separator;
    let scale = 1;
    while (scale * 10 <= number) scale *= 10;
    for (; scale >= 1; scale = Math.floor(scale / 10))
      this.buffer[this.used++] = 48 + (Math.floor(number / scale) % 10);
  }

  close() {
    this.flush();
    fs.closeSync(this.descriptor);
  }
}

/** The numbers of the array that begins after `key`, and where it ends. */
function numbers(bytes, key) {
  const start = bytes.indexOf(`"${key}":[`) + key.length + 4;
  const end = bytes.indexOf(']', start);
  let count = bytes[end - 1] === 91 ? 0 : 1;
  for (let at = start; at < end; at += 1) if (bytes[at] === 44) count += 1;
  if (bytes.subarray(start, end).toString('latin1').trim() === '') return { start, end, values: new Float64Array(0) };
  const values = new Float64Array(count);
  let next = 0;
  let value = 0;
  for (let at = start; at < end; at += 1) {
    const byte = bytes[at];
    if (byte >= 48 && byte <= 57) value = value * 10 + byte - 48;
    else if (byte === 44) {
      values[next++] = value;
      value = 0;
    }
  }
  values[next] = value;
  return { start, end, values };
}

/** Writes `rows` of `width` numbers once per copy; `shift(copy, column, value, row)` gives the copy's number. */
function writeCopies(writer, rows, width, copies, isFirst, shift) {
  let separator = isFirst ? 0 : 44;
  for (let copy = 0; copy < copies; copy += 1) {
    for (let at = 0; at < rows.length; at += width) {
      for (let column = 0; column < width; column += 1) {
        writer.number(shift(copy, column, rows[at + column], at / width), separator);
        separator = 44;
      }
    }
  }
}

/** Odd, as V8's own: the even ids of embedders' objects are spread over 32 bits and leave no room for copies. */
function idOf(ordinal) {
  return 2 * ordinal + 1;
}

function main() {
  const [source, target, copiesText = String(COPIES)] = process.argv.slice(2);
  const copies = Number(copiesText);
  const bytes = fs.readFileSync(source);
  const nodes = numbers(bytes, 'nodes');
  const edges = numbers(bytes, 'edges');
  const locations = numbers(bytes, 'locations');
  const header = JSON.parse(`${bytes.toString('utf8', 0, bytes.indexOf('"nodes":[')).trim().replace(/,$/, '')}}`);
  const {
    node_fields: nodeFields,
    edge_fields: edgeFields,
    edge_types: edgeTypes,
    location_fields: locationFields,
  } = header.snapshot.meta;
  const nodeCount = header.snapshot.node_count;
  const width = nodeFields.length;
  const columnOf = (fields, name) => fields.indexOf(name);
  const idColumn = columnOf(nodeFields, 'id');
  const toColumn = columnOf(edgeFields, 'to_node');
  const nodeColumn = columnOf(locationFields, 'object_index');

  // The first node is the new root, whose edges lead to the roots of the copies.
  const nodeShift = (copy) => (1 + copy * nodeCount) * width;

  header.snapshot.node_count = 1 + copies * nodeCount;
  header.snapshot.edge_count = copies * (1 + header.snapshot.edge_count);

  const writer = new Writer(`${target}.part`);
  writer.text(`${JSON.stringify(header).slice(0, -1)},\n"nodes":[`);
  nodeFields.forEach((field, column) => {
    const root = field === 'edge_count' ? copies : field === 'id' ? idOf(0) : nodes.values[column];
    writer.number(root, column === 0 ? 0 : 44);
  });
  writeCopies(writer, nodes.values, width, copies, false, (copy, column, value, row) =>
    column === idColumn ? idOf(1 + copy * nodeCount + row) : value,
  );
  writer.text('],\n"edges":[');
  const element = edgeTypes[0].indexOf('element');
  for (let copy = 0; copy < copies; copy += 1) {
    edgeFields.forEach((field, column) => {
      const value = field === 'type' ? element : field === 'to_node' ? nodeShift(copy) : copy + 1;
      writer.number(value, copy === 0 && column === 0 ? 0 : 44);
    });
  }
  writeCopies(writer, edges.values, edgeFields.length, copies, false, (copy, column, value) =>
    column === toColumn ? value + nodeShift(copy) : value,
  );
  writer.bytes(bytes.subarray(edges.end, locations.start));
  writeCopies(writer, locations.values, locationFields.length, copies, true, (copy, column, value) =>
    column === nodeColumn ? value + nodeShift(copy) : value,
  );
  writer.bytes(bytes.subarray(locations.end));
  writer.close();
  fs.renameSync(`${target}.part`, target);
  console.log(`${target}: ${(fs.statSync(target).size / 1e6).toFixed(1)} MB`);
}

main();
