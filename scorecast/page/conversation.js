// A conversation: what was said, and what was answered, kept while the page is open. The service keeps none of it.

import { Problem, post, stream } from "./service.js";

const LONGEST = 40; // messages that are sent along: the service bounds a request

/** Messages with `role`, `text`, `forecasts`, and of those under way `status`; `changed` events tell what to redraw. */
export class Conversation extends EventTarget {
  messages = [];
  busy = false;
  #stopper = null;

  /** Say something; the answer comes as it is written. */
  async say(text, { agent = false } = {}) {
    if (this.busy) return;
    this.#add({ role: "user", text });
    await this.#answered(async (answer) => {
      this.#stopper = new AbortController();
      for await (const event of stream("/v1/chat", { messages: this.#told(), agent }, this.#stopper.signal)) this.#take(answer, event);
    });
  }

  /** Ask one question that is spelled out. */
  async forecast(question) {
    if (this.busy) return;
    const threshold = question.threshold === undefined ? "" : `, threshold ${question.threshold}`;
    this.#add({ role: "user", text: `${question.model} on ${question.benchmark}${threshold}` });
    await this.#answered(async (answer) => {
      answer.forecasts = (await post("/v1/forecasts", { questions: [question] })).forecasts;
    });
  }

  /** Wait no longer for the answer under way. */
  stop() {
    this.#stopper?.abort();
  }

  /** Begin anew. */
  clear() {
    this.stop();
    this.messages = [];
    this.#changed();
  }

  async #answered(work) {
    const answer = this.#add({ role: "assistant", text: "", forecasts: [], status: "Thinking" });
    this.busy = true;
    this.#changed();
    try {
      await work(answer);
    } catch (error) {
      if (error.name !== "AbortError") answer.problem = error;
    }
    answer.status = "";
    this.busy = false;
    this.#changed(answer);
  }

  #take(answer, { event, data }) {
    if (event === "status") answer.status = data.text;
    if (event === "delta") answer.text += data.text;
    if (event === "forecast") answer.forecasts.push(data);
    if (event === "problem") throw new Problem(data.status, data);
    this.#changed(answer);
  }

  #told() {
    const told = this.messages.filter(({ text }) => text).map(({ role, text }) => ({ role, content: text }));
    return told.slice(-LONGEST);
  }

  #add(message) {
    this.messages.push(message);
    return message;
  }

  #changed(message = null) {
    this.dispatchEvent(new CustomEvent("changed", { detail: message }));
  }
}
