// Elements. Everything that is told becomes a text node: no name, note or address is ever read as markup.

const DRAWING = "http://www.w3.org/2000/svg";

/** Make an HTML element; attributes that are null or false are left out, functions are listeners (`onclick`). */
export function element(name, attributes = {}, ...children) {
  return furnished(document.createElement(name), attributes, children);
}

/** Make an SVG element. */
export function drawn(name, attributes = {}, ...children) {
  return furnished(document.createElementNS(DRAWING, name), attributes, children);
}

function furnished(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (typeof value === "function") node.addEventListener(name.slice(2), value);
    else if (value !== null && value !== undefined && value !== false) node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...told(children));
  return node;
}

/** Put children in the place of what an element holds. */
export function fill(node, ...children) {
  node.replaceChildren(...told(children));
  return node;
}

function told(children) {
  return children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false);
}

/** A link to an http(s) address; any other address is only text. */
export function outside(address, text) {
  const url = webAddress(address);
  if (!url) return text ? element("span", {}, text) : null;
  return element("a", { href: url.href, target: "_blank", rel: "noopener noreferrer", title: url.href }, text || host(url));
}

function webAddress(address) {
  try {
    const url = new URL(address);
    return url.protocol === "https:" || url.protocol === "http:" ? url : null;
  } catch {
    return null;
  }
}

function host(url) {
  return url.hostname.replace(/^www\./, "");
}

let numbers = 0;

/** An id that no other element of the page has. */
export function newId(name) {
  numbers += 1;
  return `${name}-${numbers}`;
}

/** Say something to those who listen to the page. */
export function announce(text) {
  document.getElementById("announcer").textContent = text;
}
