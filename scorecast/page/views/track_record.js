// The track record: whether the forecasts of this service came true, forecaster by forecaster.

import { pitChart, reliabilityChart } from "../charts/calibration_charts.js";
import { element } from "../dom.js";
import * as format from "../format.js";
import { problemNote } from "../parts/problem.js";
import { table } from "../parts/table.js";
import { address } from "../router.js";
import { get } from "../service.js";

/** The view. */
export async function trackRecord() {
  return element(
    "section",
    { class: "view" },
    element("h1", {}, "Track record"),
    element("p", { class: "lead" }, "Only foresight counts: forecasts that were issued before their outcome was public."),
    await tracks(),
  );
}

async function tracks() {
  try {
    const { tracks: found } = await get("/v1/track-record");
    return found.length ? [overview(found), found.map(track)] : nothing();
  } catch (error) {
    return problemNote(error);
  }
}

function nothing() {
  return element(
    "div",
    { class: "empty" },
    element("p", {}, "There is no track record yet. Forecasts wait for their outcomes: settle one in the ", element("a", { href: address(["ledger"], { resolved: "false" }) }, "ledger"), ", or import the records that bring them."),
  );
}

function overview(found) {
  const columns = [
    { title: "Forecaster", kind: "main", cell: ({ name, of }) => [name, of && element("span", { class: "note" }, `same questions as ${of}`)] },
    { title: "Settled", kind: "number", cell: ({ scores }) => format.count(scores.n) },
    { title: "CRPS", kind: "number", cell: ({ scores }) => withLimits(scores, "crps", 2) },
    { title: "Median error", kind: "number", cell: ({ scores }) => withLimits(scores, "medae", 2) },
    { title: "Skill", kind: "number", cell: ({ scores, of }) => (of ? "\u2013" : withLimits(scores, "skill_climatology", 2)) },
    ...["50", "80", "90"].map((percent) => ({ title: `In ${percent} %`, kind: "number", cell: ({ scores }) => format.share(scores[`cover${percent}`]) })),
  ];
  const rows = found.flatMap(({ forecaster, result }) => Object.entries(result.forecasters).map(([name, scores]) => ({ name, scores, of: scores.baseline ? forecaster : "" })));
  return element(
    "section",
    { class: "card" },
    element("h2", {}, "Scores by forecaster"),
    table("Scores by forecaster", columns, rows, { labelled: true }),
    element("p", { class: "muted" }, "CRPS and errors in points of percent, lower is better. Skill is the share of climatology\u2019s CRPS that is saved; above 0 is better than the past outcomes of the same benchmark. Ranges are 95 % confidence intervals, clustered by model and benchmark."),
  );
}

function withLimits(scores, name, places) {
  const limits = scores.intervals?.[name];
  return [format.figure(scores[name], places), limits && element("span", { class: "limits" }, `${format.figure(limits[0], places)} to ${format.figure(limits[1], places)}`)];
}

function track({ forecaster, counted, hindsight, repeated, calibration, result }) {
  const aside = [hindsight && `${hindsight} issued when the outcome was public`, repeated && `${repeated} further answers to the same question`].filter(Boolean).join(", ");
  return element(
    "section",
    { class: "card" },
    element("h2", {}, forecaster),
    element("p", { class: "muted" }, `${format.count(counted)} forecast${counted === 1 ? "" : "s"} counted${aside ? `; not scored: ${aside}` : ""}.`),
    element(
      "div",
      { class: "pair" },
      plot("Reliability", "Calibrated forecasts lie on the dashed line; within the band, chance alone could explain the distance.", reliabilityChart(calibration, counted)),
      plot("Where outcomes fell", "Calibrated forecasts have even columns. High ends: too narrow; a hump: too wide; a slope: biased.", pitChart(calibration)),
    ),
    parts(result.forecasters[forecaster]),
  );
}

const PARTS = { groups: "By horizon", levels: "By what was known", benchmarks: "By benchmark" };

function parts(scores) {
  return Object.entries(PARTS).map(([name, title]) => {
    const rows = Object.entries(scores[name] ?? {}).sort(([, one], [, other]) => other.n - one.n);
    if (!rows.length) return null;
    return element("details", { class: "breakdown" }, element("summary", {}, title), table(title, BREAKDOWN, rows.slice(0, MOST_ROWS), { labelled: true }));
  });
}

const MOST_ROWS = 20;
const BREAKDOWN = [
  { title: "", kind: "main", cell: ([name]) => name },
  { title: "Settled", kind: "number", cell: ([, scores]) => format.count(scores.n) },
  { title: "CRPS", kind: "number", cell: ([, scores]) => withLimits(scores, "crps", 2) },
  { title: "Skill", kind: "number", cell: ([, scores]) => withLimits(scores, "skill_climatology", 2) },
  { title: "In 80 %", kind: "number", cell: ([, scores]) => format.share(scores.cover80) },
];

function plot(title, about, chart) {
  return element("figure", {}, element("h3", {}, title), chart, element("figcaption", {}, about));
}
