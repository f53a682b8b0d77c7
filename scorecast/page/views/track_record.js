// The track record: whether the forecasts of this service came true, forecaster by forecaster.

import { element } from "../dom.js";
import * as format from "../format.js";
import { choice, field, form } from "../parts/fields.js";
import { problemNote } from "../parts/problem.js";
import { breakdowns, calibrationPlots, coverageColumns, MEANING, scoreColumn } from "../parts/scores.js";
import { table } from "../parts/table.js";
import { address, go } from "../router.js";
import { get } from "../service.js";

/** The view; by which horizon or user it is broken down, and whose forecasts it counts, stand in the address. */
export async function trackRecord({ query }) {
  return element(
    "section",
    { class: "view" },
    element("h1", {}, "Track record"),
    element("p", { class: "lead" }, "Only foresight counts: forecasts that were issued before their outcome was public."),
    narrowing(query),
    await tracks(query),
  );
}

function narrowing(query) {
  const by = choice("Broken down", [["", "by horizon"], ["user", "by user"]], query.get("by") ?? "");
  const user = field("User", { value: query.get("user") ?? "", placeholder: "everybody" });
  const send = () => go(["track-record"], { by: by.input.value, user: user.input.value.trim() });
  by.input.addEventListener("change", send);
  const row = element("div", { class: "row" }, element("button", { type: "submit" }, "Narrow"), query.size > 0 && element("a", { class: "button plain", href: address(["track-record"]) }, "Clear"));
  return element("div", { class: "panel" }, form({ role: "search", "aria-label": "Track record" }, [element("div", { class: "fields" }, by, user), row], send));
}

async function tracks(query) {
  const byUser = query.get("by") === "user";
  const user = query.get("user") ?? "";
  try {
    const { tracks: found } = await get("/v1/track-record", { by_user: byUser, user });
    return found.length ? [overview(found), found.map((one) => track(one, byUser))] : nothing(user);
  } catch (error) {
    return problemNote(error);
  }
}

function nothing(user) {
  if (user) return element("p", { class: "empty" }, `No settled forecast of ${user} counts yet.`);
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

const PARTS = { levels: "By what was known", benchmarks: "By benchmark" };

/** What settled forecasts do to new ones, in a sentence for each that is told apart. */
function inForce({ forecaster, settled, worth, shift, spread }) {
  const moved = Math.abs(shift) < 0.005 ? "not moved" : `moved ${shift > 0 ? "up" : "down"} by ${format.figure(Math.abs(shift))} probits`;
  return element(
    "p",
    { class: "muted" },
    `New forecasts of ${forecaster} are recalibrated by ${format.count(settled)} settled ones, worth ${format.count(Math.round(worth))} independent ones: ${moved}, ${format.figure(spread)} times as wide; more or less by what is known and by benchmark.`,
  );
}

function track({ forecaster, counted, hindsight, repeated, calibration, recalibration, result }, byUser) {
  const aside = [hindsight && `${hindsight} issued when the outcome was public`, repeated && `${repeated} further answers to the same question`].filter(Boolean).join(", ");
  return element(
    "section",
    { class: "card" },
    element("h2", {}, forecaster),
    element("p", { class: "muted" }, `${format.count(counted)} forecast${counted === 1 ? "" : "s"} counted${aside ? `; not scored: ${aside}` : ""}.`),
    recalibration.filter(({ settled }) => settled > 0).map(inForce),
    calibrationPlots(calibration, counted),
    breakdowns(result.forecasters[forecaster], { groups: byUser ? "By user" : "By horizon", ...PARTS }, "Settled"),
  );
}
