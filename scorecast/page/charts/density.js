// The density of a predictive distribution that is told by 99 quantiles: a Gaussian kernel over them, mirrored at the
// bounds of the metric. Source: Silverman, Density Estimation (1986), sections 2.4 and 2.10, with half his bandwidth,
// since quantiles are spread evenly and need less smoothing than a sample.

/** Points `{x, y}` from `low` to `high`; `y` is relative to the peak, 0 to 1. */
export function density(quantiles, [low, high], { lower, upper }, steps = 240) {
  const values = Object.values(quantiles);
  const width = bandwidth(values) || (high - low) / 200;
  const mirrored = [...values, ...reflected(values, lower), ...reflected(values, upper)];
  const points = Array.from({ length: steps + 1 }, (_, index) => {
    const x = low + ((high - low) * index) / steps;
    return { x, y: mirrored.reduce((sum, value) => sum + Math.exp(-(((x - value) / width) ** 2) / 2), 0) };
  });
  const peak = Math.max(...points.map((point) => point.y)) || 1;
  return points.map(({ x, y }) => ({ x, y: y / peak }));
}

function reflected(values, bound) {
  return bound === null ? [] : values.map((value) => 2 * bound - value);
}

function bandwidth(values) {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const spread = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
  const ordered = [...values].sort((one, other) => one - other);
  const middle = (ordered[Math.floor(values.length * 0.75)] - ordered[Math.floor(values.length * 0.25)]) / 1.34;
  return 0.45 * Math.min(spread, middle || spread) * values.length ** -0.2;
}
