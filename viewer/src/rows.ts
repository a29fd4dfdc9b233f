// A long list of which the page holds the parts that were looked at.

import { useEffect, useRef, useState } from 'preact/hooks';
import { useAnswer } from './pending';
import type { Range, Rows } from './source';

/** The most that the server gives at once. */
const PART = 200;
/** Parts that stay; the one that was asked first goes first. */
const MOST_PARTS = 40;

export interface List<Row, More> {
  first: ReturnType<typeof useAnswer<Rows<Row> & More>>;
  total: number;
  /** Undefined while it is on its way. */
  rowAt: (at: number) => Row | undefined;
}

export function useRows<Row, More = unknown>(
  key: string,
  load: (range: Range, signal: AbortSignal) => Promise<Rows<Row> & More>,
): List<Row, More> {
  const first = useAnswer(key, (signal) => load({ offset: 0, limit: PART }, signal));
  const [, redraw] = useState(0);
  const parts = useRef(new Map<number, Row[] | undefined>());
  const abort = useRef<AbortController | undefined>(undefined);
  useEffect(() => {
    parts.current = new Map();
    const controller = new AbortController();
    abort.current = controller;
    return () => controller.abort();
  }, [key]);
  const rowAt = (at: number): Row | undefined => {
    const number = Math.floor(at / PART);
    if (number === 0) return first.value?.rows[at];
    if (parts.current.has(number)) return parts.current.get(number)?.[at % PART];
    const signal = abort.current?.signal;
    if (signal === undefined || first.isPending) return undefined;
    const known = parts.current;
    known.set(number, undefined);
    load({ offset: number * PART, limit: PART }, signal).then(
      ({ rows }) => {
        known.set(number, rows);
        const [oldest] = known.keys();
        if (known.size > MOST_PARTS && oldest !== undefined) known.delete(oldest);
        redraw((turn) => turn + 1);
      },
      () => known.delete(number),
    );
    return undefined;
  };
  return { first, total: first.value?.total ?? 0, rowAt };
}
