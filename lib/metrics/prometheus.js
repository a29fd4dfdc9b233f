'use strict';

// Exports metrics to a registry of prom-client from the caller.

const { optionError } = require('../errors');
const { LEVELS, METRICS } = require('./measures');

/**
 * @param {any} registry
 * @param {() => ReturnType<typeof import('./measures').levels>} read
 * @returns {{ record: import('./measures').Recorder, stop: () => void }}
 */
function intoRegistry(registry, read) {
  const client = promClient();
  /** @type {Record<string, any>} */
  const made = {};
  try {
    for (const [name, { kind, help, labels, buckets }] of /** @type {Array<[string, import('./measures').Metric]>} */ (
      Object.entries(METRICS)
    )) {
      const Kind = { counter: client.Counter, gauge: client.Gauge, histogram: client.Histogram }[kind];
      made[name] = new Kind({ name, help, labelNames: labels, registers: [registry], ...(buckets && { buckets }) });
    }
  } catch (error) {
    for (const name of Object.keys(made)) registry.removeSingleMetric(name);
    throw optionError('registry', `does not take the metrics of heaphound: ${/** @type {Error} */ (error).message}`);
  }
  for (const name of LEVELS) {
    made[name].collect = () => {
      clear(made[name]);
      for (const [of, value, labels] of read()) if (of === name) made[name].set(labels, value);
    };
  }
  for (const [name, { kind }] of Object.entries(METRICS)) if (kind === 'gauge') clear(made[name]);
  return {
    record: (name, value, labels) => {
      const { kind } = METRICS[name];
      if (kind === 'counter') made[name].inc(labels, value);
      else if (kind === 'gauge') made[name].set(labels, value);
      else made[name].observe(labels, value);
    },
    stop: () => {
      for (const name of Object.keys(made)) registry.removeSingleMetric(name);
    },
  };
}

/** An unknown value is absent: prom-client would show 0. @param {any} gauge */
function clear(gauge) {
  gauge.reset();
  if (gauge.labelNames.length === 0) gauge.remove();
}

function promClient() {
  try {
    return require('prom-client');
  } catch (error) {
    throw optionError(
      'registry',
      `needs prom-client, which cannot be loaded: ${/** @type {NodeJS.ErrnoException} */ (error).code}`,
    );
  }
}

module.exports = { intoRegistry };
