// The text of a field follows the address, and is never taken from under somebody who types.

import { useEffect, useRef } from 'preact/hooks';

export function useKeptText(value: string) {
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const element = field.current;
    if (element !== null && document.activeElement !== element) element.value = value;
  }, [value]);
  return field;
}
