// Pages of long lists. The service tells where the next page begins; the way back is what was passed on the way here.

import { element } from "../dom.js";
import { address } from "../router.js";

const SEPARATOR = "~";

/** Where this page begins, and which pages came before it. */
export function passed(query) {
  const trail = (query.get("page") ?? "").split(SEPARATOR).filter(Boolean);
  return { cursor: trail.at(-1) ?? "", trail };
}

/** Links to the pages before and after. */
export function pager(parts, query, { next, shown, total = null }) {
  const { trail } = passed(query);
  const wanted = Object.fromEntries(query);
  const link = (text, pages, rel) => element("a", { class: "button plain", rel, href: address(parts, { ...wanted, page: pages.join(SEPARATOR) }) }, text);
  const from = trail.length;
  if (!from && !next) return null;
  return element(
    "nav",
    { class: "pager", "aria-label": "Pages" },
    from ? link("Previous", trail.slice(0, -1), "prev") : null,
    element("span", { class: "muted" }, [`Page ${from + 1}`, total !== null && ` of ${Math.max(1, Math.ceil(total / shown))}`]),
    next ? link("Next", [...trail, next], "next") : null,
  );
}
