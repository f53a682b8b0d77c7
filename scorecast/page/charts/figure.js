// Figures: drawn for the width that they get, and drawn again when it changes, so that type keeps its size.

import { drawn, element, fill } from "../dom.js";

/**
 * A figure.
 *
 * @param told what it shows, in a sentence, for those who do not see it.
 * @param draw from a width to `{height, parts}`.
 */
export function figure(told, draw, { kind = "" } = {}) {
  const frame = element("div", { class: `figure ${kind}` });
  let last = 0;
  const observer = new ResizeObserver(([entry]) => {
    const width = Math.floor(entry.contentRect.width);
    if (!width || width === last) return;
    last = width;
    fill(frame, picture(told, width, draw(width)));
  });
  observer.observe(frame);
  return frame;
}

function picture(told, width, { height, parts }) {
  return drawn("svg", { role: "img", "aria-label": told, width, height, viewBox: `0 0 ${width} ${height}` }, parts);
}

/** A path through points `[x, y]`. */
export function path(points) {
  return points.map(([x, y], index) => `${index ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`).join("");
}

/** A text of a chart. */
export function text(x, y, told, attributes = {}) {
  return drawn("text", { x: x.toFixed(1), y: y.toFixed(1), ...attributes }, told);
}

/** A line of a chart. */
export function line(x1, y1, x2, y2, kind) {
  return drawn("line", { x1: x1.toFixed(1), y1: y1.toFixed(1), x2: x2.toFixed(1), y2: y2.toFixed(1), class: kind });
}
