// The form that begins a benchmark run: what is hidden, who is judged, and how much is asked.

import { element, fill, newId } from "../dom.js";
import { go } from "../router.js";
import { get, post } from "../service.js";
import { choice, field, form, tick } from "./fields.js";
import { problemNote } from "./problem.js";

const WHOLE = { type: "number", min: 1, step: 1, inputmode: "numeric" };
const FIRST = "pool";

/** The form. */
export async function benchForm() {
  const choices = await get("/v1/bench-suites");
  const suite = choice("Suite", choices.suites.map(({ name }) => [name, name]), choices.suites[0].name);
  const about = element("p", { class: "hint", id: newId("about"), role: "status" });
  suite.append(about);
  suite.input.setAttribute("aria-describedby", about.id);
  const sizes = {
    limit: field("Questions a fold", { ...WHOLE, placeholder: "all" }, "At most; drawn by the seed."),
    seed: field("Seed", { ...WHOLE, min: 0, placeholder: "0" }),
    as_of: field("As of", { type: "date" }, "Ask about nothing later."),
    max_minutes: field("Minutes", { ...WHOLE, placeholder: "no limit" }, "Of work; then it is stopped."),
  };
  const judged = judges(choices);
  const own = element("div", { class: "fields" });
  let parameters = {};
  const redraw = () => {
    const kind = choices.suites.find(({ name }) => name === suite.input.value);
    about.textContent = kind.about;
    parameters = Object.fromEntries(kind.parameters.map((name) => [name, parameter(choices.parameters.find((one) => one.name === name))]));
    fill(own, Object.values(parameters));
  };
  suite.input.addEventListener("change", redraw);
  redraw();
  const answer = element("div", { class: "answer" });
  const send = async () => {
    try {
      const told = Object.fromEntries(Object.entries(sizes).map(([name, one]) => [name, typed(one.input)]));
      const values = Object.fromEntries(Object.entries(parameters).map(([name, one]) => [name, one.told()]));
      const run = await post("/v1/bench-runs", { suite: suite.input.value, parameters: values, forecasters: judged.names(), ...told, seed: told.seed ?? 0 });
      go(["benchmark", run.id]);
    } catch (error) {
      fill(answer, problemNote(error));
    }
  };
  const more = element("details", { class: "breakdown" }, element("summary", {}, "Parameters of the suite, seed and date"), own, element("div", { class: "fields" }, sizes.seed, sizes.as_of, sizes.max_minutes));
  suite.input.addEventListener("change", () => (more.open ||= suite.input.value === "ladder")); // its level has to be chosen
  const begin = element("div", { class: "row" }, element("button", { type: "submit" }, "Begin"), element("span", { class: "hint" }, "It works beside the service, and goes on after a restart."));
  return element(
    "section",
    { class: "panel", "aria-label": "Begin a run" },
    form({ "aria-label": "Benchmark run" }, [element("div", { class: "fields" }, suite, sizes.limit), judged, more, begin], send),
    answer,
  );
}

function judges({ forecasters, baselines }) {
  const ticks = forecasters.map((name) => {
    const always = baselines.includes(name);
    const one = tick(name, { checked: always || name === FIRST });
    one.input.disabled = always;
    return Object.assign(one, { forecaster: name });
  });
  const frame = element("fieldset", { class: "ticks" }, element("legend", {}, "Forecasters"), ticks, element("p", { class: "hint" }, `Always judged: ${baselines.join(", ")}.`));
  // No name at all would ask for everybody.
  const names = () => ticks.filter(({ input }) => input.checked).map(({ forecaster }) => forecaster);
  return Object.assign(frame, { names });
}

function parameter({ name, about, kind, choices }) {
  const title = `${name[0].toUpperCase()}${name.slice(1)}`;
  if (kind === "choice") {
    const made = choice(title, choices.map((one) => [one, one]), choices[0]);
    return Object.assign(made, { told: () => made.input.value });
  }
  const made = field(title, kind === "number" ? WHOLE : { placeholder: "0,1,3" }, about);
  const told = () => (kind === "number" ? typed(made.input) : list(made.input.value));
  return Object.assign(made, { told });
}

function list(text) {
  return text.trim() ? text.split(",").map((part) => number(part.trim())) : null;
}

function typed(input) {
  if (input.value === "") return null;
  return input.type === "number" ? number(input.value) : input.value;
}

/** A number, or the text that is none: the service says what is wrong with it. */
function number(text) {
  const value = Number(text);
  return text !== "" && Number.isFinite(value) ? value : text;
}
