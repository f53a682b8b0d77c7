// Scores of forecasters: figures with their limits, coverage, breakdowns, and the plots of calibration.

import { pitChart, reliabilityChart } from "../charts/calibration_charts.js";
import { element } from "../dom.js";
import * as format from "../format.js";
import { table } from "./table.js";

const MOST_ROWS = 20;

/** What the figures of a table of scores mean. */
export const MEANING = "CRPS and errors in points of percent, lower is better. Skill is the share of climatology\u2019s CRPS that is saved; above 0 is better than the past outcomes of the same benchmark. Ranges are 95 % confidence intervals, clustered by model and benchmark.";

/** A column of a score with its limits, for rows with `scores`; `shown` may hold it back for a row. */
export function scoreColumn(title, name, shown = () => true) {
  return { title, kind: "number", cell: (row) => (shown(row) ? withLimits(row.scores, name) : "\u2013") };
}

/** Columns of the coverage of central intervals, for rows with `scores`. */
export function coverageColumns(percents = [50, 80, 90]) {
  return percents.map((percent) => ({ title: `In ${percent} %`, kind: "number", cell: ({ scores }) => format.share(scores[`cover${percent}`]) }));
}

function withLimits(scores, name) {
  const limits = scores.intervals?.[name];
  return [format.figure(scores[name]), limits && element("span", { class: "limits" }, `${format.figure(limits[0])} to ${format.figure(limits[1])}`)];
}

/** The reliability plot and the PIT histogram of one forecaster, side by side. */
export function calibrationPlots(calibration, counted) {
  return element(
    "div",
    { class: "pair" },
    plot("Reliability", "Calibrated forecasts lie on the dashed line; within the band, chance alone could explain the distance.", reliabilityChart(calibration, counted)),
    plot("Where outcomes fell", "Calibrated forecasts have even columns. High ends: too narrow; a hump: too wide; a slope: biased.", pitChart(calibration)),
  );
}

function plot(title, about, chart) {
  return element("figure", {}, element("h3", {}, title), chart, element("figcaption", {}, about));
}

/** Tables of the parts of a forecaster's scores, folded; `titles` by the name of the part. */
export function breakdowns(scores, titles, counted) {
  const columns = [
    { title: "", kind: "main", cell: ({ name }) => name },
    { title: counted, kind: "number", cell: ({ scores: part }) => format.count(part.n) },
    scoreColumn("CRPS", "crps"),
    scoreColumn("Skill", "skill_climatology"),
    ...coverageColumns([80]),
  ];
  return Object.entries(titles).map(([part, title]) => {
    const rows = Object.entries(scores[part] ?? {}).map(([name, own]) => ({ name, scores: own }));
    if (!rows.length) return null;
    const shown = rows.sort((one, other) => other.scores.n - one.scores.n).slice(0, MOST_ROWS);
    return element("details", { class: "breakdown" }, element("summary", {}, title), table(title, columns, shown, { labelled: true }));
  });
}
