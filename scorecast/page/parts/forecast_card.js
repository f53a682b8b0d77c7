// A forecast in full: the numbers, the picture, what it rests on, who made it, and where the ledger has it.

import { forecastChart } from "../charts/forecast_chart.js";
import { element, fill } from "../dom.js";
import * as format from "../format.js";
import { knownScores } from "../known_scores.js";
import { address } from "../router.js";
import { componentsPart } from "./components.js";
import { evidencePart } from "./evidence.js";
import { opinionsPart } from "./opinions.js";

/** The card of a forecast, or of an abstention with its reason. */
export function forecastCard(forecast, { level = 2, outcome = null } = {}) {
  const card = element("article", { class: "card forecast" }, head(forecast, level));
  if (forecast.abstained) {
    card.append(element("p", { class: "callout" }, `No forecast: ${forecast.reason}`));
    return card;
  }
  const picture = element("div", { class: "picture" }, forecastChart(forecast, [], outcome));
  card.append(...present([already(forecast), numbers(forecast), picture, caveats(forecast), componentsPart(forecast), evidencePart(forecast), opinionsPart(forecast), foot(forecast)]));
  knownScores(forecast).then((known) => known.length && fill(picture, forecastChart(forecast, known, outcome)));
  return card;
}

function present(parts) {
  return parts.filter(Boolean);
}

function head(forecast, level) {
  const { question, unit, as_of } = forecast;
  const conditions = format.setting(question.setting);
  return element(
    "header",
    {},
    element(`h${level}`, { class: "question" }, element("span", {}, question.model_name), element("span", { class: "on" }, " on "), element("span", {}, question.benchmark_name)),
    element("p", { class: "muted" }, [`${format.told(question, unit)}; as of ${format.day(as_of)}`, conditions && `; ${conditions}`]),
  );
}

function already({ already_reported: reports, question, unit }) {
  if (!reports.length) return null;
  const shown = reports.slice(0, 3).map((record) => `${format.score(record.value, unit)} (${format.day(record.published)}, ${record.source})`);
  const more = reports.length > 3 ? ` and ${reports.length - 3} more` : "";
  const then = question.withhold ? "The forecast does not know it." : "The forecast is of a new measurement.";
  return element("p", { class: "callout" }, `Reported already: ${shown.join(", ")}${more}. ${then}`);
}

function numbers(forecast) {
  const { unit, intervals, threshold } = forecast;
  return element(
    "dl",
    { class: "numbers" },
    stated("Median", format.score(forecast.median, unit), "first"),
    Object.entries(intervals).map(([percent, pair]) => stated(`${percent} % interval`, format.range(pair, unit), `band-${percent}`)),
    threshold && stated(...chance(forecast), "threshold"),
  );
}

function stated(title, value, kind) {
  return element("div", { class: `number ${kind}` }, element("dt", {}, title), element("dd", {}, value));
}

function chance({ threshold, question, unit }) {
  return question.higher_is_better
    ? [`Reaches ${format.asked(threshold.value, unit)}`, format.probability(threshold.probability_at_least)]
    : [`At most ${format.asked(threshold.value, unit)}`, format.probability(threshold.probability_at_most)];
}

function caveats({ caveats: told }) {
  if (!told.length) return null;
  return element("ul", { class: "caveats", "aria-label": "Caveats" }, told.map((caveat) => element("li", {}, caveat)));
}

function foot(forecast) {
  const { evidence_level: level, id, method } = forecast;
  const known = level && `Known: ${format.count(level.model_scores)} scores of this model, ${format.count(level.benchmark_scores)} models on this benchmark. `;
  return element(
    "footer",
    { class: "muted" },
    element("p", {}, known, `Forecaster: ${method}, ${languageModel(forecast.provenance?.settings ?? {})}.`),
    id && element("p", {}, "In the ledger as ", element("a", { href: address(["ledger", id]), class: "hash" }, id)),
  );
}

function languageModel(told) {
  if (!told.agent_share) return "without a language model";
  const names = told.mode === "blind" ? "blind: names and tell-tale numbers were masked" : "named: it saw the names of model and benchmark";
  return `with the language model ${told.llm} (${names})`;
}
