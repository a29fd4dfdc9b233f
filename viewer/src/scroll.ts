// Which rows of a long table are in view. Browsers cap the height of an element near 17 or 33 million pixels, so the
// scroll offset of a longer table is scaled.

/** Below the cap of every browser. */
export const TALLEST = 8_000_000;
/** Rows beside those in view, for a scroll that is not drawn yet. */
const BESIDE = 8;

export interface Window {
  first: number;
  /** Not included. */
  end: number;
  /** Where the first row stands, in pixels from the start of the element that scrolls. */
  top: number;
  height: number;
}

export interface Shape {
  rows: number;
  rowHeight: number;
  viewHeight: number;
  tallest?: number;
}

/** How many pixels of rows one pixel of the scroll bar stands for; 1 for all but huge tables. */
export function scaleOf({ rows, rowHeight, viewHeight, tallest = TALLEST }: Shape): number {
  const whole = rows * rowHeight;
  return whole <= tallest ? 1 : (whole - viewHeight) / (tallest - viewHeight);
}

/** The rows in view where the rows are scrolled by `offset` pixels and the element by `scrollTop`. */
export function windowOf(shape: Shape, offset: number, scrollTop: number): Window {
  const { rows, rowHeight, viewHeight, tallest = TALLEST } = shape;
  const first = clamp(Math.floor(offset / rowHeight) - BESIDE, 0, rows);
  const end = clamp(Math.ceil((offset + viewHeight) / rowHeight) + BESIDE, first, rows);
  const height = Math.min(rows * rowHeight, tallest);
  return { first, end, top: first * rowHeight - offset + scrollTop, height };
}

/** The offset that brings a row into view, the least that it takes. */
export function offsetFor(row: number, { rowHeight, viewHeight }: Shape, offset: number): number {
  const top = row * rowHeight;
  if (top < offset) return top;
  return Math.max(offset, top + rowHeight - viewHeight);
}

export function clamp(value: number, least: number, most: number): number {
  return Math.min(Math.max(value, least), Math.max(most, least));
}
