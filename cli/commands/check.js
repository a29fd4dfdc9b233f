'use strict';

const { budgetError, readBudgetFile, tellBudget } = require('../budget');
const { baselineError, readBaseline, writeBaseline } = require('../leaks/baseline');
const { CANNOT_TELL, REPORT, checkFormat, reportLeaks } = require('../leaks/report');
const { SEARCH, SEARCH_HELP, flagsOf, readIgnore, rootOf, searchLeaks } = require('../leaks/search');
const { formOf, writeReport } = require('../report/forms');
const { makeDocument } = require('../report/make');
const { tellLeaks } = require('../leaks/story');
const { checkSeveral, sourcesOf, workOptions } = require('../snapshots');
const { DASH } = require('../standard-streams');
const { nextSteps } = require('../../words/next-steps');
const { counted } = require('../../words/numbers');
const { harmless } = require('../../words/text');
const { UsageError } = require('../usage');

/** Exit code for leaks that the baseline does not have, and for a heap that is over its budget. */
const NEW = 1;
/** Begins the message about a member of a budget. */
const BUDGET_OPTION = 'option budget';

/** @type {import('../commands').Command} */
module.exports = {
  name: 'check',
  synopsis: 'check --baseline|--budget FILE FILE…',
  summary: 'only the leaks that a baseline does not have, and a budget: for CI',
  description: [
    'Finds leaks like the command leaks, and compares their fingerprints with those of the baseline. The baseline is',
    'a JSON file that you keep beside the code. Ends with exit code 1 when there are new leaks, and with 4 when there',
    'are none and too much of the growth has no explanation. --update writes the leaks of today into the baseline,',
    'sorted, so that a diff shows the new and the removed ones; a `note` in an entry is kept. --report leaves a report of',
    'the failure, to be kept as an artefact.',
    'With --budget it compares one snapshot with the objects and bytes that a heap may have, in all, of a class or of',
    'a package, and ends with 1 when a limit is passed.',
  ],
  options: ['baseline', 'budget', 'update', 'report', 'all', ...SEARCH, ...REPORT],
  optionHelp: {
    ...SEARCH_HELP,
    limit: 'leaks to print at length (default: all new ones)',
    all: 'also growth that is no leak',
  },
  examples: [
    'heaphound check --baseline heap.json a.heapsnapshot b.heapsnapshot c.heapsnapshot',
    'heaphound check --baseline heap.json a.heapsnapshot b.heapsnapshot c.heapsnapshot --update',
    'heaphound check --budget budget.json c.heapsnapshot',
  ],
  operands: { least: 1, most: Infinity, wanted: 'two FILEs or more, or a DIR; with --budget one FILE' },
  filesOf: (operands) => operands,
  run,
};

/** @param {import('../main').Context} context */
async function run(context) {
  const { operands: files, options, output, terminal } = context;
  checkFormat(options);
  const { baseline: file, update } = options;
  if (options.budget !== undefined) return runBudget(context);
  checkReport(options, files);
  if (file === undefined)
    throw new UsageError('heaphound check needs --baseline FILE, or --budget FILE', { cause: module.exports });
  checkSeveral(files, module.exports);
  const before = readBefore(file, update);
  const document = await searchLeaks(context, files);
  if (update) {
    const text = writeBaseline(file, document.leaks, { before, root: rootOf(options) });
    // A baseline on standard output is its only content.
    if (text !== undefined) return output.write(text);
    return output.write(
      `${harmless(file)}: ${counted(new Set(document.leaks.map((leak) => leak.fingerprint)).size, 'leak')}\n`,
    );
  }
  const known = new Set(before.map((entry) => entry.fingerprint));
  const present = new Set(document.leaks.map((leak) => leak.fingerprint));
  const leaks = document.leaks.filter((leak) => !known.has(leak.fingerprint));
  const gone = before.filter((entry) => !present.has(entry.fingerprint));
  // A leak of the baseline does not explain other growth.
  const isUnknown =
    leaks.length === 0 && (!document.accounting.isExplained || document.outside?.isUnexplained === true);
  // Code scanning also needs the leaks of the baseline.
  /** @type {import('../..').LeakDocument['verdict']} */
  const verdict = leaks.length > 0 ? 'leak' : isUnknown ? 'unknown' : 'none';
  const next = nextSteps({ ...document, verdict, leaks });
  const reported = options.sarif
    ? document
    : {
        ...document,
        verdict,
        leaks,
        next,
        known: [...known].filter((fingerprint) => present.has(fingerprint)).sort(),
        gone,
      };
  await reportLeaks(context, reported, {
    known,
    story: () => [
      ...tellLeaks(
        { ...document, verdict, leaks, next },
        {
          files,
          flags: flagsOf(options),
          known: document.leaks.filter((leak) => known.has(leak.fingerprint)),
          limit: options.limit ?? leaks.length,
          all: options.all,
          terminal,
        },
      ),
      `${counted(leaks.length, 'new leak')}, ${counted(present.size - leaks.length, 'known one')}, ${counted(gone.length, 'one', 'ones')} of the baseline gone.` +
        (gone.length > 0 ? ' --update takes those out.' : ''),
    ],
  });
  const code = leaks.length > 0 ? NEW : isUnknown ? CANNOT_TELL : 0;
  if (options.report !== undefined && code !== 0) await leaveReport(context, known);
  return code;
}

/**
 * @param {import('../main').Context['options']} options
 * @param {string[]} files
 */
function checkReport({ report, update }, files) {
  if (report === undefined) return;
  formOf(report, 'report');
  if (update) throw new UsageError('--report cannot be used with --update', { cause: module.exports });
  if (files.includes(DASH))
    throw new UsageError('--report reads the files a second time, and standard input (-) can be read only once');
}

/**
 * The page for whoever sees the failure: the leaks that the baseline does not have.
 *
 * @param {import('../main').Context} context
 * @param {Set<string>} known fingerprints
 */
async function leaveReport(context, known) {
  const { options, operands, output, terminal } = context;
  const given = readIgnore(options.ignore ?? []) ?? [];
  const document = await makeDocument(context, { ignore: [...[given].flat(), ...known] });
  const how = { root: rootOf(options), files: operands, flags: flagsOf(options), terminal };
  const lines = writeReport(options.report, document, { ...how, form: formOf(options.report, 'report') });
  // A document on standard output stays whole.
  if (REPORT.some((name) => options[name]) || options.json) lines.forEach((line) => console.error(line));
  else await output.lines(['', ...lines]);
}

/** @param {import('../main').Context} context */
async function runBudget(context) {
  const { operands, options, output, terminal, progress } = context;
  const other = ['baseline', 'update', 'report', ...SEARCH, ...REPORT].find((name) => options[name] !== undefined);
  if (other !== undefined)
    throw new UsageError(`--${other} cannot be used with --budget: it is about growth`, { cause: module.exports });
  if (operands.length !== 1)
    throw new UsageError('--budget is for one snapshot: give the last one', { cause: module.exports });
  const budget = readBudgetFile(options.budget);
  const { checkBudget } = require('../..');
  const [source] = sourcesOf(operands);
  const document = await checkBudget(source, budget, workOptions(context)).catch((error) => {
    // What is wrong stands in the file of the budget, and not on the command line.
    throw error.code === 'HEAPHOUND_ERR_OPTION' && error.message.startsWith(BUDGET_OPTION)
      ? budgetError(`${options.budget}${error.message.slice(BUDGET_OPTION.length).replace(/^\./, ': ')}`)
      : error;
  });
  progress.stop();
  if (options.json) await output.json(document);
  else await output.lines(tellBudget(document, terminal));
  return document.over > 0 ? NEW : 0;
}

/**
 * @param {string} file
 * @param {boolean} [update] the baseline is written anew, so it may be missing or broken
 */
function readBefore(file, update) {
  try {
    // A baseline that goes to standard output is not read from standard input.
    const before = update && file === DASH ? [] : readBaseline(file);
    if (before || update) return before ?? [];
  } catch (error) {
    if (update) return [];
    throw error;
  }
  throw baselineError(`${file} does not exist: write the first one with --update`);
}
