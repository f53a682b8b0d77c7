// The API key: asked for when the service wants one, kept for this tab only, and never shown again.

import { element, fill, newId } from "./dom.js";

/** The name of the event that tells the page of another key. */
export const KEY_CHANGED = "scorecast-key-changed";

const KEPT = "scorecast-key";
const UNSENDABLE = /[^\x21-\x7e]/g; // spaces and whatever else came along with a copied key; headers take none of it

/** The key of this tab; empty where there is none. */
export function key() {
  return sessionStorage.getItem(KEPT) ?? "";
}

function keep(secret) {
  if (secret) sessionStorage.setItem(KEPT, secret);
  else sessionStorage.removeItem(KEPT);
  showButton();
  dispatchEvent(new Event(KEY_CHANGED));
}

/** Show the button that changes the key where there is one. */
export function showButton() {
  const button = document.getElementById("key");
  button.hidden = !key();
  button.onclick = () => askForKey("This tab has a key. Another one takes its place.").then((given) => given && location.reload());
}

let asking = null;

/** Ask for a key; resolves to whether something was chosen: a key, or to forget the one there is. Several who ask at once share one question. */
export function askForKey(why) {
  asking ??= ask(why).finally(() => {
    asking = null;
  });
  return asking;
}

function ask(why) {
  const field = element("input", { type: "password", id: newId("key"), autocomplete: "off", spellcheck: "false", placeholder: "sc_\u2026" });
  const dialog = element("dialog", { class: "dialog", "aria-labelledby": "key-title" });
  fill(
    dialog,
    element(
      "form",
      { method: "dialog" },
      element("h2", { id: "key-title" }, "An API key, please"),
      element("p", { class: "muted" }, why),
      element("label", { for: field.id }, "Key"),
      field,
      element("p", { class: "hint" }, "It stays in this tab and is forgotten when the tab closes. scorecast keys create makes one."),
      element(
        "div",
        { class: "row end" },
        key() && element("button", { type: "submit", value: "forget", class: "plain" }, "Forget it"),
        element("button", { type: "submit", value: "cancel", class: "plain" }, "Cancel"),
        element("button", { type: "submit", value: "use" }, "Use this key"),
      ),
    ),
  );
  field.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault(); // the first button of a form is what Enter presses: that would cancel
    dialog.close("use");
  });
  document.body.append(dialog);
  dialog.showModal();
  field.focus();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => {
      const typed = field.value.replace(UNSENDABLE, "");
      const used = dialog.returnValue === "use" && typed !== "";
      const forgotten = dialog.returnValue === "forget";
      if (used || forgotten) keep(used ? typed : "");
      dialog.remove();
      resolve(used || forgotten);
    });
  });
}
