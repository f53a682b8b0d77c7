// One benchmark run: how far it is, and when it is done, what it has shown.

import { about, may } from "../about.js";
import { announce, element, fill } from "../dom.js";
import * as format from "../format.js";
import { benchProgress } from "../parts/bench_progress.js";
import { benchScores } from "../parts/bench_scores.js";
import { problemNote } from "../parts/problem.js";
import { address } from "../router.js";
import { get, post } from "../service.js";
import { runName } from "./benchmark.js";

const PAUSE = 1500;
const OPEN = new Set(["waiting", "running"]);
const GONE = new Set([401, 403, 404]);

/** The view of the run whose id stands in the address; it follows the run until that has ended. */
export async function benchRun({ parts: [, id] }) {
  const view = element("section", { class: "view" });
  const path = `/v1/bench-runs/${encodeURIComponent(id)}`;
  const told = await get(path);
  draw(view, told, may(await about(), "admin"), path);
  return view;
}

function draw(view, told, mine, path) {
  const shown = element("div", { class: "answer" });
  const cancel = mine && OPEN.has(told.state) && element("div", {}, element("button", { type: "button", class: "plain", onclick: () => end() }, "Cancel the run"));
  const redraw = (later) => {
    if (OPEN.has(later.state)) return fill(shown, benchProgress(later));
    announce(`The run is ${later.state}`);
    return draw(view, later, mine, path);
  };
  const end = async () => {
    try {
      redraw(await post(`${path}/cancel`, {}));
    } catch (error) {
      fill(shown, problemNote(error));
    }
  };
  fill(view, crumbs(told), element("h1", {}, runName(told.asked)), facts(told), shown, cancel);
  if (told.summary) fill(shown, benchScores(told));
  else if (OPEN.has(told.state)) follow(view, told, shown, path, redraw);
  else fill(shown, element("p", { class: told.reason ? "problem" : "empty" }, told.reason || "It was cancelled. A run that asks the same goes on from what was answered."));
}

/** Ask again and again while the view is shown. */
function follow(view, told, shown, path, redraw) {
  fill(shown, benchProgress(told));
  const look = async () => {
    if (!view.isConnected || !shown.isConnected) return;
    try {
      const later = await get(path);
      if (shown.isConnected) redraw(later);
      if (OPEN.has(later.state)) setTimeout(look, PAUSE);
    } catch (error) {
      fill(shown, problemNote(error));
      if (!GONE.has(error.status)) setTimeout(look, 4 * PAUSE);
    }
  };
  setTimeout(look, PAUSE);
}

function crumbs({ id }) {
  return element("p", { class: "crumbs" }, element("a", { href: address(["benchmark"]) }, "Benchmark"), element("span", { "aria-hidden": true }, " / "), element("span", { class: "hash" }, id));
}

function facts({ state, user, made_at: at, asked, progress, summary }) {
  const fact = (title, value) => value && [element("dt", {}, title), element("dd", {}, value)];
  return element(
    "dl",
    { class: "facts" },
    fact("State", !OPEN.has(state) && state),
    fact("Begun", `${format.moment(at)}${user ? ` for ${user}` : ""}`),
    fact("As of", asked.as_of && format.day(asked.as_of)),
    fact("Questions", summary && format.count(summary.result.questions)),
    fact("Work", summary && format.duration(progress.seconds)),
    fact("Stopped after", asked.max_minutes && `${asked.max_minutes} min of work`),
  );
}
