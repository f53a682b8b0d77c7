// One entry of the ledger: the forecast word for word, and what came of it; where nothing did yet, a form to say it.

import { about, may } from "../about.js";
import { element, fill, outside } from "../dom.js";
import * as format from "../format.js";
import { field, form } from "../parts/fields.js";
import { forecastCard } from "../parts/forecast_card.js";
import { problemNote } from "../parts/problem.js";
import { address } from "../router.js";
import { get, post } from "../service.js";

/** The view of the entry whose id stands in the address. */
export async function entry({ parts: [, id] }) {
  const view = element("section", { class: "view" });
  await draw(view, id);
  return view;
}

async function draw(view, id) {
  const told = await get(`/v1/forecasts/${encodeURIComponent(id)}`);
  const service = await about();
  const came = told.settled ? told.settled.resolution.value : null;
  fill(
    view,
    element("p", { class: "crumbs" }, element("a", { href: address(["ledger"]) }, "Ledger"), element("span", { "aria-hidden": true }, " / "), element("span", { class: "hash" }, told.id)),
    forecastCard(told.forecast, { level: 1, outcome: came }),
    settlement(told, service, () => draw(view, id)),
    issued(told),
  );
}

function issued({ id, issued_at: at, user, forecast }) {
  const { version, history } = forecast.provenance ?? {};
  return element(
    "section",
    { class: "card" },
    element("h2", {}, "As it was issued"),
    element(
      "dl",
      { class: "facts" },
      fact("Issued", format.moment(at)),
      user && fact("For", user),
      fact("Hash", element("span", { class: "hash" }, id)),
      version && fact("Version", version),
      history && fact("Fingerprint of what it could see", element("span", { class: "hash" }, history)),
    ),
    element("p", { class: "muted" }, "The hash is of forecast, moment and user: an entry that was changed afterwards is refused."),
  );
}

function fact(title, value) {
  return [element("dt", {}, title), element("dd", {}, value)];
}

function settlement(told, service, again) {
  const card = element("section", { class: "card", id: "outcome" }, element("h2", {}, "Outcome"));
  if (told.settled) card.append(settled(told));
  const resolving = resolution(told, again);
  const offered = told.settled ? element("details", {}, element("summary", {}, "Correct it"), resolving) : resolving;
  if (may(service, "forecast")) card.append(offered);
  else if (!told.settled) card.append(element("p", { class: "muted" }, "It is awaited. Whoever has a key of the scope forecast can tell it."));
  return card;
}

function settled({ settled: { resolution: outcome, foresight }, forecast }) {
  const inside = ["50", "80", "90"].find((percent) => within(outcome.value, forecast.intervals[percent]));
  return element(
    "div",
    {},
    element("p", { class: "outcome-value" }, format.score(outcome.value, forecast.unit), element("span", { class: "muted" }, inside ? `inside the ${inside} % interval` : "outside the 90 % interval")),
    element("p", { class: "muted" }, `Published ${format.day(outcome.published)}, source `, outcome.url ? outside(outcome.url, outcome.source) : outcome.source, "."),
    !foresight && element("p", { class: "callout" }, "It was public when the forecast was issued, or the forecast knew a report of it: not scored in the track record."),
  );
}

function within(value, [low, high]) {
  return low <= value && value <= high;
}

function resolution({ id, forecast: { unit } }, again) {
  const score = field(`Score${unit === "percent" ? ", in percent" : ""}`, { inputmode: "decimal", required: true });
  const published = field("Published", { type: "date" }, "Today if empty.");
  const source = field("Source", { placeholder: "lab-report" }, "Its id: lower case, no spaces.");
  const url = field("Address", { type: "url", placeholder: "https://" }, "Where it can be read.");
  const trouble = element("div", {});
  const send = async () => {
    if (!score.input.value.trim()) return score.input.focus();
    try {
      await post(`/v1/forecasts/${id}/resolution`, asked(score, published, source, url));
      await again();
      document.getElementById("outcome").scrollIntoView({ block: "nearest" });
    } catch (error) {
      fill(trouble, problemNote(error));
    }
  };
  return form({ "aria-label": "Outcome" }, [element("div", { class: "fields" }, score, published, source, url), element("div", { class: "row" }, element("button", { type: "submit" }, "Settle")), trouble], send);
}

function asked(score, published, source, url) {
  const value = Number(score.input.value.trim().replace(",", ".").replace(/\s*%$/, ""));
  const told = { value: Number.isFinite(value) ? value : score.input.value, url: url.input.value.trim() };
  if (published.input.value) told.published = published.input.value;
  if (source.input.value.trim()) told.source = source.input.value.trim();
  return told;
}
