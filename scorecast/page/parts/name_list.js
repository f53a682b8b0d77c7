// A list of names that grows one by one: type a name, press Enter; each can be taken out again.

import { announce, element, fill } from "../dom.js";
import { nameField } from "./fields.js";

/** A field that collects names; `.names()` tells them, what is still in the box included. */
export function nameList(label, kind, { most, names = [] }) {
  const chosen = [...names];
  const list = element("ul", { class: "picked", "aria-label": label });
  const frame = nameField(label, kind, { placeholder: "Type a name, press Enter" }, `Up to ${most}.`);
  const redraw = () => {
    fill(list, chosen.map((name) => element("li", {}, element("span", {}, name), element("button", { type: "button", "aria-label": `Take ${name} out`, onclick: () => drop(name) }, "\u00d7"))));
    list.hidden = !chosen.length;
  };
  const drop = (name) => {
    chosen.splice(chosen.indexOf(name), 1);
    redraw();
    announce(`${name} is out`);
    frame.input.focus();
  };
  const take = () => {
    const name = frame.input.value.trim();
    if (!name || chosen.length >= most) return false;
    if (!chosen.includes(name)) chosen.push(name);
    frame.input.value = "";
    redraw();
    announce(`${name} is in`);
    return true;
  };
  frame.input.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && take()) event.preventDefault();
    if (event.key === "Backspace" && !frame.input.value && chosen.length) drop(chosen.at(-1));
  });
  frame.append(list);
  redraw();
  const told = () => {
    take();
    return [...chosen];
  };
  return Object.assign(frame, { names: told });
}
