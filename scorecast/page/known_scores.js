// Known scores of other models on the benchmark of a forecast: what the picture shows below its axis.

import { Problem, get } from "./service.js";

const MOST = 200;

/** `{name, value, near}` of each model, the latest report; those that the forecast rests on are near, and come first. */
export async function knownScores({ question, as_of, evidence }) {
  const records = await onBenchmark(question.benchmark, as_of);
  const latest = new Map();
  for (const record of records) {
    const headline = !record.metric && record.model !== question.model;
    if (headline && !latest.has(record.model)) latest.set(record.model, { name: record.model, value: record.value, near: false });
  }
  const near = evidence.filter((item) => item.benchmark === question.benchmark && item.model !== question.model);
  for (const { model, value } of near) {
    const first = latest.get(model);
    if (!first?.near) latest.set(model, { name: model, value, near: true });
  }
  const order = near.map(({ model }) => model);
  const rank = ({ name }) => (order.includes(name) ? order.indexOf(name) : order.length);
  return [...latest.values()].sort((one, other) => rank(one) - rank(other));
}

async function onBenchmark(benchmark, asOf) {
  try {
    return (await get("/v1/records", { benchmark, as_of: asOf, limit: MOST })).records;
  } catch (error) {
    if (error instanceof Problem) return []; // a benchmark of one's own has none; the forecast stands without them
    throw error;
  }
}
