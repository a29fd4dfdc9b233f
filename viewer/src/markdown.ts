// An entry as Markdown, for a ticket. Names of a heap are foreign: none of them can become markup.

import type { Entry, PathLine } from './document';
import { harmless, placeOf } from './words';

/** A span of code that shows the text as it is. */
export function code(text: string): string {
  const shown = harmless(text);
  const longest = Math.max(0, ...(shown.match(/`+/g) ?? []).map((run) => run.length));
  const fence = '`'.repeat(longest + 1);
  const space = /^[` ]|[` ]$/.test(shown) ? ' ' : '';
  return fence + space + shown + space + fence;
}

/** Prose with names in it. */
export function prose(text: string): string {
  return harmless(text).replaceAll(/[\\`*_{}[\]<>()|~!&@#]/g, (character) => `&#${character.charCodeAt(0)};`);
}

export function entryAsMarkdown(entry: Entry): string {
  const place = placeOf(entry.own.place);
  const source = entry.own.place?.source;
  const lines = [
    `**${prose(entry.headline)}**`,
    '',
    ...(entry.own.text ? [`- ${entry.own.label}: ${code(place?.whole ?? entry.own.text)}`] : []),
    ...(source ? [`- Line ${source.line}: ${code(source.text.trim())}`] : []),
    ...(entry.cut ? [`- Cut: ${prose(entry.cut)}`] : []),
    ...(entry.advice ? [`- Fix: ${prose(entry.advice)}`] : []),
    `- Confidence: ${entry.confidence}; fingerprint ${code(entry.fingerprint)}`,
    '',
    ...stepsOf(entry.path).map((text) => `    ${text}`),
  ];
  return lines.join('\n');
}

function stepsOf(path: PathLine[]): string[] {
  return path.flatMap((line) => {
    if (line.sort === 'fold') return stepsOf(line.steps);
    const arrow = line.reference === '' ? '' : `${line.reference} → `;
    const remark = line.remark === '' ? '' : `  ← ${line.remark}`;
    return [`${line.sign} ${arrow}${line.object}${remark}`.trim()];
  });
}
