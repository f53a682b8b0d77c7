// The service: requests to the API below /v1, with the key of this tab, and its problems as errors.

import { askForKey, key } from "./key.js";
import { events } from "./events.js";

/** What the service could not do, in its own words. */
export class Problem extends Error {
  constructor(status, told) {
    super(told.detail || `The service answered ${status}.`);
    this.status = status;
    this.kind = String(told.type ?? "").split(":").pop();
    this.told = told;
  }
}

/** Ask for what is there. Parts of the query that are empty are left out. */
export async function get(path, query = {}) {
  const wanted = new URLSearchParams(Object.entries(query).filter(([, value]) => value !== "" && value !== null && value !== undefined));
  const answer = await send(wanted.size ? `${path}?${wanted}` : path, { method: "GET" });
  return answer.json();
}

/** Ask for a file. */
export async function file(path) {
  return (await send(path, { method: "GET", headers: { Accept: "*/*" } })).blob();
}

/** Send a document; returns the answer's. */
export async function post(path, body) {
  const answer = await send(path, sent(body));
  return answer.json();
}

/** Send a document; yields `{event, data}` as they come. */
export async function* stream(path, body, signal) {
  const answer = await send(path, { ...sent(body), signal });
  yield* events(answer.body);
}

function sent(body) {
  return { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) };
}

async function send(path, request, again = true) {
  const headers = { Accept: "application/json", ...request.headers };
  if (key()) headers.Authorization = `Bearer ${key()}`;
  const answer = await reached(path, { ...request, headers, redirect: "error" });
  if (answer.ok) return answer;
  const problem = new Problem(answer.status, await document_(answer));
  if (answer.status === 401 && again && (await askForKey(problem.message))) return send(path, request, true);
  throw problem;
}

async function reached(path, request) {
  try {
    return await fetch(path, request);
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem(0, { type: "unreachable", detail: "The service cannot be reached. Is scorecast serve still running?" });
  }
}

async function document_(answer) {
  try {
    return await answer.json();
  } catch {
    return {};
  }
}
