// The small part of Markdown that answers use: paragraphs, headings, lists, tables, code, bold, italics, links.
// Whatever else is written stays text; links lead to http(s) addresses only.

import { element, outside } from "../dom.js";

const INLINE = /`([^`\n]+)`|\*\*([^*\n]+)\*\*|\*([^*\s][^*\n]*)\*|\[([^\]\n]*)\]\(([^()\s]+)\)/;

/** Elements for a text. */
export function markdown(text) {
  const lines = text.replaceAll("\r\n", "\n").split("\n");
  const blocks = [];
  while (lines.length) blocks.push(block(lines));
  return blocks.filter(Boolean);
}

function block(lines) {
  const line = lines[0];
  if (!line.trim()) return void lines.shift();
  if (line.startsWith("```")) return fence(lines);
  if (/^#{1,6} /.test(line)) return element("h4", {}, inline(lines.shift().replace(/^#+ /, "")));
  if (bullet(line)) return element("ul", {}, taken(lines, bullet).map((item) => element("li", {}, inline(item.replace(/^\s*[-*] /, "")))));
  if (numbered(line)) return element("ol", {}, taken(lines, numbered).map((item) => element("li", {}, inline(item.replace(/^\s*\d+[.)] /, "")))));
  if (rowed(line) && ruled(lines[1] ?? "")) return grid(taken(lines, rowed));
  return element("p", {}, inline(taken(lines, plain).join("\n")));
}

const bullet = (line) => /^\s*[-*] /.test(line);
const numbered = (line) => /^\s*\d+[.)] /.test(line);
const rowed = (line) => /^\s*\|.*\|\s*$/.test(line);
const ruled = (line) => /^\s*\|[\s:|-]+\|\s*$/.test(line);
const plain = (line, index) => line.trim() !== "" && (index === 0 || !(bullet(line) || numbered(line) || rowed(line) || line.startsWith("```")));

/** Take the lines from the top for which a rule holds; the first always. */
function taken(lines, rule) {
  const end = lines.findIndex((line, index) => index > 0 && !rule(line, index));
  return lines.splice(0, end < 0 ? lines.length : end);
}

function fence(lines) {
  lines.shift();
  const end = lines.findIndex((line) => line.startsWith("```"));
  const code = lines.splice(0, end < 0 ? lines.length : end);
  lines.shift();
  return element("pre", {}, element("code", {}, code.join("\n")));
}

function grid(rows) {
  const cells = rows.map((row) => row.trim().slice(1, -1).split("|").map((cell) => cell.trim()));
  const [head, , ...body] = cells;
  return element(
    "div",
    { class: "table-frame" },
    element(
      "table",
      {},
      element("thead", {}, element("tr", {}, head.map((cell) => element("th", { scope: "col" }, inline(cell))))),
      element("tbody", {}, body.map((row) => element("tr", {}, row.map((cell) => element("td", {}, inline(cell)))))),
    ),
  );
}

function inline(text) {
  const parts = [];
  let rest = text;
  for (let found = INLINE.exec(rest); found; found = INLINE.exec(rest)) {
    parts.push(rest.slice(0, found.index), marked(found));
    rest = rest.slice(found.index + found[0].length);
  }
  return [...parts, rest];
}

function marked([, code, bold, italic, label, address]) {
  if (code !== undefined) return element("code", {}, code);
  if (bold !== undefined) return element("strong", {}, inline(bold));
  if (italic !== undefined) return element("em", {}, inline(italic));
  return outside(address, label || address);
}
