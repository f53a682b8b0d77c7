// The lowest contrast of visible text against what lies behind it, by WCAG 2.2; given to the browser by the tests.
() => {
  const paper = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const known = new Map();
  const rgba = (colour) => {
    if (!known.has(colour)) known.set(colour, painted(colour));
    return known.get(colour);
  };
  const painted = (colour) => {
    paper.clearRect(0, 0, 1, 1);
    paper.fillStyle = colour;
    paper.fillRect(0, 0, 1, 1);
    const [r, g, b, a] = paper.getImageData(0, 0, 1, 1).data;
    return [r, g, b, a / 255];
  };
  const over = ([r, g, b, a], below) => [r, g, b].map((part, index) => part * a + below[index] * (1 - a));
  const behind = (node) => {
    const layers = [];
    for (let at = node; at; at = at.parentElement) {
      layers.push(rgba(getComputedStyle(at).backgroundColor));
      if (layers.at(-1)[3] === 1) break;
    }
    return layers.reverse().reduce((below, layer) => over(layer, below), [255, 255, 255]);
  };
  const linear = (part) => (part / 255 <= 0.04045 ? part / 255 / 12.92 : ((part / 255 + 0.055) / 1.055) ** 2.4);
  const luminance = ([r, g, b]) => 0.2126 * linear(r) + 0.7152 * linear(g) + 0.0722 * linear(b);
  const ratio = (one, other) => {
    const [low, high] = [luminance(one), luminance(other)].sort((a, b) => a - b);
    return (high + 0.05) / (low + 0.05);
  };
  const texts = [...document.querySelectorAll("body *")].filter(
    (node) => [...node.childNodes].some((child) => child.nodeType === 3 && child.textContent.trim()) && node.checkVisibility() && !node.closest("noscript, title, datalist, :disabled"),
  );
  return texts.map((node) => {
    const style = getComputedStyle(node);
    const svg = node instanceof SVGElement;
    const below = behind(svg ? node.ownerSVGElement.parentElement : node);
    return { ratio: ratio(over(rgba(svg ? style.fill : style.color), below), below), text: node.textContent.trim().slice(0, 40) };
  });
}
