'use strict';

// Exports metrics to a meter of OpenTelemetry from the caller.

const { LEVELS, METRICS } = require('./measures');

/** Units as UCUM writes them. */
const UNITS = { bytes: 'By', seconds: 's', bytes_per_second: 'By/s', count: '1', timestamp: 's' };

/**
 * @param {any} meter
 * @param {() => ReturnType<typeof import('./measures').levels>} read
 * @returns {{ record: import('./measures').Recorder, stop: () => void }}
 */
function intoMeter(meter, read) {
  /** @type {Record<string, any>} */
  const made = {};
  for (const [
    name,
    { dotted, kind, unit, help, buckets },
  ] of /** @type {Array<[string, import('./measures').Metric]>} */ (Object.entries(METRICS))) {
    const about = {
      description: help,
      unit: UNITS[unit],
      ...(buckets && { advice: { explicitBucketBoundaries: buckets } }),
    };
    if (kind === 'counter') made[name] = meter.createCounter(dotted, about);
    else if (kind === 'histogram') made[name] = meter.createHistogram(dotted, about);
    else made[name] = meter.createObservableGauge(dotted, about);
  }
  /**
   * For gauges that messages set: the latest value for each set of labels.
   *
   * @type {Map<string, Map<string, [number, import('./measures').Labels]>>}
   */
  const latest = new Map();
  const gauges = Object.keys(METRICS)
    .filter((name) => METRICS[/** @type {import('./measures').MetricName} */ (name)].kind === 'gauge')
    .map((name) => made[name]);
  const observe = (/** @type {any} */ result) => {
    for (const [name, value, labels] of read()) result.observe(made[name], value, labels);
    for (const [name, values] of latest)
      for (const [value, labels] of values.values()) result.observe(made[name], value, labels);
  };
  meter.addBatchObservableCallback(observe, gauges);
  return {
    record: (name, value, labels) => {
      const { kind } = METRICS[name];
      if (kind === 'counter') made[name].add(value, labels);
      else if (kind === 'histogram') made[name].record(value, labels);
      else if (!LEVELS.includes(name))
        latest.set(name, (latest.get(name) ?? new Map()).set(JSON.stringify(labels), [value, labels]));
    },
    stop: () => meter.removeBatchObservableCallback(observe, gauges),
  };
}

module.exports = { intoMeter };
