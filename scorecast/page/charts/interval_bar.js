// A forecast as one bar: three nested intervals and the median; a dot where the outcome fell.

import { drawn } from "../dom.js";
import { axis, grid } from "./axis.js";
import { figure, line } from "./figure.js";
import { linear } from "./scale.js";

/** The parts of a bar around `y`. */
export function bar({ intervals, median }, at, y, { half = 6, outcome = null } = {}) {
  const piece = (percent, height) => {
    const [low, high] = intervals[percent].map(at);
    return drawn("rect", { x: low.toFixed(1), width: Math.max(1.5, high - low).toFixed(1), y: y - height, height: 2 * height, rx: 2, class: `bar bar-${percent}` });
  };
  return [
    piece("90", half * 0.34),
    piece("80", half * 0.67),
    piece("50", half),
    line(at(median), y - half - 2, at(median), y + half + 2, "bar-median"),
    outcome !== null && drawn("circle", { cx: at(outcome).toFixed(1), cy: y, r: 4.5, class: "dot outcome" }),
  ];
}

/** A figure of one bar, on an axis whose ends are given. */
export function barFigure(told, stated, ends, { outcome = null, also = null } = {}) {
  return figure(told, (width) => {
    const at = linear(ends, [4, width - 4]);
    return {
      height: 26,
      parts: [line(4, 13, width - 4, 13, "rail"), also !== null && line(at(also), 1, at(also), 25, "bar-also"), bar(stated, at, 13, { outcome })],
    };
  }, { kind: "bar-figure" });
}

/** A figure that is only the axis, to stand below bars of the same ends. */
export function axisFigure(ends, unit) {
  return figure("axis", (width) => ({ height: 26, parts: axis(linear(ends, [4, width - 4]), ends, unit, { y: 1, width }) }), { kind: "bar-figure" });
}

export { grid };
