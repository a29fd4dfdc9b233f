// The lines of the source around a place, with the line that matters marked.

import type { SourceText } from '../../../index';
import { cutAround, harmless } from '../words';

/** Characters of a line; a longer one is cut around its column. */
const LONGEST = 400;

export function SourceLines({ lines }: { lines: SourceText }) {
  const { line, column, text, before = [], after = [] } = lines;
  const first = line - before.length;
  return (
    <pre class="source" tabIndex={0} role="group" aria-label={`Source around line ${line}`}>
      {[...before, text, ...after].map((row, at) => {
        const isMarked = at === before.length;
        const shown = cutAround(row, isMarked ? column : 1, LONGEST).text;
        return (
          <span key={at} class={isMarked ? 'line is-marked' : 'line'}>
            <span class="gutter">
              {isMarked ? '▸' : ' '}
              {String(first + at)}
            </span>
            <code>{shown.trim() === '' ? '' : harmless(shown)}</code>
            {'\n'}
          </span>
        );
      })}
    </pre>
  );
}
