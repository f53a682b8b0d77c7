// A problem, told where it arose: what happened, and which names were near.

import { element } from "../dom.js";
import { Problem } from "../service.js";

/** A note on an error; of one that is not the service's, that it is a fault of the page. */
export function problemNote(error) {
  const ours = error instanceof Problem;
  if (!ours) console.error(error);
  const near = ours ? (error.told.suggestions ?? error.told.candidates ?? []) : [];
  return element(
    "div",
    { class: "problem", role: "alert" },
    element("p", {}, ours ? error.message : "This page has failed; the browser's console says how."),
    near.length > 0 && element("p", { class: "muted" }, `Near: ${near.slice(0, 6).join(", ")}.`),
    ours && faults(error.told.faults),
  );
}

function faults(found) {
  if (!found?.length) return null;
  return element("ul", {}, found.map((fault) => element("li", {}, `${fault.where.split("/").pop()}: ${fault.why}`)));
}
