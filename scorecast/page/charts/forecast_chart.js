// A forecast as a picture: the predictive density with its central intervals, the threshold, what was reported, and
// the known scores of other models on the same benchmark below the axis.

import { drawn } from "../dom.js";
import * as format from "../format.js";
import { axis, grid } from "./axis.js";
import { density } from "./density.js";
import { figure, line, path, text } from "./figure.js";
import { placed } from "./labels.js";
import { domain, linear } from "./scale.js";

const HEAD = 44;
const SIDE = 6;
const ROW = 17;
const ROWS = 3;

/** The ends of the axis that all parts of one forecast's picture share. */
export function ends(forecast) {
  const reported = forecast.already_reported.map((record) => record.value);
  const marks = [forecast.quantiles["0.01"], forecast.quantiles["0.99"], ...reported];
  if (forecast.threshold) marks.push(forecast.threshold.value);
  return domain(marks, forecast.question);
}

/**
 * The picture.
 *
 * @param forecast as the service tells it, not an abstention.
 * @param known scores of other models, `{name, value, near}`, the nearest first.
 * @param outcome the score that came of it; null while it is awaited.
 */
export function forecastChart(forecast, known, outcome = null) {
  return figure(sentence(forecast, known, outcome), (width) => draw(forecast, known, outcome, width), { kind: "forecast-figure" });
}

function draw(forecast, known, outcome, width) {
  const [low, high] = ends(forecast);
  const at = linear([low, high], [SIDE, width - SIDE]);
  const tall = width < 520 ? 130 : 180;
  const floor = HEAD + tall;
  const strip = known.length ? below(known, at, [low, high], { top: floor + 34, width, unit: forecast.unit }) : null;
  const marks = [...reported(forecast), ...(outcome === null ? [] : [{ value: outcome, told: `came out at ${format.score(outcome, forecast.unit)}`, kind: "outcome" }])];
  return {
    height: floor + 34 + (strip ? strip.height : 0),
    parts: [
      grid(at, [low, high], { top: HEAD, bottom: floor, width }),
      hill(forecast, at, [low, high], { floor, tall }),
      heads(forecast, marks, at, { floor, width }),
      axis(at, [low, high], forecast.unit, { y: floor, width }),
      strip?.parts,
    ],
  };
}

function hill(forecast, at, span, { floor, tall }) {
  const points = density(forecast.quantiles, span, forecast.question);
  const place = ({ x, y }) => [at(x), floor - y * (tall - 6)];
  const slice = ([low, high]) => {
    const part = points.filter(({ x }) => x > low && x < high);
    const edge = (x) => ({ x, y: between(points, x) });
    const top = [edge(Math.max(low, span[0])), ...part, edge(Math.min(high, span[1]))].map(place);
    return path([[top[0][0], floor], ...top, [top.at(-1)[0], floor]]);
  };
  return [
    drawn("path", { d: slice(span), class: "hill" }),
    ["90", "80", "50"].map((percent) => drawn("path", { d: slice(forecast.intervals[percent]), class: `band band-${percent}` })),
    drawn("path", { d: path(points.map(place)), class: "outline" }),
    line(at(forecast.median), floor, at(forecast.median), place({ x: forecast.median, y: between(points, forecast.median) })[1], "median"),
  ];
}

function between(points, x) {
  const after = points.findIndex((point) => point.x >= x);
  if (after <= 0) return points.at(after < 0 ? -1 : 0).y;
  const [one, other] = [points[after - 1], points[after]];
  return one.y + ((other.y - one.y) * (x - one.x)) / (other.x - one.x || 1);
}

function reported(forecast) {
  const values = forecast.already_reported.map((record) => record.value);
  if (!values.length) return [];
  const told = values.length === 1 ? `reported ${format.score(values[0], forecast.unit)}` : `${values.length} reports`;
  return values.map((value, index) => ({ value, told: index ? "" : told, kind: "reported" }));
}

function heads(forecast, marks, at, { floor, width }) {
  const { threshold, unit } = forecast;
  const wanted = [{ x: at(forecast.median), text: `median ${format.score(forecast.median, unit)}`, kind: "median-text", to: null }];
  if (threshold) wanted.push({ x: at(threshold.value), text: chance(forecast), kind: "threshold-text" });
  wanted.push(...marks.filter((mark) => mark.told).map((mark) => ({ x: at(mark.value), text: mark.told, kind: `${mark.kind}-text` })));
  const labels = placed(wanted, { width, rows: 2, size: 13, weight: 600 });
  return [
    threshold && line(at(threshold.value), HEAD - 4, at(threshold.value), floor, "threshold"),
    marks.map(({ value, kind }) => [
      line(at(value), HEAD - 4, at(value), floor, `mark ${kind}`),
      drawn("circle", { cx: at(value).toFixed(1), cy: floor, r: 5, class: `dot ${kind}` }),
    ]),
    labels.map(({ left, row, text: told, kind }) => text(left, 30 - row * 18, told, { class: `head-text ${kind}` })),
  ];
}

function chance({ threshold, question, unit }) {
  const share = question.higher_is_better ? threshold.probability_at_least : threshold.probability_at_most;
  return `${question.higher_is_better ? "\u2265" : "\u2264"} ${format.asked(threshold.value, unit)}: ${format.probability(share)}`;
}

function below(known, at, [low, high], { top, width, unit }) {
  const seen = known.filter(({ value }) => value >= low && value <= high);
  const named = placed(
    seen.filter(({ near }) => near).map((one) => ({ ...one, x: at(one.value), text: `${one.name} ${format.number(one.value, unit)}` })),
    { width, rows: ROWS, size: 12 },
  );
  const deep = named.length ? Math.max(...named.map(({ row }) => row)) + 1 : 0;
  const y = (row) => top + 54 + row * ROW;
  return {
    height: 54 + deep * ROW + 4,
    parts: [
      text(SIDE, top + 14, beyond(known, [low, high]), { class: "axis-title" }),
      seen.map((one) =>
        drawn("line", { x1: at(one.value), x2: at(one.value), y1: top + 22, y2: top + 36, class: one.near ? "known near" : "known" },
          drawn("title", {}, `${one.name}: ${format.score(one.value, unit)}`)),
      ),
      named.map(({ x, left, width: wide, row }) => line(x, top + 36, Math.max(left + 2, Math.min(left + wide - 2, x)), y(row) - 11, "leader")),
      named.map(({ left, row, text: told }) => text(left, y(row), told, { class: "known-text" })),
    ],
  };
}

function beyond(known, [low, high]) {
  const fewer = known.filter(({ value }) => value < low).length;
  const more = known.filter(({ value }) => value > high).length;
  const outside = [fewer && `${fewer} below`, more && `${more} above`].filter(Boolean).join(", ");
  const all = `Known scores of ${format.count(known.length)} other model${known.length === 1 ? "" : "s"}`;
  return outside ? `${all} (${outside} this range)` : all;
}

function sentence(forecast, known, outcome) {
  const { question, unit, intervals, median } = forecast;
  const told = [`Forecast of ${question.model_name} on ${question.benchmark_name}: median ${format.score(median, unit)}`];
  told.push(...Object.entries(intervals).map(([percent, pair]) => `${percent} % interval ${format.range(pair, unit)}`));
  if (forecast.threshold) told.push(`probability of ${chance(forecast)}`);
  if (outcome !== null) told.push(`it came out at ${format.score(outcome, unit)}`);
  if (known.length) told.push(`${known.length} other models have known scores`);
  return `${told.join("; ")}.`;
}
