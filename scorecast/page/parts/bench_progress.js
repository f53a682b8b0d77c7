// How far a benchmark run is: what is being done, how long it will take, and a bar a forecaster.

import { element, newId } from "../dom.js";
import * as format from "../format.js";

const STAGES = {
  preparing: "Making the questions",
  answering: "Answering",
  scoring: "Scoring, and drawing the report",
};

/** How far an open run is. */
export function benchProgress({ state, progress: { stage, parts, seconds, seconds_left: left } }) {
  const waits = state === "waiting";
  const told = waits ? "It begins when the runs before it are done." : [`${format.duration(seconds)} of work so far`, stage === "answering" && left !== null && `about ${format.duration(left)} of answering left`].filter(Boolean).join(", ");
  return element(
    "section",
    { class: "card", "aria-label": "Progress" },
    element("h2", {}, waits ? "Waiting" : STAGES[stage]),
    element("p", { class: "muted" }, told),
    parts.length > 0 && element("ul", { class: "bars" }, parts.map(bar)),
  );
}

function bar({ forecaster, answered, questions }) {
  const name = element("span", { id: newId("bar") }, forecaster);
  return element(
    "li",
    {},
    name,
    element("progress", { max: questions, value: answered, "aria-labelledby": name.id }),
    element("span", { class: "tabular muted" }, `${format.count(answered)} of ${format.count(questions)}`),
  );
}
