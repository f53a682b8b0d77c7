// Benchmark runs: how good each forecaster is on questions whose answers are hidden from it; the newest first.

import { about, may } from "../about.js";
import { element } from "../dom.js";
import * as format from "../format.js";
import { benchForm } from "../parts/bench_form.js";
import { pager, passed } from "../parts/pager.js";
import { table } from "../parts/table.js";
import { address } from "../router.js";
import { get } from "../service.js";

const SHOWN = 20;
const MOST_NAMED = 3;

/** The view. */
export async function benchmark({ query }) {
  const runs = await get("/v1/bench-runs", { limit: SHOWN, cursor: passed(query).cursor });
  const begin = may(await about(), "admin") ? await benchForm() : null;
  return element(
    "section",
    { class: "view" },
    element("h1", {}, "Benchmark"),
    element("p", { class: "lead" }, "Scores that are known are hidden, and each forecaster says what they are."),
    begin,
    list(runs, query, begin),
  );
}

function list({ runs, next_cursor: next }, query, begin) {
  if (!runs.length) return element("p", { class: "empty" }, begin ? "No run yet. Begin one above." : "No run yet. Whoever has a key of the scope admin can begin one.");
  return [element("div", { class: "card flush" }, table("Benchmark runs", COLUMNS, runs)), pager(["benchmark"], query, { next, shown: SHOWN })];
}

const COLUMNS = [
  { title: "Run", kind: "main", cell: ({ id, asked }) => element("a", { href: address(["benchmark", id]) }, runName(asked)) },
  { title: "State", kind: "number", cell: stateNote },
  { title: "Begun", kind: "date", cell: ({ made_at: at }) => element("time", { datetime: at }, format.moment(at)) },
  { title: "Judged", kind: "by", cell: ({ asked, user }) => [named(asked.forecasters), user && element("span", { class: "muted" }, ` for ${user}`)] },
];

/** A run by what it asks: `ladder L1, seed 3, 200 a fold`. */
export function runName({ suite, parameters, seed, limit }) {
  const own = Object.entries(parameters).filter(([, value]) => value !== null).map(([name, value]) => (name === "level" ? value : `${name} ${[value].flat().join(",")}`));
  return [[suite, parameters.level].filter(Boolean).join(" "), ...own.filter((one) => one !== parameters.level), seed ? `seed ${seed}` : "", limit ? `${format.count(limit)} a fold` : ""].filter(Boolean).join(", ");
}

function stateNote({ state, progress: { parts } }) {
  const asked = parts.reduce((sum, part) => sum + part.questions, 0);
  const answered = parts.reduce((sum, part) => sum + part.answered, 0);
  return state === "running" && asked ? `running, ${format.probability(answered / asked)}` : state;
}

function named(names) {
  if (!names.length) return "all forecasters";
  const rest = names.length - MOST_NAMED;
  return `${names.slice(0, MOST_NAMED).join(", ")}${rest > 0 ? ` and ${rest} more` : ""}`;
}
