// The track record: whether the forecasts of this service came true, forecaster by forecaster.

import { element } from "../dom.js";
import * as format from "../format.js";
import { problemNote } from "../parts/problem.js";
import { breakdowns, calibrationPlots, coverageColumns, MEANING, scoreColumn } from "../parts/scores.js";
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
    scoreColumn("CRPS", "crps"),
    scoreColumn("Median error", "medae"),
    scoreColumn("Skill", "skill_climatology", ({ of }) => !of),
    ...coverageColumns(),
  ];
  const rows = found.flatMap(({ forecaster, result }) => Object.entries(result.forecasters).map(([name, scores]) => ({ name, scores, of: scores.baseline ? forecaster : "" })));
  return element(
    "section",
    { class: "card" },
    element("h2", {}, "Scores by forecaster"),
    table("Scores by forecaster", columns, rows, { labelled: true }),
    element("p", { class: "muted" }, MEANING),
  );
}

const PARTS = { groups: "By horizon", levels: "By what was known", benchmarks: "By benchmark" };

function track({ forecaster, counted, hindsight, repeated, calibration, result }) {
  const aside = [hindsight && `${hindsight} issued when the outcome was public`, repeated && `${repeated} further answers to the same question`].filter(Boolean).join(", ");
  return element(
    "section",
    { class: "card" },
    element("h2", {}, forecaster),
    element("p", { class: "muted" }, `${format.count(counted)} forecast${counted === 1 ? "" : "s"} counted${aside ? `; not scored: ${aside}` : ""}.`),
    calibrationPlots(calibration, counted),
    breakdowns(result.forecasters[forecaster], PARTS, "Settled"),
  );
}
