// Tables that become a card a row on a narrow screen; the roles keep them tables for those who listen.

import { element } from "../dom.js";

/**
 * A table.
 *
 * @param caption what it shows.
 * @param columns `{title, cell(row), kind}`; kind is "number" (right, tabular), "wide" (takes the room), "main" or "".
 * @param rows what cells are made of.
 * @param labelled whether numbers keep the titles of their columns on a narrow screen.
 */
export function table(caption, columns, rows, { labelled = false } = {}) {
  return element(
    "div",
    { class: "table-frame" },
    element(
      "table",
      { role: "table", class: labelled ? "cards labelled" : "cards" },
      element("caption", { class: "unseen" }, caption),
      element("thead", { role: "rowgroup" }, element("tr", { role: "row" }, columns.map(heading))),
      element("tbody", { role: "rowgroup" }, rows.map((row, index) => line(columns, row, index))),
    ),
  );
}

function heading(column) {
  return element("th", { role: "columnheader", scope: "col", class: column.kind || null }, column.title);
}

function line(columns, row, index) {
  return element("tr", { role: "row" }, columns.map((column) => cell(column, row, index)));
}

function cell(column, row, index) {
  const name = column.kind === "main" ? "th" : "td";
  const role = column.kind === "main" ? "rowheader" : "cell";
  const attributes = { role, class: column.kind || null, "data-title": column.title || null, scope: name === "th" ? "row" : null };
  return element(name, attributes, column.cell(row, index));
}
