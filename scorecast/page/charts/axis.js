// The axis of scores below a chart: round numbers, as many as have room, and what they are told in.

import { number, score } from "../format.js";
import { line, text } from "./figure.js";
import { textWidth } from "./labels.js";
import { ticks } from "./scale.js";

/** Marks along the bottom at `y`; `at` maps a score to its place. */
export function axis(at, ends, unit, { y, width, title = "" }) {
  const step = ticks(ends, Math.max(2, Math.floor(width / 90)));
  const marks = step.map((value) => ({ value, x: at(value), told: tickText(value, unit) }));
  return [
    line(at(ends[0]), y, at(ends[1]), y, "axis"),
    marks.map(({ x }) => line(x, y, x, y + 5, "axis")),
    marks.map(({ x, told }) => text(inside(x, told, width), y + 19, told, { class: "tick-text", "text-anchor": "middle" })),
    title && text(at(ends[0]), y + 37, title, { class: "axis-title" }),
  ];
}

/** Fine lines above the marks. */
export function grid(at, ends, { top, bottom, width }) {
  return ticks(ends, Math.max(2, Math.floor(width / 90))).map((value) => line(at(value), top, at(value), bottom, "grid"));
}

function inside(x, told, width) {
  const half = textWidth(told, 12) / 2;
  return Math.max(half, Math.min(width - half, x));
}

function tickText(value, unit) {
  if (unit === "percent") return `${Number(value.toFixed(2))}\u00a0%`;
  return unit === "usd" ? score(value, unit) : number(value, unit);
}
