// Which view is shown: the part of the address behind the hash, `#/records?benchmark=mmlu`.

/** The place that the address names: its path in parts, and its query. */
export function place() {
  const [path, query = ""] = location.hash.replace(/^#\/?/, "").split("?");
  return { parts: path.split("/").filter(Boolean).map(decoded), query: new URLSearchParams(query) };
}

function decoded(part) {
  try {
    return decodeURIComponent(part);
  } catch {
    return part; // not written by this page
  }
}

/** The address of a place. Parts of the query that are empty are left out. */
export function address(parts, query = {}) {
  const told = new URLSearchParams(Object.entries(query).filter(([, value]) => value !== "" && value !== null && value !== undefined));
  const path = parts.map(encodeURIComponent).join("/");
  return `#/${path}${told.size ? `?${told}` : ""}`;
}

/** Go to a place, or look there again; the browser's Back leads here again. */
export function go(parts, query) {
  const wanted = address(parts, query);
  if (location.hash === wanted) dispatchEvent(new Event("hashchange"));
  else location.hash = wanted;
}
