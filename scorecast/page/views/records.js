// Records: what is known, searched and narrowed, a page at a time.

import { element } from "../dom.js";
import * as format from "../format.js";
import { published, source } from "../parts/evidence.js";
import { field, form, nameField } from "../parts/fields.js";
import { pager, passed } from "../parts/pager.js";
import { problemNote } from "../parts/problem.js";
import { table } from "../parts/table.js";
import { address, go } from "../router.js";
import { get } from "../service.js";

const SHOWN = 25;
const FILTERS = ["text", "model", "benchmark", "source", "since"];

/** The view; filters and page stand in the address. */
export async function records({ query }) {
  return element("section", { class: "view" }, element("h1", {}, "Records"), filters(query), await list(query));
}

function filters(query) {
  const value = (name) => ({ value: query.get(name) ?? "" });
  const fields = {
    text: field("Search", { type: "search", ...value("text"), placeholder: "words of names and notes" }),
    model: nameField("Model", "models", value("model")),
    benchmark: nameField("Benchmark", "benchmarks", value("benchmark")),
    source: field("Source", value("source")),
    since: field("Published since", { type: "date", ...value("since") }),
  };
  const send = () => go(["records"], Object.fromEntries(FILTERS.map((name) => [name, fields[name].input.value.trim()])));
  const narrowed = FILTERS.some((name) => query.get(name));
  const row = element("div", { class: "row" }, element("button", { type: "submit" }, "Search"), narrowed && element("a", { class: "button plain", href: address(["records"]) }, "Clear"));
  return element("div", { class: "panel" }, form({ role: "search", "aria-label": "Records" }, [element("div", { class: "fields" }, Object.values(fields)), row], send));
}

async function list(query) {
  const wanted = Object.fromEntries(FILTERS.map((name) => [name, query.get(name) ?? ""]));
  try {
    const { records: found, total, next_cursor: next } = await get("/v1/records", { ...wanted, limit: SHOWN, cursor: passed(query).cursor });
    if (!total) return element("p", { class: "empty" }, "No record is like this.");
    return [
      element("p", { class: "muted total" }, `${format.count(total)} record${total === 1 ? "" : "s"}, the newest first`),
      element("div", { class: "card flush" }, table("Records", COLUMNS, found)),
      pager(["records"], query, { next, shown: SHOWN, total }),
    ];
  } catch (error) {
    return problemNote(error);
  }
}

const COLUMNS = [
  { title: "Model", kind: "main", cell: ({ model }) => element("a", { href: address(["records"], { model }) }, model) },
  { title: "Benchmark", kind: "", cell: ({ benchmark }) => element("a", { href: address(["records"], { benchmark }) }, benchmark) },
  { title: "Score", kind: "number", cell: value },
  { title: "Conditions", kind: "wide", cell: ({ setting, note }) => [format.setting(setting), note && element("span", { class: "muted clamp", title: note }, note)] },
  { title: "Date", kind: "date", cell: (record) => published(record) },
  { title: "Source", kind: "source", cell: (record) => source(record) },
];

function value({ value: told, standard_error: error, metric }) {
  const spread = error === null ? null : element("span", { class: "muted" }, ` \u00b1 ${format.number(error, "points")}`);
  return [format.bare(told), spread, metric && element("span", { class: "note" }, metric)];
}
