// Fields of forms: labelled inputs, and names of models and benchmarks with suggestions from the service.

import { element, fill, newId } from "../dom.js";
import { get } from "../service.js";

const PAUSE = 180;

/** A labelled input; `.input` is the input itself. */
export function field(label, attributes = {}, hint = "") {
  const id = newId("field");
  const input = element("input", { id, autocomplete: "off", spellcheck: "false", ...attributes });
  return labelled(label, input, hint);
}

/** A labelled choice of `[value, text]` pairs. */
export function choice(label, options, chosen) {
  const input = element("select", { id: newId("field") }, options.map(([value, text]) => element("option", { value, selected: value === chosen }, text)));
  return labelled(label, input, "");
}

/** A box to tick. */
export function tick(label, { checked = false } = {}) {
  const input = element("input", { type: "checkbox", id: newId("field"), checked });
  const frame = element("div", { class: "tick" }, input, element("label", { for: input.id }, label));
  return Object.assign(frame, { input });
}

/** A field for the name of a model (`kind` "models") or a benchmark ("benchmarks"), with suggestions while typing. */
export function nameField(label, kind, attributes = {}, hint = "") {
  const list = element("datalist", { id: newId("names") });
  const frame = field(label, { list: list.id, ...attributes }, hint);
  frame.append(list);
  let waiting = 0;
  frame.input.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => suggest(frame.input, list, kind), PAUSE);
  });
  return frame;
}

async function suggest(input, list, kind) {
  const search = input.value.trim();
  if (!search) return;
  const found = (await get(`/v1/${kind}`, { search, limit: 8 }))[kind];
  if (input.value.trim() === search) fill(list, found.map((one) => element("option", { value: one.id, label: one.name })));
}

function labelled(label, input, hint) {
  const about = hint ? element("p", { class: "hint", id: newId("hint") }, hint) : null;
  if (about) input.setAttribute("aria-describedby", about.id);
  const frame = element("div", { class: "field" }, element("label", { for: input.id }, label), input, about);
  return Object.assign(frame, { input });
}

/** A form; `send` runs when it is sent, while its button is off. */
export function form(attributes, parts, send) {
  const made = element("form", { novalidate: true, ...attributes }, parts);
  made.addEventListener("submit", async (event) => {
    event.preventDefault();
    const buttons = [...made.querySelectorAll("button[type=submit]")];
    for (const button of buttons) button.disabled = true;
    try {
      await send();
    } finally {
      for (const button of buttons) button.disabled = false;
    }
  });
  return made;
}
