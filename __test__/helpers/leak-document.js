'use strict';

// A leak document as findLeaks gives it, with names of one's choice.

/**
 * @param {{ name?: string, text?: string, file?: string, kind?: string, known?: object, responsible?: object }} [names] `name`: of classes
 *   and references; `text`: in sentences
 */
function leakOf({
  name = 'Session',
  text = 'it grows',
  file = '/app/src/store.js',
  kind = 'growing-map',
  known,
  responsible,
} = {}) {
  const location = { file, line: 9, column: 5, scriptId: 1 };
  const step = (id, leaking, more = {}) => ({
    id,
    edge: name,
    reference: `.${name}`,
    name,
    location,
    leaking,
    because: text,
    ...more,
  });
  return {
    className: name,
    location,
    ...(responsible && { responsible }),
    container: { id: 5, name, edge: name, location },
    countGrowth: [101, 101],
    sizeGrowth: [9000, 9000],
    retainedGrowth: 18_000,
    retainingPath: [step(1, 'no', { edge: '', reference: '' }), step(5, 'no'), step(7, 'yes', { cut: true })],
    item: { name, edge: '', count: 1, size: 90, children: [] },
    kind,
    advice: text,
    detail: { emitter: name, event: name, function: name, location },
    confidence: 'high',
    evidence: [text],
    fingerprint: 'c0ffee00c0ffee00',
    examples: [7],
    classes: [{ className: name, count: 202, size: 18_000 }],
    ...(known ? { known } : {}),
  };
}

/**
 * @param {object[]} leaks
 * @param {{ accounting?: object, outside?: object, verdict?: string, snapshots?: number, ids?: boolean, reason?:
 *   string, oneOff?: object[], dropped?: object[], ignored?: number, order?: object }} [more]
 */
function documentOf(
  leaks,
  {
    snapshots = 3,
    ids = true,
    reason = 'because',
    oneOff = [],
    dropped,
    ignored = 0,
    order = {},
    accounting = ACCOUNTED,
    outside,
    verdict = leaks.length > 0 ? 'leak' : 'none',
  } = {},
) {
  const infos = Array.from({ length: snapshots }, () => ({ totalSize: 1_000_000, nodeCount: 50_000 }));
  const given = infos.map((_, at) => at);
  const inOrder = { sorted: false, by: 'ids', known: true, given, reason, ...order };
  return {
    snapshots: infos,
    order: inOrder,
    comparison: { ids, reason },
    verdict,
    leaks,
    oneOff,
    ...(dropped && { dropped }),
    ignored,
    accounting,
    ...(outside && { outside }),
  };
}

/** Nothing grew. */
const ACCOUNTED = { size: 0, sizeGrowth: [0, 0], unexplainedSize: 0, isExplained: true, lines: [] };
/** What a name can do to a terminal, to Markdown, to HTML and to GitHub Actions. */
const HOSTILE =
  '\x1b[31mred\x07\u202e\n::error file=/etc/passwd::x\r\n<img src=x onerror=alert(1)>`]|[a](http://evil.example) @octocat #1 **bold** %0A,:';

module.exports = { HOSTILE, documentOf, leakOf };
