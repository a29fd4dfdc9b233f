'use strict';

// Does a level rise, and will it go on? Only ranks and medians count, so a few odd windows change nothing.

/** @typedef {{ time: number, value: number }} Point `time` in milliseconds of watching, `value` in bytes */

/**
 * @typedef {object} Trend
 * @property {number} slope bytes for each millisecond: the median over all pairs of points (Theil and Sen)
 * @property {number} growth bytes: the slope over the whole time
 * @property {number} agreement share of pairs that rise, less the share that fall: -1 to 1 (Kendall's tau)
 * @property {number} noise bytes: the median distance of a point from the line
 * @property {boolean} isRising
 */

/**
 * Least `agreement` of a rise. Noise alone reaches it in one of some thousand series of this length.
 */
const MIN_AGREEMENT = 0.6;
/** Least rise, as a multiple of the noise. */
const MIN_SIGNAL = 4;
/**
 * Least slope of the younger half, as a part of the whole slope. Below it the level is levelling off: a cache that has
 * filled, traffic at its peak.
 */
const MIN_CONTINUATION = 0.5;

/**
 * @param {Point[]} points oldest first
 * @param {{ minPoints: number, minGrowth: number, minShare: number }} least points, bytes, and share of the level that
 *   make a rise
 * @returns {Trend | undefined} undefined: too few points
 */
function trend(points, { minPoints, minGrowth, minShare }) {
  if (points.length < minPoints) return undefined;
  const { slope, agreement } = fit(points);
  const [first, last] = [points[0], points[points.length - 1]];
  const middle = median(points.map(({ time, value }) => value - slope * time));
  const noise = median(points.map(({ time, value }) => Math.abs(value - slope * time - middle)));
  const growth = slope * (last.time - first.time);
  const level = middle + slope * first.time;
  const younger = fit(points.slice(Math.floor(points.length / 2)));
  const isRising =
    agreement >= MIN_AGREEMENT &&
    growth >= Math.max(minGrowth, minShare * level, MIN_SIGNAL * noise) &&
    younger.slope >= MIN_CONTINUATION * slope;
  return { slope, growth, agreement, noise, isRising };
}

/** @param {Point[]} points */
function fit(points) {
  const slopes = [];
  let balance = 0;
  for (let later = 1; later < points.length; later += 1) {
    for (let earlier = 0; earlier < later; earlier += 1) {
      const difference = points[later].value - points[earlier].value;
      slopes.push(difference / (points[later].time - points[earlier].time));
      balance += Math.sign(difference);
    }
  }
  return { slope: slopes.length > 0 ? median(slopes) : 0, agreement: slopes.length > 0 ? balance / slopes.length : 0 };
}

/** @param {number[]} values at least one */
function median(values) {
  const sorted = Float64Array.from(values).sort();
  const half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
}

module.exports = { trend, fit, median };
