// An answer that takes time: from 300 ms on there is a button to cancel it.

import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';

/** Below this an answer is there before a person looks for it. */
const NOTICED_MS = 300;

export interface Answer<Value> {
  value?: Value;
  error?: Error;
  /** True while the answer to this question is not there. */
  isPending: boolean;
  /** It takes long enough to offer a way out. */
  isSlow: boolean;
  cancel: () => void;
  again: () => void;
}

/** Asks whenever the key changes; an older question is cancelled. */
export function useAnswer<Value>(key: string, ask: (signal: AbortSignal) => Promise<Value>): Answer<Value> {
  const [state, setState] = useState<{ key: string; value?: Value; error?: Error }>({ key: '' });
  const [slow, setSlow] = useState('');
  const [turn, setTurn] = useState(0);
  const controller = useRef<AbortController | undefined>(undefined);
  const wanted = `${key} ${turn}`;
  useEffect(() => {
    const abort = new AbortController();
    controller.current = abort;
    const timer = setTimeout(() => setSlow(wanted), NOTICED_MS);
    ask(abort.signal).then(
      (value) => !abort.signal.aborted && setState({ key: wanted, value }),
      (error: Error) => controller.current === abort && setState({ key: wanted, error: toError(error, abort.signal) }),
    );
    return () => {
      clearTimeout(timer);
      controller.current = undefined;
      abort.abort();
    };
  }, [wanted]);
  const isPending = state.key !== wanted;
  return {
    // What was there stays in view while the next answer is on its way.
    value: state.error ? undefined : state.value,
    error: isPending ? undefined : state.error,
    isPending,
    isSlow: isPending && slow === wanted,
    cancel: () => controller.current?.abort(),
    again: () => setTurn(turn + 1),
  };
}

function toError(error: Error, signal: AbortSignal): Error {
  return signal.aborted ? new Error('Cancelled. Nothing was changed.') : error;
}

/** The answer, or what stands in its place. */
export function Pending<Value>({
  answer,
  what,
  children,
}: {
  answer: Answer<Value>;
  what: string;
  children: (value: Value) => ComponentChildren;
}) {
  const { value, error, isSlow, cancel, again } = answer;
  return (
    <>
      {isSlow && (
        <p class="pending" role="status">
          {what} is being computed… <button onClick={cancel}>Cancel</button>
        </p>
      )}
      {error && (
        <p class="failed" role="alert">
          {error.message} <button onClick={again}>Try again</button>
        </p>
      )}
      {value !== undefined && children(value)}
    </>
  );
}
