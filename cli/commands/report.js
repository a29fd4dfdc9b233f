'use strict';

const { formOf, printReport, writeReport } = require('../report/forms');
const { tellChanges } = require('../report/changes');
const { readReportFile } = require('../report/file');
const { makeDocument } = require('../report/make');
const { SEARCH, SEARCH_HELP, flagsOf, rootOf } = require('../leaks/search');
const { UsageError } = require('../usage');

/** Forms that go to standard output. */
const PRINTED = /** @type {const} */ (['json', 'lean', 'markdown', 'sarif']);

/** @type {import('../commands').Command} */
module.exports = {
  name: 'report',
  synopsis: 'report FILE… --out report.html',
  summary: 'one page to attach to a ticket: the verdict, its pictures and source lines',
  description: [
    'Makes a report of one snapshot, or of several of one program: the leaks or suspects with their own lines, what one',
    'of them is made of, the account of all bytes, classes, comparison, dominators, strings and packages. As .html it is',
    'one file that opens everywhere and asks nobody for anything; as .json it is the document behind it, of which every',
    'other form can be made again; .md and .sarif are for issues and code scanning. Contents of strings are left out',
    'unless --with-strings asks for them, and what is inside is said. The same snapshots give the same bytes. The exit',
    'code is 0 with leaks, too: `leaks` and `check` judge.',
  ],
  options: ['out', 'from', 'compare', 'lean', 'markdown', 'sarif', 'with-strings', ...SEARCH],
  optionHelp: {
    ...SEARCH_HELP,
    out: 'the report: its ending says the form, .html, .json, .md or .sarif. A report that is there is replaced',
    limit: 'leaks or suspects in the report (default 20)',
    json: 'print the document of the report as JSON',
    source: 'lines of the source on each side of a place (default 2)',
  },
  examples: [
    'heaphound report a.heapsnapshot b.heapsnapshot c.heapsnapshot --out report.html',
    'heaphound report --from report.html --markdown',
    'heaphound report --compare monday.json friday.json',
  ],
  operands: { least: 0, most: Infinity, wanted: 'FILEs, or a DIR' },
  filesOf: (operands) => operands,
  run,
};

/** @param {import('../main').Context} context */
async function run(context) {
  const { options, operands, output, terminal } = context;
  const printed = PRINTED.filter((name) => options[name]);
  if (printed.length > 1) throw wrong(`--${printed[0]} and --${printed[1]} cannot both be printed`);
  const sources = [operands.length > 0 && 'FILEs', options.from && '--from', options.compare && '--compare'];
  const given = sources.filter(Boolean);
  if (given.length > 1) throw wrong(`${given.join(' and ')} cannot be used together`);
  if (given.length === 0) throw wrong('heaphound report takes FILEs or a DIR, --from REPORT, or --compare OLD NEW');
  if (options.from !== undefined && options['with-strings'])
    throw wrong('--with-strings cannot be used with --from: the report has no more than it has');
  if (options.compare !== undefined) {
    const other = ['out', ...PRINTED.filter((name) => name !== 'json')].find((name) => options[name] !== undefined);
    if (other !== undefined)
      throw wrong(`--${other} cannot be used with --compare, which prints text, or JSON by --json`);
    return compare(context);
  }
  if (options.out === undefined && printed.length === 0 && options.from === undefined)
    throw wrong('heaphound report needs --out FILE, or a form to print: --json, --lean, --markdown, --sarif');
  const form = options.out === undefined ? undefined : formOf(options.out);
  const document = options.from === undefined ? await makeDocument(context) : readReportFile(options.from);
  const how = { root: rootOf(options), files: operands, flags: flagsOf(options), limit: options.limit, terminal };
  if (form !== undefined) await output.lines(writeReport(options.out, document, { ...how, form }));
  if (form === undefined || printed.length > 0) await printReport(printed[0], document, { ...how, output });
}

/** @param {import('../main').Context} context */
async function compare({ options, output, terminal }) {
  if (options.compare.length !== 2) throw wrong('--compare takes two reports, the older one first');
  const [older, newer] = options.compare.map(readReportFile);
  const { compareReports } = require('../..');
  const changes = compareReports(older, newer);
  if (options.json) return output.json(changes);
  await output.lines(tellChanges(changes, terminal));
}

/** @param {string} message */
function wrong(message) {
  return new UsageError(message, { cause: module.exports });
}
