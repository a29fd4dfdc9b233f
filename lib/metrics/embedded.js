'use strict';

// Lines of the CloudWatch embedded metric format: one JSON object a line, for a log that CloudWatch reads.

const { METRICS } = require('./measures');

/** @type {Record<import('./measures').Metric['unit'], string>} */
const UNITS = {
  bytes: 'Bytes',
  seconds: 'Seconds',
  bytes_per_second: 'Bytes/Second',
  count: 'Count',
  timestamp: 'Seconds',
};
const DEFAULT_EVERY_MS = 60_000;

/**
 * @param {{ stream?: { write(text: string): unknown }, namespace?: string, dimensions?: Record<string, string>,
 *   everyMs?: number }} options
 * @param {() => ReturnType<typeof import('./measures').levels>} read
 * @returns {{ record: import('./measures').Recorder, stop: () => void }}
 */
function intoLines(
  { stream = process.stdout, namespace = 'heaphound', dimensions = { service: 'node' }, everyMs = DEFAULT_EVERY_MS },
  read,
) {
  /** @param {Array<[import('./measures').MetricName, number]>} values @param {import('./measures').Labels} labels */
  const write = (values, labels) => {
    const members = { ...dimensions, ...labels };
    const metrics = values.map(([name]) => ({ Name: name, Unit: UNITS[METRICS[name].unit] }));
    const about = {
      Timestamp: Date.now(),
      CloudWatchMetrics: [{ Namespace: namespace, Dimensions: [Object.keys(members)], Metrics: metrics }],
    };
    stream.write(`${JSON.stringify({ _aws: about, ...members, ...Object.fromEntries(values) })}\n`);
  };
  const timer = setInterval(() => {
    /**
     * Values of the same labels are one line.
     *
     * @type {Map<string, { labels: import('./measures').Labels, values: Array<[import('./measures').MetricName, number]> }>}
     */
    const lines = new Map();
    for (const [name, value, labels] of read()) {
      const key = JSON.stringify(labels);
      const line = lines.get(key) ?? { labels, values: [] };
      line.values.push([name, value]);
      lines.set(key, line);
    }
    for (const { labels, values } of lines.values()) write(values, labels);
  }, everyMs);
  timer.unref();
  return { record: (name, value, labels) => write([[name, value]], labels), stop: () => clearInterval(timer) };
}

module.exports = { intoLines };
