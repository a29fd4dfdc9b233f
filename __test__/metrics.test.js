'use strict';

const assert = require('node:assert/strict');
const { execFileSync } = require('node:child_process');
const diagnostics = require('node:diagnostics_channel');
const fs = require('node:fs');
const path = require('node:path');
const { once } = require('node:events');
const { PassThrough } = require('node:stream');
const { test } = require('node:test');
const { tool } = require('./helpers/tool');
const {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} = require('@opentelemetry/sdk-metrics');
const client = require('prom-client');
const { observeMetrics } = require('..');
const { METRICS } = require('../lib/metrics/measures');

const MONITORING = path.join(__dirname, '..', 'examples', 'monitoring');
const publish = (name, message) => diagnostics.channel(`heaphound:${name}`).publish(message);

/** Levels as a watcher gives them. */
const watcher = {
  levels: () => ({
    heapLimitBytes: 4e9,
    memoryLimitBytes: 2e9,
    heapAfterCollectionBytes: 5e7,
    heapBytesPerSecond: 1000,
  }),
  rules: () => [{ name: 'heap-trend', enabled: true, state: 'rising', meaning: '' }],
};

/** A gauge that has counted. */
const gauge = { className: 'Session', count: async () => 3, latest: () => ({ count: 3, pauseMs: 9, at: '' }) };

/** One of each message. */
function happen() {
  publish('capture', { event: 'start', trigger: 'watch' });
  publish('capture', {
    event: 'end',
    trigger: 'watch',
    snapshot: { pauseMs: 12, rawBytes: 1000, storedBytes: 100, startedAt: '2026-01-02T03:04:05.000Z' },
  });
  publish('capture', {
    event: 'end',
    trigger: 'http',
    image: { pauseMs: 7, rawBytes: 5000, storedBytes: 500, startedAt: '2026-01-02T03:04:06.000Z' },
  });
  publish('capture', { event: 'fail', trigger: 'manual', code: 'HEAPHOUND_ERR_IO' });
  publish('refused', { trigger: 'watch', code: 'HEAPHOUND_ERR_NO_HEADROOM' });
  publish('upload', { store: 's3', id: 'a', bytes: 1, durationMs: 1500, result: 'stored' });
}

test('a registry of prom-client has them, the global one does not, and stopping takes them back', async () => {
  const registry = new client.Registry();
  const metrics = observeMetrics({ registry, watcher });
  happen();
  const text = await registry.metrics();
  for (const line of [
    'heaphound_heap_limit_bytes 4000000000',
    'heaphound_memory_limit_bytes 2000000000',
    'heaphound_heap_used_after_gc_bytes 50000000',
    'heaphound_heap_trend_bytes_per_second 1000',
    'heaphound_captures_total{trigger="watch",result="ok"} 1',
    'heaphound_captures_total{trigger="manual",result="failed"} 1',
    'heaphound_capture_refused_total{reason="no_headroom"} 1',
    'heaphound_capture_pause_seconds_bucket{le="0.025"} 1',
    'heaphound_capture_pause_seconds_bucket{le="300"} 1',
    'heaphound_capture_bytes{stage="raw"} 1000',
    'heaphound_capture_bytes{stage="stored"} 100',
    'heaphound_frozen_images_total{trigger="http"} 1',
    'heaphound_frozen_image_pause_seconds_bucket{le="0.01"} 1',
    'heaphound_frozen_image_bytes{stage="raw"} 5000',
    'heaphound_frozen_image_bytes{stage="stored"} 500',
    'heaphound_upload_duration_seconds_sum{egress="s3",result="stored"} 1.5',
    'heaphound_rule_state{rule="heap-trend",state="rising"} 1',
    'heaphound_rule_state{rule="heap-trend",state="quiet"} 0',
    'heaphound_last_capture_timestamp_seconds 1767323045',
  ]) {
    assert.ok(text.split('\n').includes(line), `${line}\n${text}`);
  }
  assert.deepEqual(new Set(registry.getMetricsAsArray().map(({ name }) => name)), new Set(Object.keys(METRICS)));
  assert.equal(await client.register.metrics(), '\n');
  assert.throws(() => observeMetrics({ registry }), { code: 'HEAPHOUND_ERR_OPTION' }, 'twice is a mistake');
  assert.equal(registry.getMetricsAsArray().length, Object.keys(METRICS).length);
  metrics.stop();
  metrics.stop();
  assert.equal(registry.getMetricsAsArray().length, 0);
  happen();
});

test('what is not known is absent', async () => {
  const registry = new client.Registry();
  const metrics = observeMetrics({ registry });
  const text = await registry.metrics();
  assert.match(text, /^heaphound_heap_limit_bytes \d+$/m);
  assert.doesNotMatch(text, /^heaphound_(heap_used_after_gc_bytes|last_capture_timestamp_seconds|rule_state)/m);
  metrics.stop();
});

test('a meter of OpenTelemetry has them', async () => {
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 3600_000 });
  const provider = new MeterProvider({ readers: [reader] });
  const metrics = observeMetrics({ meter: provider.getMeter('test'), watcher, gauges: [gauge] });
  happen();
  await provider.forceFlush();
  const found = new Map(
    exporter
      .getMetrics()[0]
      .scopeMetrics[0].metrics.map(({ descriptor, dataPoints }) => [
        descriptor.name,
        { unit: descriptor.unit, dataPoints },
      ]),
  );
  assert.deepEqual(
    [...found.keys()].sort(),
    Object.values(METRICS)
      .map(({ dotted }) => dotted)
      .sort(),
  );
  const value = (name, attributes = {}) =>
    found.get(name).dataPoints.find((point) => JSON.stringify(point.attributes) === JSON.stringify(attributes)).value;
  assert.equal(value('heaphound.heap.limit'), 4e9);
  assert.equal(found.get('heaphound.heap.trend').unit, 'By/s');
  assert.equal(value('heaphound.captures', { trigger: 'watch', result: 'ok' }), 1);
  assert.equal(value('heaphound.capture.pause').sum, 0.012);
  assert.equal(value('heaphound.capture.size', { stage: 'stored' }), 100);
  assert.equal(value('heaphound.rule.state', { rule: 'heap-trend', state: 'rising' }), 1);
  metrics.stop();
  await provider.shutdown();
});

test('lines of the embedded metric format have all that CloudWatch asks for', async () => {
  const stream = new PassThrough({ encoding: 'utf8' });
  const metrics = observeMetrics({
    emf: { stream, namespace: 'shop', dimensions: { service: 'web' }, everyMs: 1 },
    watcher,
  });
  happen();
  // The timer of the lines keeps no process alive.
  const alive = setInterval(() => {}, 1000);
  let text = '';
  stream.on('data', (part) => (text += part));
  while (!text.includes('heap_limit')) await once(stream, 'data');
  metrics.stop();
  clearInterval(alive);
  const lines = text
    .split('\n')
    .filter((line) => line.endsWith('}'))
    .map((line) => JSON.parse(line));
  for (const line of lines) {
    assert.ok(Number.isInteger(line._aws.Timestamp));
    const [{ Namespace, Dimensions, Metrics }] = line._aws.CloudWatchMetrics;
    assert.equal(Namespace, 'shop');
    for (const name of Dimensions[0]) assert.equal(typeof line[name], 'string');
    for (const { Name, Unit } of Metrics)
      assert.ok(typeof line[Name] === 'number' && ['Bytes', 'Seconds', 'Bytes/Second', 'Count'].includes(Unit), Name);
    assert.ok(Metrics.length > 0 && Metrics.length <= 100 && Dimensions[0].length <= 30);
  }
  const refused = lines.find((line) => line.heaphound_capture_refused_total);
  assert.deepEqual(
    [refused.service, refused.reason, refused._aws.CloudWatchMetrics[0].Dimensions],
    ['web', 'no_headroom', [['service', 'reason']]],
  );
});

test('options of metrics are checked', () => {
  for (const options of [
    undefined,
    {},
    { registry: {} },
    { meter: {} },
    { emf: { dimensions: {} } },
    { emf: { dimensions: { _aws: 'a' } } },
    { emf: true, watcher: {} },
    { emf: false },
  ]) {
    assert.throws(() => observeMetrics(options), { code: 'HEAPHOUND_ERR_OPTION' }, JSON.stringify(options));
  }
});

test('the dashboard and the alert rules name metrics that there are', () => {
  const dashboard = JSON.parse(fs.readFileSync(path.join(MONITORING, 'dashboard.json'), 'utf8'));
  const alerts = fs.readFileSync(path.join(MONITORING, 'alerts.yml'), 'utf8');
  const exported = new Set(
    Object.entries(METRICS).flatMap(([name, { kind }]) =>
      kind === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name],
    ),
  );
  for (const text of [JSON.stringify(dashboard.panels.map(({ targets }) => targets)), alerts]) {
    const named = text.match(/\bheaphound_\w+/g);
    assert.ok(named.length > 3);
    for (const name of named) assert.ok(exported.has(name), name);
  }
  const shown = JSON.stringify(dashboard);
  for (const name of Object.keys(METRICS)) assert.ok(shown.includes(name), `${name} is on the dashboard`);
  assert.equal(new Set(dashboard.panels.map(({ id }) => id)).size, dashboard.panels.length);
  for (const { targets, gridPos, type } of dashboard.panels)
    assert.ok(targets.every(({ expr, refId }) => expr && refId) && gridPos.x + gridPos.w <= 24 && type);
});

const promtool = tool('promtool');
test('promtool loads the alert rules, and they say what they should', { skip: promtool.skip }, () => {
  execFileSync(promtool.command, ['check', 'rules', path.join(MONITORING, 'alerts.yml')], { stdio: 'pipe' });
  execFileSync(promtool.command, ['test', 'rules', path.join(MONITORING, 'alerts.test.yml')], { stdio: 'pipe' });
});
