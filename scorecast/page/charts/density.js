// The density of a predictive distribution that is told by 99 quantiles: a Gaussian kernel over them, mirrored at the
// bounds of the metric. Each kernel is as wide as the gaps around its quantile, so that sparse tails are smooth, and at
// least 0.6 of Silverman's bandwidth: quantiles are spread evenly and need less smoothing than a sample. Source:
// Silverman, Density Estimation (1986), sections 2.4 (bandwidth), 2.6 (variable kernels) and 2.10 (mirroring).

const GAPS = 3;

/** Points `{x, y}` from `low` to `high`; `y` is relative to the peak, 0 to 1. */
export function density(quantiles, [low, high], { lower, upper }, steps = 240) {
  const values = Object.values(quantiles).sort((one, other) => one - other);
  const least = bandwidth(values) || (high - low) / 200;
  const kernels = values.map((at, index) => ({ at, width: Math.max(least, GAPS * gap(values, index)) }));
  const mirrored = [...kernels, ...reflected(kernels, lower), ...reflected(kernels, upper)];
  const points = Array.from({ length: steps + 1 }, (_, index) => {
    const x = low + ((high - low) * index) / steps;
    return { x, y: mirrored.reduce((sum, { at, width }) => sum + Math.exp(-(((x - at) / width) ** 2) / 2) / width, 0) };
  });
  const peak = Math.max(...points.map((point) => point.y)) || 1;
  return points.map(({ x, y }) => ({ x, y: y / peak }));
}

function gap(values, index) {
  return (values[Math.min(index + 1, values.length - 1)] - values[Math.max(index - 1, 0)]) / 2;
}

function reflected(kernels, bound) {
  return bound === null ? [] : kernels.map(({ at, width }) => ({ at: 2 * bound - at, width }));
}

function bandwidth(values) {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const spread = Math.sqrt(values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length);
  const middle = (values[Math.floor(values.length * 0.75)] - values[Math.floor(values.length * 0.25)]) / 1.34;
  return 0.6 * Math.min(spread, middle || spread) * values.length ** -0.2;
}
