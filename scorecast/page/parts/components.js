// The component forecasts: what each said as a bar on one axis, and how much it counted.

import { axisFigure, barFigure } from "../charts/interval_bar.js";
import { domain } from "../charts/scale.js";
import { element } from "../dom.js";
import * as format from "../format.js";

/** The components of a forecast; nothing where it has none. */
export function componentsPart(forecast) {
  const parts = [...forecast.components].sort((one, other) => other.weight - one.weight);
  if (!parts.length) return null;
  const ends = domain([...parts, forecast].flatMap((part) => part.intervals["90"]), forecast.question);
  return element(
    "section",
    { class: "part" },
    element("h3", {}, "Component forecasts"),
    element("ul", { class: "components" }, parts.map((part) => component(part, ends, forecast)), pooled(forecast, ends), element("li", { class: "axis-row", "aria-hidden": true }, axisFigure(ends, forecast.unit))),
    forecast.weighing && element("p", { class: "muted" }, forecast.weighing),
  );
}

function component(part, ends, { unit, median }) {
  const told = `${part.name}: median ${format.score(part.median, unit)}, 90 % interval ${format.range(part.intervals["90"], unit)}`;
  return element(
    "li",
    {},
    element("div", { class: "component-name" }, element("strong", {}, part.name.replaceAll("-", " ")), element("span", { class: "muted" }, part.reason)),
    element("div", { class: "component-weight" }, element("span", { class: "tabular" }, format.probability(part.weight)), meter(part.weight)),
    element("div", { class: "component-bar" }, barFigure(told, part, ends, { also: median })),
    element("div", { class: "component-median tabular" }, format.score(part.median, unit)),
  );
}

function pooled(forecast, ends) {
  const told = `together: median ${format.score(forecast.median, forecast.unit)}`;
  return element(
    "li",
    { class: "pooled" },
    element("div", { class: "component-name" }, element("strong", {}, "together"), element("span", { class: "muted" }, "weighed, then calibrated on past forecasts")),
    element("div", { class: "component-weight" }),
    element("div", { class: "component-bar" }, barFigure(told, forecast, ends)),
    element("div", { class: "component-median tabular" }, format.score(forecast.median, forecast.unit)),
  );
}

function meter(weight) {
  const inner = element("span", { class: "meter-fill" });
  inner.style.width = `${Math.round(weight * 100)}%`;
  return element("span", { class: "meter", "aria-hidden": true }, inner);
}
