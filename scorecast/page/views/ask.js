// Ask: a conversation with the forecaster, or one question spelled out in a form.

import { Conversation } from "../conversation.js";
import { element } from "../dom.js";
import { field, form, nameField, tick } from "../parts/fields.js";
import { composer, thread } from "../parts/chat.js";

const conversation = new Conversation();
const EXAMPLES = [
  "What will Llama 4 Maverick score on AIME 2025?",
  "Will Qwen3-32B pass 60 % on GPQA diamond?",
  "Does DeepSeek-R1 beat o1 on AIME 2024?",
];

let made = null;

/** The view; made once, so that the conversation is as it was when one comes back. */
export function ask() {
  made ??= view();
  return made;
}

function view() {
  const messages = thread(conversation);
  const box = composer(conversation, EXAMPLES);
  return element(
    "section",
    { class: "view ask" },
    element("div", { class: "hero" }, element("h1", {}, "What will it score?"), element("p", { class: "lead" }, "Ask for the score of a model on a benchmark before anyone runs it. You get a calibrated forecast and what it rests on, and the ledger keeps it.")),
    messages,
    element("div", { class: "ask-box" }, box, exact()),
  );
}

function exact() {
  const model = nameField("Model", "models", { required: true, placeholder: "qwen3-32b" });
  const benchmark = nameField("Benchmark", "benchmarks", { required: true, placeholder: "gpqa_diamond" });
  const threshold = field("Threshold", { inputmode: "decimal", placeholder: "60" }, "A score; how likely is it reached?");
  const asOf = field("As of", { type: "date" }, "Know nothing later. Today if empty.");
  const shots = field("Shots", { inputmode: "numeric", placeholder: "5" });
  const withhold = tick("Forecast as if nobody had reported the score");
  const fields = { model, benchmark, threshold, asOf, shots };
  const send = async () => {
    const told = Object.fromEntries(Object.entries(fields).map(([name, one]) => [name, one.input.value.trim()]));
    const missing = [model, benchmark].find((one) => !one.input.value.trim());
    if (missing) return missing.input.focus();
    await conversation.forecast(question(told, withhold.input.checked));
  };
  const parts = [
    element("div", { class: "fields" }, model, benchmark, threshold, asOf, shots),
    withhold,
    element("div", { class: "row" }, element("button", { type: "submit" }, "Forecast")),
  ];
  return element("details", { class: "exact" }, element("summary", {}, "Spell the question out"), form({ "aria-label": "Question" }, parts, send));
}

function question({ model, benchmark, threshold, asOf, shots }, withhold) {
  const asked = { model, benchmark, withhold };
  if (threshold) asked.threshold = decimal(threshold);
  if (asOf) asked.as_of = asOf;
  if (shots) asked.setting = { shots: decimal(shots) };
  return asked;
}

/** A number as people write it; the service refuses what is none. */
function decimal(text) {
  const value = Number(text.replace(",", ".").replace(/\s*%$/, ""));
  return Number.isFinite(value) ? value : text;
}
