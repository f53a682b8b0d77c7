// Labels that do not overlap: each gets a row in which it fits, or is left out.

const paper = document.createElement("canvas").getContext("2d");

/** Width of a text in pixels, in the font of the charts. */
export function textWidth(text, size = 12, weight = 400) {
  paper.font = `${weight} ${size}px ${getComputedStyle(document.body).fontFamily}`;
  return paper.measureText(text).width;
}

/**
 * Place labels in rows, the first ones first.
 *
 * @param labels each with `x`, the middle it wants, and `text`.
 * @returns those that found room, each with `left`, `width` and `row`.
 */
export function placed(labels, { width, rows, size = 12, weight = 400, gap = 10 }) {
  const taken = Array.from({ length: rows }, () => []);
  return labels.flatMap((label) => {
    const wide = textWidth(label.text, size, weight);
    const left = Math.max(0, Math.min(width - wide, label.x - wide / 2));
    const row = taken.findIndex((spans) => spans.every(([from, to]) => left + wide + gap <= from || left >= to + gap));
    if (row < 0) return [];
    taken[row].push([left, left + wide]);
    return [{ ...label, left, width: wide, row }];
  });
}
