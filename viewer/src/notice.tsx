// What was just done, said once at the foot of the page; and copying.

import { signal } from '@preact/signals';

const SHOWN_MS = 4000;

interface Said {
  text: string;
  undo?: () => void;
}

const said = signal<Said | undefined>(undefined);
let timer: ReturnType<typeof setTimeout> | undefined;

export function say(text: string, undo?: () => void): void {
  said.value = { text, undo };
  clearTimeout(timer);
  timer = setTimeout(() => (said.value = undefined), SHOWN_MS);
}

export async function copy(text: string, what: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    if (!copyBySelection(text)) return say(`The browser does not let this page copy ${what}.`);
  }
  say(`Copied: ${what}.`);
}

/** Pages from files have no clipboard in some browsers. */
function copyBySelection(text: string): boolean {
  const field = document.createElement('textarea');
  field.value = text;
  field.className = 'aside';
  const focused = document.activeElement;
  document.body.append(field);
  field.select();
  const isCopied = document.execCommand('copy');
  field.remove();
  if (focused instanceof HTMLElement) focused.focus();
  return isCopied;
}

export function Notice() {
  return (
    <div class="notice" role="status" aria-live="polite" data-shown={said.value !== undefined}>
      {said.value?.text}{' '}
      {said.value?.undo && (
        <button
          onClick={() => {
            said.value?.undo?.();
            said.value = undefined;
          }}
        >
          Undo
        </button>
      )}
    </div>
  );
}
