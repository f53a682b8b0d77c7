// What is known of the service: its version, whether it has a language model, and what the key of this tab opens.

import { KEY_CHANGED } from "./key.js";
import { get } from "./service.js";

const SCOPES = ["read", "forecast", "admin"];

let asked = null;

/** Ask once; anew when the key of this tab has changed. */
export function about() {
  asked ??= get("/v1/about");
  return asked;
}

addEventListener(KEY_CHANGED, () => {
  asked = null;
});

/** Do something with what is known, now and whenever the key changes. Nothing is done where the service does not say. */
export function known(use) {
  const tell = () => about().then(use, () => {});
  addEventListener(KEY_CHANGED, tell);
  return tell();
}

/** Whether the caller may do this; who has no key yet may try, since a key will be asked for. */
export function may({ scope }, needed) {
  return scope === null || SCOPES.indexOf(scope) >= SCOPES.indexOf(needed);
}
