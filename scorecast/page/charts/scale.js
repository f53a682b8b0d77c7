// Scales: from scores to places on paper, and the round numbers that an axis names.

/** A linear scale from `[low, high]` to `[from, to]`. */
export function linear([low, high], [from, to]) {
  const slope = (to - from) / (high - low || 1);
  return (value) => from + (value - low) * slope;
}

/** Round numbers between two ends, about `count` of them. */
export function ticks([low, high], count) {
  const step = roundStep((high - low) / Math.max(1, count));
  const first = Math.ceil(low / step - 1e-9);
  const last = Math.floor(high / step + 1e-9);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => (first + index) * step);
}

function roundStep(least) {
  const power = 10 ** Math.floor(Math.log10(least));
  return [1, 2, 5, 10].find((step) => step * power >= least * 0.999) * power;
}

/** A domain that holds all values with some air, within the bounds; of percent, whole where most of it is needed. */
export function domain(values, { lower, upper }) {
  const [least, most] = [Math.min(...values), Math.max(...values)];
  const air = (most - least) * 0.12 || Math.abs(most) * 0.05 || 1;
  const low = lower === null ? least - air : Math.max(lower, least - air);
  const high = upper === null ? most + air : Math.min(upper, most + air);
  const bounded = lower !== null && upper !== null;
  return bounded && high - low > 0.55 * (upper - lower) ? [lower, upper] : [low, high];
}
