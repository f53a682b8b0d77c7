// Compare: models on one benchmark, or benchmarks for one model.

import { comparisonRows } from "../parts/comparison.js";
import { element, fill } from "../dom.js";
import { field, form, nameField } from "../parts/fields.js";
import { nameList } from "../parts/name_list.js";
import { pairsTable } from "../parts/pairs.js";
import { problemNote } from "../parts/problem.js";
import { address } from "../router.js";
import { post } from "../service.js";

const MOST_MODELS = 10;
const MOST_BENCHMARKS = 20;

const WAYS = {
  models: { one: ["Benchmark", "benchmarks", "gpqa_diamond"], many: ["Models", "models", MOST_MODELS], least: 2 },
  benchmarks: { one: ["Model", "models", "qwen3-32b"], many: ["Benchmarks", "benchmarks", MOST_BENCHMARKS], least: 1 },
};

/** The view; what is compared stands in the address. */
export function compare({ query }) {
  const way = query.get("for") === "model" ? "benchmarks" : "models";
  const { one: [oneTitle, oneKind, example], many: [manyTitle, manyKind, most], least } = WAYS[way];
  const one = nameField(oneTitle, oneKind, { value: query.get("of") ?? "", placeholder: example });
  const many = nameList(manyTitle, manyKind, { most, names: query.getAll("with") });
  const asOf = field("As of", { type: "date", value: query.get("as_of") ?? "" });
  const answer = element("div", { class: "answer" });
  const send = async () => {
    const names = many.names();
    if (!one.input.value.trim()) return one.input.focus();
    if (names.length < least) return many.input.focus();
    fill(answer, element("p", { class: "waiting", role: "status" }, "Forecasting"));
    await shown(answer, () => ask(way, one.input.value.trim(), names, asOf.input.value));
  };
  const parts = [
    element("div", { class: "fields" }, one, asOf),
    many,
    element("div", { class: "row" }, element("button", { type: "submit" }, "Compare"), element("span", { class: "hint" }, "Each forecast is entered in the ledger.")),
  ];
  return element(
    "section",
    { class: "view" },
    element("h1", {}, "Compare"),
    tabs(way),
    element("div", { class: "panel" }, form({ "aria-label": "Comparison" }, parts, send)),
    answer,
  );
}

function tabs(way) {
  const tab = (name, text, query) => element("a", { href: address(["compare"], query), "aria-current": way === name ? "true" : null }, text);
  return element("div", { class: "tabs", role: "group", "aria-label": "What is compared" }, tab("models", "Models on a benchmark", {}), tab("benchmarks", "Benchmarks for a model", { for: "model" }));
}

async function shown(answer, work) {
  try {
    fill(answer, await work());
  } catch (error) {
    fill(answer, problemNote(error));
  }
}

function ask(way, one, names, asOf) {
  return way === "models" ? models(one, names, asOf) : benchmarks(one, names, asOf);
}

async function models(benchmark, names, asOf) {
  const asked = { benchmark, contenders: names.map((model) => ({ model })), as_of: asOf || null };
  const { forecasts, pairs } = await post("/v1/comparisons", asked);
  const { benchmark_name: title } = forecasts[0].question;
  return [comparisonRows(`Models on ${title}`, forecasts, ({ question }) => question.model_name), pairsTable(forecasts, pairs)];
}

async function benchmarks(model, names, asOf) {
  const questions = names.map((benchmark) => ({ model, benchmark, as_of: asOf || null }));
  const { forecasts } = await post("/v1/forecasts", { questions });
  return comparisonRows(`${forecasts[0].question.model_name}, benchmark by benchmark`, forecasts, ({ question }) => question.benchmark_name);
}
