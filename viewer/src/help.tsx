// The dialog with all keys.

import { signal } from '@preact/signals';
import { useEffect, useRef } from 'preact/hooks';
import { KEYS } from './keys';

const isOpen = signal(false);

export function showHelp(): void {
  isOpen.value = true;
}

export function Help({ version }: { version: string }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const shown = isOpen.value;
  useEffect(() => {
    if (shown && !dialog.current?.open) dialog.current?.showModal();
  }, [shown]);
  return (
    <dialog ref={dialog} aria-labelledby="help-title" onClose={() => (isOpen.value = false)}>
      <form method="dialog">
        <h2 id="help-title">Keys</h2>
        <dl class="keys">
          {KEYS.map(({ key, does }) => (
            <div key={key}>
              <dt>
                <kbd>{key}</kbd>
              </dt>
              <dd>{does}</dd>
            </div>
          ))}
        </dl>
        <p class="note">heaphound {version}. Sizes are in decimal units: 1 kB is 1,000 bytes.</p>
        <button>Close</button>
      </form>
    </dialog>
  );
}
