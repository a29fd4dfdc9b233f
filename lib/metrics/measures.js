'use strict';

// The metrics of heaphound, and how messages of its channels change them. They call an exporter, which knows nothing of
// heaphound.

/**
 * @typedef {object} Metric
 * @property {string} dotted its name in OpenTelemetry, without the unit
 * @property {'counter' | 'gauge' | 'histogram'} kind
 * @property {string} help
 * @property {string[]} labels
 * @property {'bytes' | 'seconds' | 'bytes_per_second' | 'count' | 'timestamp'} unit
 * @property {number[]} [buckets]
 */

/** The pause of a fork takes milliseconds; a capture in the process may take minutes. */
const PAUSE_BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300];
const UPLOAD_BUCKETS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300];

/** @satisfies {Record<string, Metric>} */
const METRICS = {
  heaphound_heap_limit_bytes: {
    dotted: 'heaphound.heap.limit',
    kind: 'gauge',
    unit: 'bytes',
    labels: [],
    help: 'Most that V8 lets the heap grow to',
  },
  heaphound_memory_limit_bytes: {
    dotted: 'heaphound.memory.limit',
    kind: 'gauge',
    unit: 'bytes',
    labels: [],
    help: 'Limit of the tightest control group',
  },
  heaphound_heap_used_after_gc_bytes: {
    dotted: 'heaphound.heap.used_after_gc',
    kind: 'gauge',
    unit: 'bytes',
    labels: [],
    help: 'Heap that outlived the last major collection',
  },
  heaphound_heap_trend_bytes_per_second: {
    dotted: 'heaphound.heap.trend',
    kind: 'gauge',
    unit: 'bytes_per_second',
    labels: [],
    help: 'How fast the heap rises that outlives major collections',
  },
  heaphound_captures_total: {
    dotted: 'heaphound.captures',
    kind: 'counter',
    unit: 'count',
    labels: ['trigger', 'result'],
    help: 'Snapshots that were begun',
  },
  heaphound_capture_refused_total: {
    dotted: 'heaphound.capture.refused',
    kind: 'counter',
    unit: 'count',
    labels: ['reason'],
    help: 'Snapshots that were not begun',
  },
  heaphound_capture_pause_seconds: {
    dotted: 'heaphound.capture.pause',
    kind: 'histogram',
    unit: 'seconds',
    labels: [],
    buckets: PAUSE_BUCKETS,
    help: 'How long the thread stood still for a snapshot',
  },
  heaphound_capture_bytes: {
    dotted: 'heaphound.capture.size',
    kind: 'gauge',
    unit: 'bytes',
    labels: ['stage'],
    help: 'Size of the latest snapshot, as JSON (raw) and as it is stored',
  },
  heaphound_frozen_images_total: {
    dotted: 'heaphound.frozen_images',
    kind: 'counter',
    unit: 'count',
    labels: ['trigger'],
    help: 'Frozen images that were made; each counts as a capture, too',
  },
  heaphound_frozen_image_pause_seconds: {
    dotted: 'heaphound.frozen_image.pause',
    kind: 'histogram',
    unit: 'seconds',
    labels: [],
    buckets: PAUSE_BUCKETS,
    help: 'How long the thread stood still for a frozen image',
  },
  heaphound_frozen_image_bytes: {
    dotted: 'heaphound.frozen_image.size',
    kind: 'gauge',
    unit: 'bytes',
    labels: ['stage'],
    help: 'Size of the latest frozen image, as memory (raw) and as it is stored',
  },
  heaphound_upload_duration_seconds: {
    dotted: 'heaphound.upload.duration',
    kind: 'histogram',
    unit: 'seconds',
    labels: ['egress', 'result'],
    buckets: UPLOAD_BUCKETS,
    help: 'How long a snapshot took into the store',
  },
  heaphound_rule_state: {
    dotted: 'heaphound.rule.state',
    kind: 'gauge',
    unit: 'count',
    labels: ['rule', 'state'],
    help: '1 for the state that a rule of the watcher is in, 0 for the others',
  },
  heaphound_live_objects: {
    dotted: 'heaphound.live_objects',
    kind: 'gauge',
    unit: 'count',
    labels: ['class'],
    help: 'Objects of a class that were alive when its gauge last counted them',
  },
  heaphound_last_capture_timestamp_seconds: {
    dotted: 'heaphound.capture.last',
    kind: 'gauge',
    unit: 'timestamp',
    labels: [],
    help: 'When the latest snapshot was taken',
  },
};

const RULE_STATES = ['off', 'quiet', 'rising', 'investigating', 'alarm'];

/** @typedef {keyof typeof METRICS} MetricName */
/** @typedef {Record<string, string>} Labels */
/** @typedef {(name: MetricName, value: number, labels: Labels) => void} Recorder */

/** The figures in a message, by channel. @type {Record<string, (message: any, record: Recorder) => void>} */
const MESSAGES = {
  'heaphound:capture': ({ event, trigger, snapshot, image }, record) => {
    if (event === 'start') return;
    record('heaphound_captures_total', 1, { trigger: String(trigger), result: event === 'end' ? 'ok' : 'failed' });
    if (event === 'end' && image) {
      record('heaphound_frozen_images_total', 1, { trigger: String(trigger) });
      record('heaphound_frozen_image_pause_seconds', image.pauseMs / 1000, {});
      record('heaphound_frozen_image_bytes', image.rawBytes, { stage: 'raw' });
      record('heaphound_frozen_image_bytes', image.storedBytes, { stage: 'stored' });
    }
    if (event !== 'end' || !snapshot) return;
    const { pauseMs, rawBytes, storedBytes, startedAt } = snapshot;
    if (pauseMs !== undefined) record('heaphound_capture_pause_seconds', pauseMs / 1000, {});
    record('heaphound_capture_bytes', rawBytes, { stage: 'raw' });
    record('heaphound_capture_bytes', storedBytes, { stage: 'stored' });
    record('heaphound_last_capture_timestamp_seconds', Date.parse(startedAt) / 1000, {});
  },
  'heaphound:refused': ({ code }, record) => record('heaphound_capture_refused_total', 1, { reason: reasonOf(code) }),
  'heaphound:upload': ({ store, durationMs, result }, record) =>
    record('heaphound_upload_duration_seconds', durationMs / 1000, { egress: String(store), result: String(result) }),
};

/** `HEAPHOUND_ERR_NO_HEADROOM` is `no_headroom`. @param {unknown} code */
function reasonOf(code) {
  return String(code ?? 'other')
    .replace(/^HEAPHOUND_ERR_/, '')
    .toLowerCase();
}

/**
 * The figures that can be read at any time.
 *
 * @param {Pick<import('../..').MemoryWatcher, 'levels' | 'rules'> | undefined} watcher
 * @param {() => { heapLimitBytes: number, memoryLimitBytes?: number }} limits without a watcher
 * @param {Pick<import('../..').ClassGauge, 'className' | 'latest'>[]} [gauges] reading them counts nothing
 * @returns {Array<[name: MetricName, value: number, labels: Labels]>}
 */
function levels(watcher, limits, gauges = []) {
  const { heapLimitBytes, memoryLimitBytes, heapAfterCollectionBytes, heapBytesPerSecond } =
    /** @type {import('../..').MemoryLevels} */ (watcher ? watcher.levels() : limits());
  /** @type {Array<[MetricName, number | undefined, Labels]>} */
  const read = [
    ['heaphound_heap_limit_bytes', heapLimitBytes, {}],
    ['heaphound_memory_limit_bytes', memoryLimitBytes, {}],
    ['heaphound_heap_used_after_gc_bytes', heapAfterCollectionBytes, {}],
    ['heaphound_heap_trend_bytes_per_second', heapBytesPerSecond, {}],
  ];
  for (const rule of watcher?.rules() ?? [])
    for (const state of RULE_STATES)
      read.push(['heaphound_rule_state', Number(rule.state === state), { rule: rule.name, state }]);
  for (const gauge of gauges) read.push(['heaphound_live_objects', gauge.latest()?.count, { class: gauge.className }]);
  return /** @type {Array<[MetricName, number, Labels]>} */ (read.filter(([, value]) => value !== undefined));
}

/** Metrics that only `levels` sets. @type {MetricName[]} */
const LEVELS = [
  'heaphound_heap_limit_bytes',
  'heaphound_memory_limit_bytes',
  'heaphound_heap_used_after_gc_bytes',
  'heaphound_heap_trend_bytes_per_second',
  'heaphound_rule_state',
  'heaphound_live_objects',
];

module.exports = { METRICS, MESSAGES, LEVELS, levels };
