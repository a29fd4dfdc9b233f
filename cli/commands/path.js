'use strict';

const { drawPath } = require('../path-lines');
const { identifiers } = require('../options');
const { withObject } = require('../snapshots');

/** @type {import('../commands').Command} */
module.exports = {
  name: 'path',
  synopsis: 'path FILE @ID',
  summary: 'the path that keeps one object alive, from the root on',
  description: [
    "Prints the shortest path from a root to the object. It leaves out weak references and, where it can, V8's own",
    'objects.',
  ],
  options: ['ignore'],
  optionHelp: { ignore: 'find a path that avoids the objects with these ids' },
  examples: ['heaphound path app.heapsnapshot @12345', 'heaphound path app.heapsnapshot @12345 --ignore @99,@101'],
  operands: { least: 2, most: 2, wanted: 'one FILE and one @ID' },
  filesOf: (operands) => operands.slice(0, 1),
  run,
};

/** @param {import('../main').Context} context */
async function run(context) {
  const { options, output, terminal, signal } = context;
  const ignored = options.ignore === undefined ? undefined : identifiers(options.ignore.join(','), '--ignore');
  const document = await withObject(context, async (snapshot, id) => ({
    snapshot: snapshot.info,
    id,
    retainingPath: await snapshot.retainingPath(id, { signal, ignored }),
  }));
  if (options.json) return output.json(document);
  const { id, retainingPath } = document;
  if (retainingPath.length === 0) {
    return output.write(
      `Nothing keeps @${id} alive${ignored ? ' but the ignored objects' : ' but weak references'}.\n`,
    );
  }
  return output.lines(drawPath(retainingPath, terminal));
}
