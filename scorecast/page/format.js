// How scores, probabilities, dates and names are written.

const PLACES = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 1, minimumFractionDigits: 1 });
const FEW = new Intl.NumberFormat("en-GB", { maximumSignificantDigits: 3 });
const WHOLE = new Intl.NumberFormat("en-GB", { maximumFractionDigits: 0 });
const DAY = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "short", year: "numeric", timeZone: "UTC" });
const MOMENT = new Intl.DateTimeFormat("en-GB", {
  day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit", timeZone: "UTC",
});

/** A number in the unit of a benchmark, without the unit's sign: `48.1`, `1,204`. */
export function number(value, unit) {
  if (unit === "percent") return PLACES.format(value);
  return Math.abs(value) >= 1000 ? WHOLE.format(value) : FEW.format(value);
}

/** A score whose unit is not known here. */
export function bare(value) {
  return number(value, Math.abs(value) >= 1000 ? "points" : "percent");
}

/** A score with its unit: `48.1 %`, `$1,204`, `1,204`. */
export function score(value, unit) {
  if (unit === "usd") return `${value < 0 ? "\u2212" : ""}$${number(Math.abs(value), unit)}`;
  return `${number(value, unit)}${unit === "percent" ? "\u00a0%" : ""}`;
}

/** A score as somebody wrote it: `50 %`, without a place that says nothing. */
export function asked(value, unit) {
  return score(value, unit).replace(/\.0(?=\D|$)/, "");
}

/** Two ends of an interval: `34.8 to 61.0 %`. */
export function range([low, high], unit) {
  return unit === "percent" ? `${number(low, unit)} to ${score(high, unit)}` : `${score(low, unit)} to ${score(high, unit)}`;
}

/** A probability: `43 %`, `< 1 %`. */
export function probability(share) {
  if (share > 0 && share < 0.01) return "< 1\u00a0%";
  if (share < 1 && share > 0.99) return "> 99\u00a0%";
  return `${Math.round(share * 100)}\u00a0%`;
}

/** A share: `80.4 %`. */
export function share(value) {
  return value === null || value === undefined ? "\u2013" : `${PLACES.format(value * 100)}\u00a0%`;
}

/** A whole number: `28,724`. */
export function count(value) {
  return WHOLE.format(value);
}

/** A figure of two places, or a dash where there is none. */
export function figure(value, places = 2) {
  return value === null || value === undefined ? "\u2013" : value.toFixed(places).replace("-", "\u2212");
}

/** `2026-11-21` as `21 Nov 2026`. */
export function day(iso) {
  const date = new Date(iso);
  return Number.isNaN(date.getTime()) ? String(iso) : DAY.format(date);
}

/** A moment in coordinated universal time: `21 Nov 2026, 14:54 UTC`. */
export function moment(iso) {
  const date = new Date(iso);
  return Number.isNaN(date.getTime()) ? String(iso) : `${MOMENT.format(date)} UTC`;
}

/** A length of time: `40 s`, `3 min`, `2 h 5 min`. */
export function duration(seconds) {
  if (seconds < 90) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 90 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

const UNITS = { percent: "percent", usd: "US dollars", rating: "rating", points: "points" };

/** What scores are told in: `accuracy in percent, higher is better`; without the metric where there are several. */
export function told(question, unit, several = false) {
  const name = several ? UNITS[unit] : question.metric.replaceAll("_", " ");
  const kind = name === UNITS[unit] ? name : `${name} in ${UNITS[unit] ?? unit}`;
  return `${kind}, ${question.higher_is_better ? "higher" : "lower"} is better`;
}

/** A setting: `5 shots, effort high`. */
export function setting(fields) {
  return Object.entries(fields ?? {})
    .filter(([, value]) => value !== null && value !== "")
    .map(([name, value]) => (name === "shots" ? `${value} shots` : `${name} ${value}`))
    .join(", ");
}

const BASES = { release: "release of the model", snapshot: "snapshot of the source" };

/** What a date stands for where the source did not give it; empty for reported dates. */
export function basis(name) {
  return BASES[name] ?? "";
}
