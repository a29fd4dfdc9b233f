'use strict';
// Work without a trace: closures, promises, buffers and JSON that die.
exports.leak = async (i) => {
  const body = JSON.stringify({ i, list: Array.from({ length: 20 }, (_, at) => at * i) });
  const parsed = await Promise.resolve(JSON.parse(body));
  return Buffer.from(body).subarray(0, parsed.list.length).toString('hex').match(/\d+/g);
};
exports.expect = { classes: [], path: [] };
