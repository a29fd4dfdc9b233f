'use strict';

// The tables of `summary --by` and `diff --by`: whose objects a heap has, and whose it gained.

const { OWNER_DIFF_SORTS, OWNER_KINDS, OWNER_SORTS } = require('../checks/sorts');
const { count, countDelta, counted, percent, size, sizeDelta } = require('../words/numbers');
const { orderSentence } = require('../words/leak-order');
const { label, wrap } = require('../words/text');
const { countColumn, right, sizeColumn } = require('./columns');
const { choose } = require('./options');
const { rowLimit } = require('./rows');
const { sourcesOf, withSnapshot, workOptions } = require('./snapshots');
const { drawTable } = require('./table');
const { UsageError } = require('./usage');

/** @typedef {import('./main').Context} Context */
/** @typedef {import('./table').Column} Column */

/**
 * What `--by` asks for; nothing for classes.
 *
 * @param {Record<string, any>} options
 * @param {string[]} others options that only a table of classes has
 */
function ownersOf(options, others) {
  if (options.by === undefined) return undefined;
  const by = choose(options.by, /** @type {const} */ (['class', ...OWNER_KINDS]), 'by');
  if (by === 'class') return undefined;
  const other = others.find((name) => options[name] !== undefined);
  if (other) throw new UsageError(`--${other} cannot be used with --by ${by}: it asks about classes`);
  return by;
}

/**
 * @param {Context} context
 * @param {'package' | 'file'} by
 */
async function printOwners(context, by) {
  const { options, output, terminal, signal } = context;
  const sort = options.sort && choose(options.sort, OWNER_SORTS, 'sort');
  const limit = options.json ? options.limit : rowLimit(options);
  const document = await withSnapshot(context, (snapshot) => snapshot.owners({ by, sort, limit, signal }));
  if (options.json) return output.json(document);
  const { snapshot: info, owners, more, rest } = document;
  await output.lines([`${terminal.style('bold', size(info.totalSize))} in ${counted(info.nodeCount, 'node')}`, '']);
  const columns = [
    titled(by),
    countColumn('Nodes'),
    sizeColumn('Shallow size', (row) => row.shallowSize, { style: () => 'bold' }),
    right('Share', (row) => percent(row.shallowSize, info.totalSize)),
  ];
  await output.lines(drawTable(columns, [...owners, ...moreRow(more), ...restRows(rest, 'shallowSize')], terminal));
}

/**
 * @param {Context} context
 * @param {'package' | 'file'} by
 */
async function printOwnerDiff(context, by) {
  const { options, operands, output, terminal } = context;
  const { diffOwners } = require('..');
  const [before, after] = sourcesOf(operands);
  const document = await diffOwners(before, after, {
    ...workOptions(context),
    by,
    sort: options.sort && choose(options.sort, OWNER_DIFF_SORTS, 'sort'),
    order: options.order === undefined ? undefined : choose(options.order, ['auto', 'given'], 'order'),
    allow: options.allow,
    limit: options.json ? options.limit : undefined,
  });
  context.progress.stop();
  if (options.json) return output.json(document);
  const { before: from, after: to, order, owners, rest } = document;
  const change = terminal.style('bold', sizeDelta(to.totalSize - from.totalSize));
  const doubt = orderSentence(order, [from, to]);
  await output.lines([
    `${size(from.totalSize)} before, ${size(to.totalSize)} after: ${change}`,
    ...(doubt === '' ? [] : wrap(doubt, terminal.width).map((line) => terminal.style('yellow', line))),
    '',
  ]);
  const columns = [
    titled(by),
    right('Before', (row) => size(row.sizeBefore), { optional: true }),
    right('After', (row) => size(row.sizeAfter), { optional: true }),
    right('Size delta', (row) => sizeDelta(row.sizeDelta), { style: () => 'bold' }),
    right('Node delta', (row) => countDelta(row.countDelta)),
  ];
  const changed = owners.filter((row) => row.sizeDelta !== 0 || row.countDelta !== 0);
  const shown = changed.slice(0, rowLimit(options));
  const more = sums(owners.filter((row) => !shown.includes(row)));
  const last = [...moreRow(more), ...restRows(rest, 'sizeDelta')];
  await output.lines(drawTable(columns, [...shown, ...last], terminal));
}

/**
 * @param {string} by
 * @returns {Column}
 */
function titled(by) {
  return {
    title: by === 'package' ? 'Package' : 'File',
    cell: (row) => row.title ?? label(row.name),
    flexible: true,
    keep: by === 'package' ? 'start' : 'end',
    style: (_, row) => (row.title ? 'dim' : 'cyan'),
  };
}

/**
 * The owners without a line of their own.
 *
 * @param {{ owners: number }} more
 */
function moreRow(more) {
  return more.owners === 0 ? [] : [{ ...more, title: `… and ${count(more.owners)} more: --limit shows them` }];
}

/**
 * The lines that make the sum exact.
 *
 * @param {import('..').OwnerRest | import('..').OwnerRestDiff} rest
 * @param {'shallowSize' | 'sizeDelta'} field
 */
function restRows(rest, field) {
  const { several, nobody } = rest;
  const native = 'extraNativeSize' in rest ? { count: 0, shallowSize: rest.extraNativeSize } : outsideOf(rest);
  const rows = [
    { ...several, title: 'held by several, equally closely' },
    { ...nobody, title: 'held by none of them' },
    { ...native, title: 'outside of all nodes' },
  ];
  return rows.filter((/** @type {any} */ row) =>
    [row[field], row.count ?? row.countDelta].some((value) => value !== 0),
  );
}

/** @param {import('..').OwnerRestDiff} rest */
function outsideOf({ sizeBefore: before, sizeAfter: after, several, nobody }) {
  const sizeBefore = before - several.sizeBefore - nobody.sizeBefore;
  const sizeAfter = after - several.sizeAfter - nobody.sizeAfter;
  return { countDelta: 0, sizeBefore, sizeAfter, sizeDelta: sizeAfter - sizeBefore };
}

/** @param {import('..').OwnerDiff[]} rows */
function sums(rows) {
  const total = (/** @type {keyof import('..').OwnerChange} */ field) => rows.reduce((sum, row) => sum + row[field], 0);
  return {
    owners: rows.length,
    countDelta: total('countDelta'),
    sizeBefore: total('sizeBefore'),
    sizeAfter: total('sizeAfter'),
    sizeDelta: total('sizeDelta'),
  };
}

module.exports = { ownersOf, printOwners, printOwnerDiff };
