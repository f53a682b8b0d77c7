// The chat: messages as they come, and the box to write in.

import { known, may } from "../about.js";
import { announce, element, fill, newId } from "../dom.js";
import * as format from "../format.js";
import { tick } from "./fields.js";
import { forecastCard } from "./forecast_card.js";
import { markdown } from "./markdown.js";
import { problemNote } from "./problem.js";

const NO_FORECASTS = "Your key opens looking things up, not forecasts: those need one of the scope forecast.";

/** The messages of a conversation, drawn anew only where something changed. */
export function thread(conversation) {
  const list = element("ol", { class: "thread", "aria-label": "Conversation" });
  const drawn = new Map();
  const redraw = (changed) => {
    for (const message of conversation.messages) {
      if (!drawn.has(message)) {
        drawn.set(message, bubble(message));
        list.append(drawn.get(message).node);
      }
    }
    if (!conversation.messages.length) {
      drawn.clear();
      fill(list);
    }
    if (changed) drawn.get(changed)?.update();
    list.hidden = !conversation.messages.length;
  };
  const listen = (event) => {
    redraw(event.detail);
    follow(list, event.detail, conversation);
  };
  conversation.addEventListener("changed", listen);
  redraw(null);
  return list;
}

function follow(list, changed, conversation) {
  if (!list.isConnected) return;
  if (!changed) list.lastElementChild?.scrollIntoView({ block: "start", behavior: "instant" });
  if (changed && !conversation.busy) announce(summary(changed));
}

function summary({ forecasts = [], problem, text }) {
  if (problem) return problem.message;
  const told = forecasts.filter((one) => !one.abstained).map((one) => `${one.question.model_name} on ${one.question.benchmark_name}: median ${format.score(one.median, one.unit)}.`);
  return told.join(" ") || text;
}

function bubble(message) {
  if (message.role === "user") return { node: element("li", { class: "said" }, element("p", {}, message.text)), update() {} };
  const status = element("p", { class: "waiting", role: "status" });
  const words = element("div", { class: "words" });
  const cards = element("div", { class: "forecasts" });
  const trouble = element("div", {});
  const node = element("li", { class: "answered" }, words, cards, trouble, status);
  const update = () => {
    status.textContent = message.status;
    status.hidden = !message.status;
    fill(words, inWords(message));
    for (const forecast of message.forecasts.slice(cards.childElementCount)) cards.append(forecastCard(forecast));
    fill(trouble, message.problem && problemNote(message.problem));
  };
  update();
  return { node, update };
}

/** The words of an answer; beside forecasts, whose cards say the same, only how they begin. */
function inWords({ text, forecasts }) {
  const [first, ...more] = markdown(text);
  if (!forecasts.length || !more.length) return [first, ...more];
  return [first, element("details", {}, element("summary", {}, "In words"), element("div", { class: "words" }, more))];
}

/** The box to write in, with examples while nothing was said. */
export function composer(conversation, examples) {
  const box = element("textarea", { id: newId("ask"), rows: 1, maxlength: 2000, placeholder: "What will \u2026 score on \u2026?", "aria-label": "Your question", enterkeyhint: "send" });
  const send = element("button", { type: "submit" }, "Ask");
  const anew = element("button", { type: "button", class: "plain", onclick: () => { conversation.clear(); box.focus(); } }, "New conversation");
  const say = (text) => conversation.say(text, { agent: agent.input.checked });
  const chips = element("ul", { class: "chips", "aria-label": "Examples" }, examples.map((text) => element("li", {}, element("button", { type: "button", class: "chip", onclick: () => say(text) }, text))));
  const agent = tick("");
  agent.hidden = true;
  const locked = element("p", { class: "hint", role: "status" });
  const form = element("form", { class: "composer", "aria-label": "Ask" }, element("div", { class: "composer-box" }, box, send));
  const submit = (event) => {
    event?.preventDefault();
    if (conversation.busy) return conversation.stop();
    const text = box.value.trim();
    if (!text) return box.focus();
    box.value = "";
    grow(box);
    say(text);
  };
  form.addEventListener("submit", submit);
  box.addEventListener("input", () => grow(box));
  box.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) submit(event);
  });
  const update = () => {
    chips.hidden = conversation.messages.length > 0;
    anew.hidden = !conversation.messages.length;
    send.textContent = conversation.busy ? "Stop" : "Ask";
  };
  conversation.addEventListener("changed", update);
  update();
  known((service) => {
    offer(agent, service.language_model);
    locked.textContent = may(service, "forecast") ? "" : NO_FORECASTS;
  });
  return element("div", {}, form, locked, chips, element("div", { class: "row" }, anew, agent));
}

/** Offer to ask the language model, by its name, where there is one. */
function offer(agent, name) {
  agent.hidden = !name;
  agent.input.checked &&= Boolean(name);
  agent.querySelector("label").textContent = name ? `Let ${name} look into it too` : "";
}

function grow(box) {
  box.style.height = "auto";
  box.style.height = `${Math.min(box.scrollHeight, 180)}px`;
}
