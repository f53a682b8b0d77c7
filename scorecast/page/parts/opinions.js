// What the draws of a language model said for and against; nothing where none was asked.

import { element } from "../dom.js";
import * as format from "../format.js";

/** The opinions behind a forecast. */
export function opinionsPart({ opinions, unit }) {
  if (!opinions?.length) return null;
  return element("section", { class: "part" }, element("h3", {}, "What the language model said"), opinions.map((one) => opinion(one, unit)));
}

function opinion(told, unit) {
  const median = told.median === undefined ? (told.failure ?? "no answer") : `median ${format.score(told.median, unit)}`;
  return element(
    "details",
    {},
    element("summary", {}, element("strong", {}, told.framing), ` ${median}`, told.recalls ? element("span", { class: "note" }, "recalls the score") : null),
    reasons("For", told.reasons_for),
    reasons("Against", told.reasons_against),
    reasons("Would change its mind", told.would_change),
  );
}

function reasons(title, told) {
  if (!told?.length) return null;
  return [element("h4", {}, title), element("ul", {}, told.map((reason) => element("li", {}, reason)))];
}
