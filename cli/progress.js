'use strict';

/** Shorter work shows no bar. */
const DELAY_MS = 500;
const REDRAW_MS = 100;
const BAR_WIDTH = 24;
const CLEAR_LINE = '\r\x1b[2K';

/**
 * A bar on standard error during long work. It shows only in a terminal, and disappears when the work is done.
 */
class ProgressBar {
  #stream;
  #label = '';
  /** @type {number | undefined} */
  #fraction;
  #timer;
  #isShown = false;

  /** @param {NodeJS.WriteStream} stream */
  constructor(stream) {
    this.#stream = stream;
    if (stream.isTTY !== true) return;
    this.#timer = setTimeout(() => {
      this.#draw();
      this.#timer = setInterval(() => this.#draw(), REDRAW_MS);
      this.#timer.unref();
    }, DELAY_MS);
    this.#timer.unref();
  }

  /**
   * @param {string} label the current work
   * @param {number} [fraction] 0 to 1, when it is known
   */
  update(label, fraction) {
    this.#label = label;
    this.#fraction = fraction;
  }

  /** Removes the bar, so that the next output stands alone. */
  stop() {
    clearTimeout(this.#timer);
    if (this.#isShown) this.#stream.write(CLEAR_LINE);
    this.#isShown = false;
    this.#timer = undefined;
  }

  #draw() {
    this.#isShown = true;
    const known = Number.isFinite(this.#fraction);
    const fraction = Math.min(Math.max(this.#fraction ?? 0, 0), 1);
    const full = Math.round(fraction * BAR_WIDTH);
    const bar = known
      ? `${'█'.repeat(full)}${'░'.repeat(BAR_WIDTH - full)} ${String(Math.round(fraction * 100)).padStart(3)} % `
      : '… ';
    this.#stream.write(
      `${CLEAR_LINE}${bar}${this.#label}`.slice(0, CLEAR_LINE.length + (this.#stream.columns || 80) - 1),
    );
  }
}

module.exports = { ProgressBar };
