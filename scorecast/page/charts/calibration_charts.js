// Whether stated probabilities come true: coverage of the central intervals, and the PIT histogram.

import { drawn } from "../dom.js";
import { figure, line, path, text } from "./figure.js";
import { linear } from "./scale.js";

const EDGE = { left: 44, right: 14, top: 12, bottom: 44 };
const NORMAL_95 = 1.96;

function frame(width, highest) {
  const wide = Math.min(width, 460);
  const tall = Math.round(Math.min(wide * 0.86, 340));
  return {
    wide,
    tall,
    x: linear([0, 1], [EDGE.left, wide - EDGE.right]),
    y: linear([0, highest], [tall - EDGE.bottom, EDGE.top]),
  };
}

function axes({ x, y, tall }, xs, ys, [xTitle, yTitle]) {
  const floor = tall - EDGE.bottom;
  return [
    ys.map((value) => [line(x(0), y(value), x(1), y(value), "grid"), text(x(0) - 8, y(value) + 4, share(value), { class: "tick-text", "text-anchor": "end" })]),
    line(x(0), floor, x(1), floor, "axis"),
    xs.map((value) => text(x(value), floor + 18, share(value), { class: "tick-text", "text-anchor": "middle" })),
    text((x(0) + x(1)) / 2, floor + 37, xTitle, { class: "axis-title", "text-anchor": "middle" }),
    yTitle && text(x(0) + 6, EDGE.top + 12, yTitle, { class: "axis-title" }),
  ];
}

function share(value) {
  return `${Math.round(value * 100)}\u00a0%`;
}

/** Observed coverage against the stated one, with the band in which chance alone leaves it. */
export function reliabilityChart({ percents, coverage }, counted) {
  const told = `Reliability: ${percents.map((percent, index) => `${percent} % intervals hold ${share(coverage[index])}`).join(", ")}.`;
  return figure(told, (width) => {
    const paper = frame(width, 1);
    const { x, y } = paper;
    const stated = percents.map((percent) => percent / 100);
    return {
      height: paper.tall,
      parts: [
        axes(paper, [0, 0.25, 0.5, 0.75, 1], [0, 0.25, 0.5, 0.75, 1], ["stated interval", "outcomes inside"]),
        drawn("path", { d: `${path(band(counted).map(([p, q]) => [x(p), y(q)]))}Z`, class: "chance-band" }),
        line(x(0), y(0), x(1), y(1), "ideal"),
        drawn("path", { d: path(stated.map((p, index) => [x(p), y(coverage[index])])), class: "outline" }),
        stated.map((p, index) => drawn("circle", { cx: x(p).toFixed(1), cy: y(coverage[index]).toFixed(1), r: 4, class: "dot" }, drawn("title", {}, `${share(p)} intervals hold ${share(coverage[index])}`))),
      ],
    };
  }, { kind: "square-figure" });
}

/** The binomial 95 % band around the diagonal, by the normal approximation, as if outcomes were independent. */
function band(counted) {
  const stated = Array.from({ length: 41 }, (_, index) => index / 40);
  const reach = (p) => NORMAL_95 * Math.sqrt((p * (1 - p)) / Math.max(1, counted));
  const upper = stated.map((p) => [p, Math.min(1, p + reach(p))]);
  const lower = stated.map((p) => [p, Math.max(0, p - reach(p))]).reverse();
  return [...upper, ...lower];
}

/** Share of the outcomes in each tenth of the predictive distributions. */
export function pitChart({ pit }) {
  const told = `PIT histogram: ${pit.map((value, index) => `${index * 10} to ${index * 10 + 10} %: ${share(value)}`).join(", ")}. Even columns are calibrated.`;
  return figure(told, (width) => {
    const step = Math.max(...pit) > 0.5 ? 0.25 : 0.1;
    const highest = Math.ceil((Math.max(...pit, 0.2) + 0.02) / step) * step;
    const paper = frame(width, highest);
    const { x, y } = paper;
    const marks = Array.from({ length: Math.round(highest / step) + 1 }, (_, index) => index * step);
    return {
      height: paper.tall,
      parts: [
        axes(paper, [0, 0.25, 0.5, 0.75, 1], marks, ["where the outcome fell in the forecast", "outcomes"]),
        pit.map((value, index) =>
          drawn("rect", { x: (x(index / 10) + 2).toFixed(1), width: (x(0.1) - x(0) - 4).toFixed(1), y: y(value).toFixed(1), height: (y(0) - y(value)).toFixed(1), rx: 2, class: "column" },
            drawn("title", {}, `${index * 10} to ${index * 10 + 10} %: ${share(value)}`)),
        ),
        line(x(0), y(0.1), x(1), y(0.1), "ideal"),
      ],
    };
  }, { kind: "square-figure" });
}
