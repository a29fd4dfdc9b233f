'use strict';

const diagnostics = require('node:diagnostics_channel');
const v8 = require('node:v8');
const { cgroupRoom } = require('../room/cgroup');
const { optionError } = require('../errors');
const { intoLines } = require('./embedded');
const { MESSAGES, levels } = require('./measures');
const { intoMeter } = require('./opentelemetry');
const { intoRegistry } = require('./prometheus');
const { MAX_MS, checkOptions, integer, ofType } = require('../options');

const MAX_DIMENSIONS = 28;

const EMBEDDED = { stream: having('write'), namespace: ofType('string'), dimensions, everyMs: integer(1, MAX_MS) };

/** @satisfies {Record<string, import('../options').Check>} */
const CHECKS = {
  registry: having('registerMetric', 'removeSingleMetric'),
  meter: having('createCounter', 'createHistogram', 'createObservableGauge', 'addBatchObservableCallback'),
  emf: (_, value) => (typeof value === 'boolean' ? value && {} : checkOptions(value, EMBEDDED)),
  watcher: having('levels', 'rules'),
  gauges: (name, value) => {
    if (!Array.isArray(value)) throw optionError(name, 'must be an array of gauges of watchClass');
    return value.map((gauge) => having('latest', 'count')(name, gauge));
  },
};

/**
 * @param {import('../..').MetricsOptions} options
 * @returns {{ stop(): void }}
 */
function observeMetrics(options) {
  const { registry, meter, emf, watcher, gauges } = checkOptions(options, CHECKS);
  if (!registry && !meter && !emf) throw optionError('options', 'must name where metrics go: registry, meter or emf');
  const read = () => levels(watcher, limits, gauges);
  const targets = [
    ...(registry ? [intoRegistry(registry, read)] : []),
    ...(meter ? [intoMeter(meter, read)] : []),
    ...(emf ? [intoLines(emf, read)] : []),
  ];
  const listeners = Object.entries(MESSAGES).map(([channel, tell]) => {
    /** @type {import('./measures').Recorder} */
    const record = (name, value, labels) => targets.forEach((target) => target.record(name, value, labels));
    const listen = (/** @type {unknown} */ message) => tell(message, record);
    diagnostics.subscribe(channel, listen);
    return () => diagnostics.unsubscribe(channel, listen);
  });
  return {
    stop: () => {
      for (const end of listeners.splice(0)) end();
      for (const { stop } of targets.splice(0)) stop();
    },
  };
}

/** The figures that are known without a watcher. */
function limits() {
  const room = cgroupRoom();
  return { heapLimitBytes: v8.getHeapStatistics().heap_size_limit, ...(room && { memoryLimitBytes: room.limitBytes }) };
}

/** @type {import('../options').Check} */
function dimensions(name, value) {
  const texts = value !== null && typeof value === 'object' ? Object.entries(value) : [];
  const isRight =
    texts.length > 0 &&
    texts.length <= MAX_DIMENSIONS &&
    texts.every(([key, text]) => key !== '' && !key.startsWith('_') && typeof text === 'string' && text !== '');
  if (!isRight)
    throw optionError(
      name,
      `must be an object of 1 to ${MAX_DIMENSIONS} texts, whose names do not begin with an underscore`,
    );
  return { ...value };
}

/** @param {string[]} names @returns {import('../options').Check} */
function having(...names) {
  return (name, value) => {
    if (!names.every((method) => typeof value?.[method] === 'function'))
      throw optionError(name, `must have methods ${names.join(', ')}`);
    return value;
  };
}

module.exports = { observeMetrics };
