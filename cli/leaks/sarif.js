'use strict';

// Leaks for code scanning: SARIF 2.1.0, an OASIS standard.

const path = require('node:path');
const { pathToFileURL } = require('node:url');
const { isUnmapped, toPath } = require('../../words/location');
const { cacheOf, cutOf, headline, isOutsideOfNode, knownAs, nameOf } = require('../../words/leak-sentences');
const { ownLine, placeToChange } = require('../../words/leak-own');
const { verdictOf } = require('../../words/leak-verdict');
const { sentence } = require('../../words/text');

const SCHEMA = 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json';
const LEVELS = /** @type {const} */ ({ high: 'error', medium: 'warning', low: 'note' });
/** The name of a fingerprint of ours, with the version of how it is made. */
const FINGERPRINT = 'heaphoundLeak/v1';
const ROOT = 'SRCROOT';

/**
 * @param {import('../..').LeakDocument} document
 * @param {{ root: string, version: string, known?: Set<string> }} options `known`: fingerprints of a baseline
 */
function leaksAsSarif(document, { root, version, known }) {
  const { leaks } = document;
  const kinds = [...new Set(leaks.map((leak) => leak.kind))].sort();
  const rules = kinds.map((kind) => ({
    id: `leak/${kind}`,
    shortDescription: { text: `Memory leak: ${kind}` },
    help: { text: leaks.find((leak) => leak.kind === kind)?.advice },
    properties: { tags: ['memory-leak'] },
  }));
  return {
    $schema: SCHEMA,
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'heaphound', version, semanticVersion: version, rules } },
        originalUriBaseIds: { [ROOT]: { uri: `${pathToFileURL(root)}/`.replace(/\/\/$/, '/') } },
        columnKind: 'utf16CodeUnits',
        // SARIF has results for places in files. A verdict without a place belongs to the run.
        ...(document.verdict === 'unknown'
          ? { invocations: [{ executionSuccessful: true, toolExecutionNotifications: [notification(document)] }] }
          : {}),
        results: leaks.map((leak) => resultOf(leak, { kinds, root, known })),
      },
    ],
  };
}

/** @param {import('../..').LeakDocument} document */
function notification(document) {
  const { headline, paragraphs } = verdictOf(document);
  return {
    level: /** @type {const} */ ('warning'),
    descriptor: { id: 'unexplained-growth' },
    message: { text: sentence([headline, ...paragraphs].join(' ')) },
  };
}

/**
 * @param {import('../..').Leak} leak
 * @param {{ kinds: string[], root: string, known?: Set<string> }} options
 */
function resultOf(leak, { kinds, root, known }) {
  const cut = cutOf(leak);
  const own = ownLine(leak, { folder: root });
  const text = [
    headline(leak),
    ...(own.text ? [`${own.label} ${own.text}.`] : []),
    ...(cut ? [`Cut ${cut}.`] : []),
    ...(leak.known ? [`Known leak of ${knownAs(leak.known)}.`] : []),
    leak.known?.advice ?? leak.advice,
    ...(cacheOf(leak) === '' ? [] : [cacheOf(leak)]),
  ].join(' ');
  const place = placeToChange(leak);
  return {
    ruleId: `leak/${leak.kind}`,
    ruleIndex: kinds.indexOf(leak.kind),
    level: LEVELS[leak.confidence],
    message: { text: sentence(text) },
    ...(place ? { locations: [{ physicalLocation: physicalLocation(place, root) }] } : {}),
    ...(leak.location && isOutsideOfNode(leak.location) && leak.location !== place
      ? {
          relatedLocations: [
            {
              id: 0,
              message: { text: `the class ${nameOf(leak.className)}` },
              physicalLocation: physicalLocation(leak.location, root),
            },
          ],
        }
      : {}),
    partialFingerprints: { [FINGERPRINT]: leak.fingerprint },
    ...(known ? { baselineState: known.has(leak.fingerprint) ? 'unchanged' : 'new' } : {}),
  };
}

/**
 * @param {import('../..').SourceLocation} place
 * @param {string} root
 */
function physicalLocation({ original, ...own }, root) {
  const { file, line, column } = original ?? own;
  return {
    artifactLocation: artifactLocation(toPath(file), root),
    ...(isUnmapped(own) ? {} : { region: { startLine: Math.max(line, 1), startColumn: Math.max(column, 1) } }),
  };
}

/**
 * @param {string} file
 * @param {string} root
 */
function artifactLocation(file, root) {
  if (!path.isAbsolute(file))
    return { uri: encodeURI(file.replaceAll('\\', '/')).replaceAll('#', '%23').replaceAll('?', '%3F') };
  const uri = String(pathToFileURL(file));
  const base = `${pathToFileURL(root)}/`.replace(/\/\/$/, '/');
  return uri.startsWith(base) ? { uri: uri.slice(base.length), uriBaseId: ROOT } : { uri };
}

module.exports = { leaksAsSarif };
