// What a finished benchmark run has shown: who is ahead, all scores with their limits, calibration, and the files.

import { element, fill } from "../dom.js";
import * as format from "../format.js";
import { key } from "../key.js";
import { choice } from "./fields.js";
import { fileLink } from "./files.js";
import { breakdowns, calibrationPlots, coverageColumns, MEANING, scoreColumn } from "./scores.js";
import { table } from "./table.js";

const COLUMNS = [
  { title: "Forecaster", kind: "main", cell: ({ name, scores }) => [name, scores.baseline && element("span", { class: "note" }, "baseline")] },
  { title: "Answered", kind: "number", cell: ({ scores }) => format.count(scores.n) },
  scoreColumn("CRPS", "crps"),
  scoreColumn("Median error", "medae"),
  scoreColumn("Skill", "skill_climatology"),
  ...coverageColumns(),
  { title: "Width of 90 %", kind: "number", cell: ({ scores }) => format.figure(scores.width90_median, 1) },
];

/** The scores of a run. */
export function benchScores({ id, summary: { headline, result, calibration } }) {
  const rows = Object.entries(result.forecasters).map(([name, scores]) => ({ name, scores }));
  return [
    headline && element("p", { class: "callout" }, headline),
    element(
      "section",
      { class: "card" },
      element("h2", {}, "Scores by forecaster"),
      table("Scores by forecaster", COLUMNS, rows, { labelled: true }),
      element("p", { class: "muted" }, MEANING),
    ),
    one(result, calibration),
    files(id),
  ];
}

function one(result, calibration) {
  const names = Object.keys(result.forecasters).filter((name) => calibration[name]);
  if (!names.length) return null;
  const chosen = choice("Calibration of", names.map((name) => [name, name]), names[0]);
  const shown = element("div", {});
  const redraw = () => {
    const scores = result.forecasters[chosen.input.value];
    fill(shown, calibrationPlots(calibration[chosen.input.value], scores.n), breakdowns(scores, { groups: "By part of the suite" }, "Answered"));
  };
  chosen.input.addEventListener("change", redraw);
  redraw();
  return element("section", { class: "card" }, element("h2", {}, "One by one"), element("div", { class: "narrow" }, chosen), shown);
}

function files(id) {
  const path = `/v1/bench-runs/${id}`;
  return element(
    "section",
    { class: "card" },
    element("h2", {}, "To read elsewhere"),
    element("p", { class: "muted" }, "The report is one page with every table and figure, the worst misses and all paired differences; it needs no network."),
    element(
      "div",
      { class: "row" },
      !key() && element("a", { class: "button", href: `${path}/report`, target: "_blank", rel: "noopener" }, "Open the report"),
      fileLink("Save the report", `${path}/report?download=true`, `bench-${id}.html`),
      fileLink("Forecasts as CSV", `${path}/forecasts.csv`, `bench-${id}.csv`),
      fileLink("All scores as JSON", `${path}/result`, `bench-${id}.json`),
    ),
  );
}
