// Who beats whom: how likely each model scores better than each other, taken as independent.

import { element } from "../dom.js";
import * as format from "../format.js";

/** A table of probabilities; rows against columns. */
export function pairsTable(forecasts, pairs) {
  const shown = forecasts.filter((one) => !one.abstained).sort((one, other) => order(one, other));
  if (shown.length < 2) return null;
  const better = new Map(pairs.flatMap(({ first, second, probability_first_better: share }) => [[`${first} ${second}`, share], [`${second} ${first}`, 1 - share]]));
  const cell = (row, column) => {
    if (row === column) return element("td", { class: "self", "aria-label": "the same model" });
    const share = better.get(`${row.question.model} ${column.question.model}`);
    const made = element("td", { class: "number heat" }, format.probability(share));
    made.style.setProperty("--heat", `${Math.round(share * 100)}%`);
    return made;
  };
  return element(
    "section",
    { class: "card" },
    element("h2", {}, "Who scores better?"),
    element("p", { class: "muted" }, "How likely the model of the row scores better than the model of the column, the forecasts taken as independent."),
    element(
      "div",
      { class: "table-frame scrolls", tabindex: 0, role: "region", "aria-label": "Probabilities, scrolls sideways" },
      element(
        "table",
        { class: "pairs" },
        element("thead", {}, element("tr", {}, element("td", {}), shown.map((one) => element("th", { scope: "col" }, one.question.model_name)))),
        element("tbody", {}, shown.map((row) => element("tr", {}, element("th", { scope: "row" }, row.question.model_name), shown.map((column) => cell(row, column))))),
      ),
    ),
  );
}

function order(one, other) {
  return one.question.higher_is_better ? other.median - one.median : one.median - other.median;
}
