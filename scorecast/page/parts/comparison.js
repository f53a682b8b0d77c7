// Forecasts side by side: a bar each, on one axis for those that share a scale, the best first.

import { axisFigure, barFigure } from "../charts/interval_bar.js";
import { domain } from "../charts/scale.js";
import { element } from "../dom.js";
import * as format from "../format.js";
import { address } from "../router.js";

/**
 * Rows of forecasts.
 *
 * @param title of the whole.
 * @param forecasts as the service tells them, abstentions included.
 * @param name what a row is called.
 */
export function comparisonRows(title, forecasts, name) {
  const groups = Map.groupBy(forecasts.filter((one) => !one.abstained), scale);
  const reported = forecasts.some((one) => one.already_reported.length);
  const silent = forecasts.filter((one) => one.abstained);
  return element(
    "section",
    { class: "card" },
    element("h2", {}, title),
    [...groups.values()].map((group) => rows(group, name)),
    silent.map((one) => element("p", { class: "callout" }, `${name(one)}: no forecast. ${one.reason}`)),
    element("p", { class: "legend muted" }, swatch("50"), "50 %", swatch("80"), "80 %", swatch("90"), "90 % interval", reported && [element("span", { class: "swatch swatch-dot", "aria-hidden": true }), "reported"]),
  );
}

function scale({ unit, question }) {
  const bounded = question.lower !== null && question.upper !== null;
  return JSON.stringify([unit, question.lower, question.upper, question.higher_is_better, bounded ? "" : question.benchmark]);
}

function rows(group, name) {
  const [{ unit, question }] = group;
  const best = question.higher_is_better ? (one, other) => other.median - one.median : (one, other) => one.median - other.median;
  const ends = domain(group.flatMap((one) => [...one.intervals["90"], ...one.already_reported.map(({ value }) => value)]), question);
  return [
    element("p", { class: "muted" }, format.told(question, unit, new Set(group.map((one) => one.question.metric)).size > 1)),
    element("ol", { class: "compared" }, [...group].sort(best).map((one) => row(one, name, ends)), element("li", { class: "axis-row", "aria-hidden": true }, axisFigure(ends, unit))),
  ];
}

function row(one, name, ends) {
  const told = `${name(one)}: median ${format.score(one.median, one.unit)}, 80 % interval ${format.range(one.intervals["80"], one.unit)}`;
  const [report] = one.already_reported;
  return element(
    "li",
    {},
    element("div", { class: "compared-name" }, element("a", { href: address(["ledger", one.id]) }, name(one)), report && element("span", { class: "muted" }, `reported ${format.score(report.value, one.unit)}`)),
    element("div", { class: "compared-bar" }, barFigure(told, one, ends, { outcome: report ? report.value : null })),
    element("div", { class: "compared-median tabular" }, element("strong", {}, format.score(one.median, one.unit)), element("span", { class: "muted" }, format.range(one.intervals["80"], one.unit))),
  );
}

function swatch(percent) {
  return element("span", { class: `swatch swatch-${percent}`, "aria-hidden": true });
}
