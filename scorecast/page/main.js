// The page: shows the view that the address names, and moves the keyboard's focus with it.

import { known } from "./about.js";
import { announce, element, fill } from "./dom.js";
import { showButton } from "./key.js";
import { problemNote } from "./parts/problem.js";
import { place } from "./router.js";
import { ask } from "./views/ask.js";
import { benchmark } from "./views/benchmark.js";
import { benchRun } from "./views/bench_run.js";
import { compare } from "./views/compare.js";
import { entry } from "./views/entry.js";
import { ledger } from "./views/ledger.js";
import { records } from "./views/records.js";
import { trackRecord } from "./views/track_record.js";

const VIEWS = {
  ask: { title: "Ask", show: ask },
  compare: { title: "Compare", show: compare },
  records: { title: "Records", show: records },
  ledger: { title: "Ledger", show: (where) => (where.parts[1] ? entry(where) : ledger(where)) },
  "track-record": { title: "Track record", show: trackRecord },
  benchmark: { title: "Benchmark", show: (where) => (where.parts[1] ? benchRun(where) : benchmark(where)) },
};

const main = document.getElementById("main");
let shown = 0;

/** Show a view. What an earlier one still waits for is thrown away when it comes. */
async function show({ first = false } = {}) {
  shown += 1;
  const mine = shown;
  const where = place();
  const name = VIEWS[where.parts[0]] ? where.parts[0] : "ask";
  mark(name);
  const slow = setTimeout(() => mine === shown && fill(main, waiting()), 150);
  const view = await made(VIEWS[name], where);
  clearTimeout(slow);
  if (mine !== shown) return;
  fill(main, view);
  if (first) return;
  scrollTo(0, 0);
  main.focus({ preventScroll: true });
  announce(`${VIEWS[name].title} is shown`);
}

async function made(view, where) {
  try {
    return await view.show(where);
  } catch (error) {
    return element("section", { class: "view" }, element("h1", {}, view.title), problemNote(error));
  }
}

function mark(name) {
  document.title = `${VIEWS[name].title} \u00b7 Scorecast`;
  for (const link of document.querySelectorAll("header nav a")) {
    if (link.getAttribute("href") === `#/${name}`) {
      link.setAttribute("aria-current", "page");
      link.scrollIntoView({ block: "nearest", inline: "nearest" }); // on a narrow screen the row of links scrolls
    } else link.removeAttribute("aria-current");
  }
}

function waiting() {
  return element("p", { class: "waiting", role: "status" }, "Loading");
}

document.querySelector(".skip").addEventListener("click", (event) => {
  event.preventDefault(); // the hash names the view
  main.focus();
});
addEventListener("hashchange", () => show());
showButton();
known(({ version, user, scope }) => {
  document.querySelector(".brand").title = `Scorecast ${version}`;
  document.getElementById("key").title = user && `${user}: this key opens the scope ${scope}`;
});
show({ first: true });
