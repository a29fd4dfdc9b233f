// A sentence of ours: a number stays with its unit, and what stands in backquotes is code.

import { sentence } from '../words';

const UNIT = /(\d) (B|kB|MB|%)(?![\w])/g;

export function Prose({ text }: { text: string }) {
  return (
    <>
      {sentence(text)
        .split(/`([^`]+)`/)
        .map((part, at) => (at % 2 === 1 ? <code key={at}>{part}</code> : part.replaceAll(UNIT, '$1\u00a0$2')))}
    </>
  );
}
