// Keys: one table for the whole page, and what the help says of each.

import { useEffect, useRef } from 'preact/hooks';

export interface Key {
  key: string;
  does: string;
}

/** In the order of the help. */
export const KEYS: Key[] = [
  { key: '1 … 9, 0', does: 'go to a view' },
  { key: '/', does: 'search: a text, or the @id of an object' },
  { key: 'j, k', does: 'next and previous row' },
  { key: 'Enter', does: 'open the row' },
  { key: 'Backspace', does: 'back' },
  { key: 'c', does: 'copy the row, or the page, as Markdown' },
  { key: 'y', does: 'copy a link to this place' },
  { key: 's', does: 'next snapshot' },
  { key: 'Esc', does: 'leave the search, close a dialog, one level up in a chart' },
  { key: '?', does: 'these keys' },
];

type Handler = (event: KeyboardEvent) => boolean | void;

const handlers: { current: Record<string, Handler> }[] = [];

addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
  if (isTyping(event.target) && event.key !== 'Escape') return;
  if (document.querySelector('dialog[open]') !== null) return;
  // What was shown last hears first; `false` leaves a key to the next.
  for (const { current } of handlers.toReversed()) {
    const handler = current[event.key];
    if (handler === undefined || handler(event) === false) continue;
    event.preventDefault();
    return;
  }
});

function isTyping(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement && target.matches('input:not([type=radio]):not([type=checkbox]), select, textarea')
  );
}

/** Hears keys while the component is there. */
export function useKeys(keys: Record<string, Handler>): void {
  const latest = useRef(keys);
  latest.current = keys;
  useEffect(() => {
    handlers.push(latest);
    return () => void handlers.splice(handlers.indexOf(latest), 1);
  }, []);
}
