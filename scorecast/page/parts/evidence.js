// The evidence: dated records that a forecast rests on, with links to where they were published.

import { element, outside } from "../dom.js";
import * as format from "../format.js";
import { address } from "../router.js";
import { table } from "./table.js";

/** The evidence of a forecast; nothing where it has none. */
export function evidencePart({ evidence, question, unit }) {
  if (!evidence.length) return null;
  const columns = [
    { title: "Record", kind: "main", cell: (item) => [element("span", {}, item.model), element("span", { class: "muted" }, " on "), element("span", {}, item.benchmark)] },
    { title: "Score", kind: "number", cell: (item) => value(item, question, unit) },
    { title: "Why", kind: "wide", cell: (item) => element("span", { title: item.relation }, item.why || item.relation) },
    { title: "Date", kind: "date", cell: (item) => published(item) },
    { title: "Source", kind: "source", cell: (item) => source(item) },
  ];
  return element("section", { class: "part" }, element("h3", {}, "Evidence"), table("Records that the forecast rests on", columns, evidence));
}

function value(item, question, unit) {
  // Only the asked benchmark's unit is known here; a bare number misleads nobody.
  return item.benchmark === question.benchmark ? format.score(item.value, unit) : format.bare(item.value);
}

/** The date of a record, and what it stands for where the source gave none. */
export function published({ published: date, date_basis: basis }) {
  const note = format.basis(basis);
  return [element("time", { datetime: date }, format.day(date)), note && element("span", { class: "note", title: `date of the ${note}` }, basis)];
}

/** A link to where a record was published, named by its source. */
export function source({ source: name, url }) {
  return url ? outside(url, name) : element("span", {}, name);
}

/** A link to the records of a cell. */
export function cellLink(model, benchmark, text) {
  return element("a", { href: address(["records"], { model, benchmark }) }, text);
}
