// Opens one snapshot, or compares two, with `heap-snapshot-toolkit`: the code of DevTools' own worker.
import fs from 'node:fs';
import { parse, diff } from 'heap-snapshot-toolkit';

const read = (file) => parse(fs.createReadStream(file, { encoding: 'utf8', highWaterMark: 1 << 20 }));
const [before, after] = process.argv.slice(2);
const opened = await read(before);
const rows = after === undefined ? opened.aggregatesWithFilter({}) : await diff(opened, await read(after));
console.log(`${Object.keys(rows.aggregates ?? rows).length} classes`);
