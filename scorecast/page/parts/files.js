// Files of the service: links, or where a key is needed, which no link can send, downloads with it.

import { element } from "../dom.js";
import { key } from "../key.js";
import { file } from "../service.js";

/** A link that saves a file under a name. */
export function fileLink(text, path, name) {
  const link = element("a", { class: "button plain", href: path, download: name }, text);
  link.addEventListener("click", (event) => {
    if (!key()) return;
    event.preventDefault();
    save(path, name);
  });
  return link;
}

async function save(path, name) {
  const url = URL.createObjectURL(await file(path));
  element("a", { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
