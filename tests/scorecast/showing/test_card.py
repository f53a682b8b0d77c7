"""Cards and JSON: all that the reply says, nothing that it does not, whatever the metric."""

from __future__ import annotations

import datetime as dt
import io
import json

import pytest
from rich.console import Console

from records.distribution import Distribution
from records.evidence import Evidence, EvidenceLevel, Relation
from records.forecast import Abstention, Component, Forecast, Provenance
from records.ledger import Issued
from records.metric import Metric, Unit
from scorecast.pipeline import Reply
from scorecast.showing.card import BAR, bar, card, chance, comparison, score, show
from scorecast.showing.reply_json import as_json, comparison_json
from scorecast.showing.several import probabilities_best, ranking, several_json

LEVEL = EvidenceLevel(model_scores=4, benchmark_scores=30)
RATING = Metric(name="rating", unit=Unit.RATING)
ERRORS = Metric(name="error_rate", higher_is_better=False)


def text(thing) -> str:
    """Render as a plain terminal would."""
    screen = Console(file=io.StringIO(), width=110, color_system=None)
    screen.print(thing)
    return screen.file.getvalue()


@pytest.fixture
def reply(make_question, make_benchmark, make_record):
    """Make a reply around a location and scale on the working scale."""

    def make(location=0.5, scale=0.3, metric=None, **fields) -> Reply:
        benchmark = make_benchmark(metric=metric) if metric else make_benchmark()
        stated = Distribution.from_location_scale(location, scale, benchmark.metric)
        forecast = Forecast(
            question=make_question(benchmark=benchmark, cell_known=True),
            distribution=stated,
            method="pool",
            evidence_level=LEVEL,
            components=(Component(name="additive", weight=1.0, distribution=stated, reason="model plus benchmark"),),
            evidence=(
                Evidence(
                    record=make_record(value=61.5, model="model-b", url="https://example.org/table"),
                    relation=Relation.SIMILAR_MODEL,
                    relevance=0.8,
                    why="scores alike",
                ),
            ),
            caveats=("extrapolates",),
            provenance=Provenance(version="1.0", history="abc"),
        )
        return Reply(answer=forecast, **fields)

    return make


def test_a_card_shows_median_intervals_evidence_components_and_caveats(reply) -> None:
    shown = text(card(reply()))
    stated = reply().answer.distribution
    assert f"{stated.median:.1f} %" in shown
    for percent in (50, 80, 90):
        low, high = stated.interval(percent)
        assert f"{percent} % between {low:.1f} % and {high:.1f} %" in shown
    for needed in ("61.5", "2025-03-01", "https://example.org/table", "additive", "model plus benchmark"):
        assert needed in shown
    assert "extrapolates" in shown
    assert "4 other score(s)" in shown


def test_the_probability_of_a_threshold_follows_the_direction_of_the_metric(reply) -> None:
    accuracy, errors = reply(), reply(metric=ERRORS)
    p = accuracy.answer.distribution.exceedance(60.0)
    assert f"at least 60.0 %) = {chance(p)}, below it {chance(1 - p)}" in text(card(accuracy, threshold=60.0))
    assert f"at most 60.0 %) = {chance(1 - p)}, above it {chance(p)}" in text(card(errors, threshold=60.0))


def test_what_was_reported_already_is_said_before_the_forecast(reply, make_record) -> None:
    shown = text(card(reply(already_reported=(make_record(value=64.2),))))
    assert shown.index("Already reported (1)") < shown.index("Median")
    assert "64.2 %" in shown


def test_an_abstention_is_a_sentence_and_no_number(make_question) -> None:
    silent = Reply(answer=Abstention(question=make_question(), method="pool", reason="nothing is known"))
    assert "No forecast: nothing is known" in text(card(silent))
    told = as_json(silent)
    assert told["abstained"] is True
    assert "median" not in told


def test_an_issued_forecast_tells_its_place_in_the_ledger_and_how_it_is_settled(reply) -> None:
    moment = dt.datetime(2025, 6, 1, 12, tzinfo=dt.UTC)
    entry = Issued.of(reply().answer, issued_at=moment)
    issued = reply(issued=entry)
    assert f"scorecast resolve {entry.id} SCORE" in text(card(issued))
    assert as_json(issued) == {"id": entry.id, "issued_at": "2025-06-01T12:00:00+00:00"} | as_json(reply())
    assert "Ledger" not in text(card(reply()))


def test_texts_from_records_cannot_style_or_break_the_card(reply, make_record) -> None:
    hostile = reply(already_reported=(make_record(value=1.0, note="[red]x", url="https://e.org/[bold]"),))
    assert "[/]" not in text(card(hostile))
    assert "1.0 %" in text(card(hostile))


@pytest.mark.parametrize(
    ("value", "metric", "told"),
    [
        (71.25, Metric(name="accuracy"), "71.2 %"),
        (1284.4, RATING, "1,284"),
        (5230.4, Metric(name="money", unit=Unit.USD, lower=0.0), "$5,230"),
        (3.256, Metric(name="points", unit=Unit.POINTS), "3.26"),
    ],
)
def test_scores_are_written_in_their_unit(value, metric, told) -> None:
    assert score(value, metric) == told


def test_the_bar_is_darkest_in_the_middle_and_as_wide_as_promised(reply) -> None:
    drawn = bar(reply().answer.distribution, 0.0, 100.0).plain
    assert len(drawn) == BAR
    assert drawn.index("░") < drawn.index("▓") < drawn.index("█") < drawn.index("┃")


def test_an_unbounded_metric_gets_an_axis_around_its_forecast(reply) -> None:
    shown = text(card(reply(location=1300.0, scale=20.0, metric=RATING), threshold=1310.0))
    assert "at least 1,310" in shown
    assert "▲" in shown


def test_a_comparison_names_the_better_model_by_the_direction_of_the_metric(reply, make_model) -> None:
    def named(answer, name):
        question = answer.question.model_copy(update={"model": make_model(name.lower(), name=name)})
        return answer.model_copy(update={"question": question})

    for metric, better in ((Metric(name="accuracy"), "High"), (ERRORS, "Low")):
        high = named(reply(location=1.0, metric=metric).answer, "High")
        low = named(reply(location=-1.0, metric=metric).answer, "Low")
        assert f"{better} scores better with probability over 99 %" in text(comparison(high, low))
        told = comparison_json(Reply(answer=high), Reply(answer=low))
        assert round(told["probability_first_better"]) == (better == "High")


def test_json_has_the_promised_keys_and_survives_a_round_trip(reply, make_record) -> None:
    told = as_json(reply(already_reported=(make_record(),)), threshold=60.0)
    promised = "question as_of unit median intervals quantiles already_reported evidence components evidence_level"
    assert set(promised.split()) | {"caveats", "provenance", "threshold", "method", "weighing"} == set(told)
    assert json.loads(json.dumps(told)) == told
    assert set(told["intervals"]) == {"50", "80", "90"}
    assert len(told["quantiles"]) == 99
    assert told["quantiles"]["0.50"] == told["median"]
    assert told["as_of"] == dt.date(2025, 6, 1).isoformat()


def test_a_threshold_is_written_with_its_digits_and_both_sides_of_it_and_nothing_is_certain(reply) -> None:
    told = text(card(reply(), threshold=60.25))
    assert "P(score is at least 60.25 %) = " in told
    assert ", below it " in told
    assert "P(score is at most 99.9 %) = over 99 %, above it under 1 %" in text(
        card(reply(metric=ERRORS), threshold=99.9)
    )
    assert "P(score is at least 1,284.125)" in text(
        card(reply(location=1284.0, scale=9.0, metric=RATING), threshold=1284.125)
    )


def test_a_threshold_that_may_be_a_share_of_one_is_pointed_out(reply) -> None:
    assert "for 60 % ask for 60" in text(card(reply(), threshold=0.6))
    assert "ask for" not in text(card(reply(), threshold=6.0))


def test_several_models_are_ranked_and_their_chances_to_be_the_best_add_up(reply, make_model) -> None:
    def named(name, location, metric):
        made = reply(location=location, metric=metric)
        question = made.answer.question.model_copy(update={"model": make_model(name.lower(), name=name)})
        return Reply(answer=made.answer.model_copy(update={"question": question}))

    for metric, order in ((Metric(name="accuracy"), ["Top", "Middle", "Low"]), (ERRORS, ["Low", "Middle", "Top"])):
        several = [named("Middle", 0.5, metric), named("Low", 0.0, metric), named("Top", 1.0, metric)]
        shown = text(ranking(several, threshold=60.0))
        assert sorted(order, key=shown.index) == order
        best = probabilities_best(
            [one.answer.distribution for one in several], higher_is_better=metric.higher_is_better
        )
        assert sum(best) == pytest.approx(1.0)
        told = several_json(several, threshold=60.0)
        assert [one["question"]["model"] for one in told["forecasts"]] == ["middle", "low", "top"]
        assert len(told["pairs"]) == 3
        assert round(told["pairs"][0]["probability_first_better"]) == (order[0] == "Top")
        assert all("threshold" in one for one in told["forecasts"])


@pytest.mark.parametrize("columns", [60, 40])
def test_bars_fit_narrow_terminals(reply, columns) -> None:
    made = reply()
    screen = Console(file=io.StringIO(), width=columns, color_system=None)
    show(screen, made, threshold=60.0)
    screen.print(comparison(made.answer, made.answer, columns=columns))
    lines = screen.file.getvalue().splitlines()
    assert sum("┃" in line for line in lines) == 3
    assert all("░" in line and "┃" in line for line in lines if "▓▓" in line)
    [mark] = [line.index("▲") for line in lines if "▲" in line]
    assert mark < columns


def test_names_that_look_like_markup_are_shown_as_they_stand(reply, make_model) -> None:
    made = reply()
    question = made.answer.question.model_copy(update={"model": make_model("mine", name="my[/bold] [red]model:cat:")})
    found = made.answer.evidence[0].model_copy(update={"why": "of the same family, [/x]"})
    odd = Reply(answer=made.answer.model_copy(update={"question": question, "evidence": (found,)}))
    for shown in (card(odd), comparison(odd.answer, made.answer), ranking([odd, made, made])):
        assert "my[/bold] [red]model:cat:" in text(shown)
    assert "of the same family, [/x]" in text(card(odd))
