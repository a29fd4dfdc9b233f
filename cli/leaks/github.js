'use strict';

// Annotations for GitHub Actions, which reads lines `::command name=value::text` from the output of a step.

const { randomUUID } = require('node:crypto');
const path = require('node:path');
const { isUnmapped, toPath } = require('../../words/location');
const { cacheOf, headline, knownAs, nameOf } = require('../../words/leak-sentences');
const { ownLine, placeToChange } = require('../../words/leak-own');
const { verdictOf } = require('../../words/leak-verdict');
const { harmless, sentence } = require('../../words/text');

const LEVELS = /** @type {const} */ ({ high: 'error', medium: 'warning', low: 'notice' });

/**
 * True where the output of this process is read by GitHub Actions.
 *
 * @param {NodeJS.ProcessEnv} [environment]
 */
function isGithub(environment = process.env) {
  return environment.GITHUB_ACTIONS === 'true';
}

/**
 * An annotation for each leak.
 *
 * @param {import('../..').Leak[]} leaks
 * @param {{ root: string }} options
 * @returns {string[]} lines
 */
function annotations(leaks, { root }) {
  return leaks.map((leak) => {
    const advice = leak.known ? `Known leak of ${knownAs(leak.known)}. ${leak.known.advice}` : leak.advice;
    const properties = { ...fileOf(placeToChange(leak), root), title: `Memory leak: ${nameOf(leak.className)}` };
    const own = ownLine(leak, { folder: root });
    const found = own.text && `${own.label} ${own.text}.`;
    const text = sentence(
      `${[headline(leak), found, advice, cacheOf(leak)].filter(Boolean).join(' ')} [${leak.fingerprint}]`,
    );
    const named = Object.entries(properties)
      .map(([name, value]) => `${name}=${escapeProperty(String(value))}`)
      .join(',');
    return `::${LEVELS[leak.confidence]} ${named}::${escapeData(text)}`;
  });
}

/**
 * A warning where no verdict is possible.
 *
 * @param {import('../..').LeakDocument} document
 * @returns {string[]} lines
 */
function doubt(document) {
  if (document.verdict !== 'unknown') return [];
  const { title, headline, paragraphs } = verdictOf(document);
  return [`::warning title=${title}::${escapeData([headline, ...paragraphs].join(' '))}`];
}

/**
 * Lines in which nothing is taken for a command, whatever the heap has for names.
 *
 * @param {string[]} lines
 */
function withoutCommands(lines) {
  const token = randomUUID();
  return [`::stop-commands::${token}`, ...lines, `::${token}::`];
}

/**
 * @param {import('../..').SourceLocation | undefined} place
 * @param {string} root
 * @returns {Record<string, string | number>} nothing for a file that is not below the root
 */
function fileOf(place, root) {
  if (place === undefined) return {};
  const { original, ...own } = place;
  const { file, line, column } = original ?? own;
  const relative = path.relative(root, path.resolve(root, toPath(file)));
  if (relative === '' || relative.startsWith('..') || path.isAbsolute(relative)) return {};
  const shown = relative.replaceAll('\\', '/');
  return isUnmapped(own) ? { file: shown } : { file: shown, line, col: column };
}

/** @param {string} text */
function escapeData(text) {
  return harmless(text).replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

/** @param {string} text */
function escapeProperty(text) {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}

module.exports = { annotations, doubt, isGithub, withoutCommands };
