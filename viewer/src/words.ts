// Numbers, names and places, said as the terminal says them.

import numbers from '../../words/numbers.js';
import references from '../../words/reference.js';
import source from '../../words/source-line.js';
import text from '../../words/text.js';
import type { Place } from './document';

export const { count, size, countDelta, sizeDelta, distance, counted, mean } = numbers;
export const { harmless, visible, label, sentence } = text;
export const { nameOf, writeEdge } = references;
export const { cutAround } = source;

/** Parts of a path that are shown; the whole of it stands in the tooltip. */
const SHOWN_FOLDERS = 3;

/** No system has longer paths. */
const LONGEST_PATH = 4096;

/** "12 %", and "< 1 %" for what is little but not nothing. */
export function share(part: number, total: number): string {
  if (total <= 0) return '';
  const value = (part / total) * 100;
  if (value !== 0 && Math.abs(value) < 1) return value < 0 ? '> −1 %' : '< 1 %';
  return `${Math.round(value)} %`.replace('-', '−');
}

/** A number that may be unknown. */
export function known(value: number | null | undefined, print: (value: number) => string): string {
  return value === null || value === undefined ? '–' : print(value);
}

/** The position that a person looks at: of the original source, where a map has it. */
function positionOf(place: Place) {
  return 'original' in place && place.original ? place.original : place;
}

/** `folder/file.js:12:5` with the last folders of the path, and the whole of it. */
export function placeOf(place: Place | undefined): { short: string; whole: string } | undefined {
  if (!place) return undefined;
  const { file, line, column } = positionOf(place);
  if (!file) return undefined;
  const isExact = !('unmapped' in place && place.unmapped) && !('wholeFile' in place && place.wholeFile);
  const position = isExact ? `:${line}:${column}` : '';
  const shown = harmless(file.replace(/^file:\/\//, ''));
  const parts = shown.split('/');
  const short = parts.length > SHOWN_FOLDERS + 1 ? `…/${parts.slice(-SHOWN_FOLDERS).join('/')}` : shown;
  return { short: short + position, whole: shown + position };
}

/** An address that opens the place in an editor, for a file of this machine alone. */
export function editorAddress(place: Place | undefined): string | undefined {
  if (!place) return undefined;
  const { file, line, column } = positionOf(place);
  const path = file.replace(/^file:\/\//, '');
  // A path with two slashes at its start is a server's.
  const isOnThisMachine = /^\/[^/]|^[A-Za-z]:[\\/]/.test(path);
  if (!isOnThisMachine || path.length > LONGEST_PATH || /[\p{Cc}\p{Cf}\p{Cs}]/u.test(path)) return undefined;
  const encoded = path.replaceAll('\\', '/').split('/').map(encodeURIComponent).join('/');
  return `vscode://file${encoded.startsWith('/') ? '' : '/'}${encoded}:${line}:${column}`;
}

/** A moment, as a person reads it. */
export function moment(iso: string | undefined): string {
  if (iso === undefined) return '';
  return iso.replace('T', ' ').replace(/(\.\d+)?Z$/, ' UTC');
}

/** "1 min 20 s" */
export function duration(milliseconds: number): string {
  const seconds = Math.max(1, Math.round(milliseconds / 1000));
  return seconds < 60 ? `${seconds} s` : `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
}
