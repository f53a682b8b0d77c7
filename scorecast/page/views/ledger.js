// The ledger: every forecast that was issued, the newest first, and what came of it.

import { barFigure } from "../charts/interval_bar.js";
import { domain } from "../charts/scale.js";
import { element } from "../dom.js";
import * as format from "../format.js";
import { choice, field, form, nameField } from "../parts/fields.js";
import { pager, passed } from "../parts/pager.js";
import { problemNote } from "../parts/problem.js";
import { table } from "../parts/table.js";
import { address, go } from "../router.js";
import { get } from "../service.js";

const SHOWN = 20;
const FILTERS = ["model", "benchmark", "method", "user", "resolved"];
const STATES = [["", "All"], ["false", "Waiting for their outcome"], ["true", "Settled"]];

/** The view; filters and page stand in the address. */
export async function ledger({ query }) {
  return element(
    "section",
    { class: "view" },
    element("h1", {}, "Ledger"),
    element("p", { class: "lead" }, "Every forecast as it was issued, before its outcome was known."),
    filters(query),
    await list(query),
  );
}

function filters(query) {
  const value = (name) => ({ value: query.get(name) ?? "" });
  const fields = {
    resolved: choice("Show", STATES, query.get("resolved") ?? ""),
    model: nameField("Model", "models", value("model")),
    benchmark: nameField("Benchmark", "benchmarks", value("benchmark")),
    method: field("Forecaster", { ...value("method"), placeholder: "pool" }),
    user: field("User", value("user")),
  };
  const send = () => go(["ledger"], Object.fromEntries(FILTERS.map((name) => [name, fields[name].input.value.trim()])));
  const narrowed = FILTERS.some((name) => query.get(name));
  const row = element("div", { class: "row" }, element("button", { type: "submit" }, "Narrow"), narrowed && element("a", { class: "button plain", href: address(["ledger"]) }, "Clear"));
  return element("div", { class: "panel" }, form({ role: "search", "aria-label": "Ledger" }, [element("div", { class: "fields" }, Object.values(fields)), row], send));
}

async function list(query) {
  const wanted = Object.fromEntries(FILTERS.map((name) => [name, query.get(name) ?? ""]));
  try {
    const { forecasts, next_cursor: next } = await get("/v1/forecasts", { ...wanted, limit: SHOWN, cursor: passed(query).cursor });
    if (!forecasts.length) return element("p", { class: "empty" }, "No forecast is like this. What you ask is entered here.");
    return [element("div", { class: "card flush" }, table("Issued forecasts", COLUMNS, forecasts)), pager(["ledger"], query, { next, shown: SHOWN })];
  } catch (error) {
    return problemNote(error);
  }
}

const COLUMNS = [
  { title: "Forecast", kind: "main", cell: ({ id, forecast: { question } }) => element("a", { href: address(["ledger", id]) }, `${question.model_name} on ${question.benchmark_name}`) },
  { title: "Issued", kind: "date", cell: (entry) => element("time", { datetime: entry.issued_at }, format.day(entry.issued_at)) },
  { title: "Median", kind: "number", cell: ({ forecast }) => format.score(forecast.median, forecast.unit) },
  { title: "Intervals", kind: "chart", cell: bar },
  { title: "Outcome", kind: "number outcome", cell: outcome },
  { title: "Forecaster", kind: "by", cell: ({ forecast, user }) => [forecast.method, user && element("span", { class: "muted" }, ` for ${user}`)] },
];

function bar({ forecast, settled }) {
  const came = settled ? [settled.resolution.value] : [];
  const ends = forecast.unit === "percent" ? [0, 100] : domain([...forecast.intervals["90"], ...came], forecast.question);
  const told = `80 % interval ${format.range(forecast.intervals["80"], forecast.unit)}`;
  return barFigure(told, forecast, ends, { outcome: came[0] ?? null });
}

function outcome({ settled, forecast }) {
  if (!settled) return element("span", { class: "muted" }, "waiting");
  return [format.score(settled.resolution.value, forecast.unit), !settled.foresight && element("span", { class: "note", title: "Its outcome was public when it was issued: not scored" }, "hindsight")];
}
