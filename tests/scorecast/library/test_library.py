"""The Python API: the numbers of the pipeline, entered in the ledger, safe to show, and light to import."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from xml.etree import ElementTree

import numpy as np
import pandas as pd
import pytest

import scorecast
from records.corpus.load import SERIES, corpus_fingerprint
from records.errors import UnknownName, UsageError
from records.store import Store
from scorecast.settings import Settings

NOW = dt.datetime(2025, 6, 2, 9, 0, tzinfo=dt.UTC)


@pytest.fixture(scope="session")
def settings(batch, tmp_path_factory) -> Settings:
    home = tmp_path_factory.mktemp("library")
    made = Settings(home=home, database_url=f"sqlite:///{home / 'store.db'}")
    with Store.open(made.database_url) as store:
        store.add_edition(batch, series=SERIES, imported_at=NOW, fingerprint=corpus_fingerprint())
    return made


@pytest.fixture(scope="session")
def session(settings):
    with scorecast.Session(settings, clock=lambda: NOW) as opened:
        yield opened


@pytest.fixture(scope="session")
def told(session):
    return session.forecast(model="Qwen3 32B", benchmark="GPQA Diamond", threshold=40.0)


def test_a_forecast_is_in_the_ledger_under_its_id(told, settings) -> None:
    with Store.open(settings.database_url) as store:
        assert store.ledger.entry(told.id).forecast == told.forecast


def test_its_numbers_agree_with_each_other(told) -> None:
    assert told.quantiles[0.5] == told.median
    assert told.interval(90) == pytest.approx((told.quantiles[0.05], told.quantiles[0.95]))
    assert told.probability_above() == told.probability_above(40.0)
    assert told.probability_above(told) == pytest.approx(0.5)
    assert 0.0 <= told.probability_above(told.median) <= 1.0
    assert told.unit == "percent"


def test_it_becomes_a_tidy_table(told) -> None:
    table = told.to_pandas()
    assert list(table.columns) == ["model", "benchmark", "as_of", "level", "score"]
    assert len(table) == 99
    assert table["score"].is_monotonic_increasing
    assert len(pd.concat([table, table])) == 198


def test_a_notebook_gets_a_picture_and_a_table(told) -> None:
    html = told._repr_html_()
    svg = html[html.index("<svg") : html.index("</svg>") + len("</svg>")]
    ElementTree.fromstring(svg)
    for banned in ("<script", "javascript:", "@import", "<!DOCTYPE"):
        assert banned not in html
    assert "90 % between" in html
    assert "at least 40.0 %" in html
    assert html == told._repr_html_(), "the same forecast is drawn the same"


def test_a_hostile_name_is_shown_as_letters(session) -> None:
    name = "$\\frac{1}<script>alert(1)</script>"
    told = session.forecast(model=name, benchmark="aime_2024", known={"arena": 1030.0})
    html = told._repr_html_()
    assert "<script" not in html
    assert "&lt;script&gt;" in html


def test_own_models_settings_and_dates_are_heeded(session) -> None:
    own = scorecast.OwnModel(params_b=32.0)
    told = session.forecast(
        model="my-model", benchmark="aime_2024", own=own, setting={"shots": 5}, as_of="2025-05-15", withhold=True
    )
    assert told.question.model.params_b == 32.0
    assert told.question.setting.shots == 5
    assert told.question.as_of == dt.date(2025, 5, 15)


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        ({"as_of": "tomorrow"}, "as_of takes a date"),
        ({"as_of": "2999-01-01"}, "future"),
        ({"threshold": 101.0}, "impossible"),
        ({"benchmark": "nothing-like-it"}, "No benchmark"),
        ({"model": "nobody"}, "No model"),
    ],
)
def test_what_makes_no_sense_is_told(session, asked, why) -> None:
    with pytest.raises(UsageError, match=why):
        session.forecast(**({"model": "gpt-4.1", "benchmark": "aime_2024"} | asked))


def test_an_unknown_benchmark_comes_with_suggestions(session) -> None:
    with pytest.raises(UnknownName) as caught:
        session.forecast(model="gpt-4.1", benchmark="gpqa_diamonds")
    assert "gpqa_diamond" in caught.value.suggestions


def test_forecasts_in_different_units_are_not_compared(session, told) -> None:
    with pytest.raises(UsageError, match="cannot be held against"):
        told.probability_above(session.forecast(model="gpt-4.1", benchmark="arena"))


def test_the_function_uses_the_store_of_the_command_line(settings, monkeypatch) -> None:
    monkeypatch.setenv("SCORECAST_HOME", str(settings.home))
    monkeypatch.setenv("SCORECAST_DATABASE_URL", settings.database_url)
    told = scorecast.forecast(model="qwen3-32b", benchmark="aime_2024")
    with Store.open(settings.database_url) as store:
        assert store.ledger.entry(told.id).forecast.question.benchmark.id == "aime_2024"


@pytest.fixture(scope="session")
def compared(session):
    return session.compare(models=["GPT-4.1", "Qwen3 32B", "deepseek-r1"], benchmark="AIME 2024")


def test_compared_models_are_all_in_the_ledger(compared, settings) -> None:
    with Store.open(settings.database_url) as store:
        assert all(store.ledger.entry(one.id).forecast == one.forecast for one in compared.forecasts)


def test_of_two_models_one_is_better(compared) -> None:
    table = compared.probabilities()
    for first in compared.models:
        for second in compared.models:
            if first != second:
                assert table.loc[first, second] + table.loc[second, first] == pytest.approx(1.0)
                assert table.loc[first, second] == compared.probability_better(first, second)


def test_chances_of_being_the_best_add_up_and_are_the_same_each_time(compared) -> None:
    table = compared.to_pandas()
    assert table["probability_best"].sum() == pytest.approx(1.0)
    assert table["probability_best"].is_monotonic_decreasing
    assert table.equals(compared.to_pandas())


def test_where_low_is_good_the_lower_score_is_the_better_one(session) -> None:
    compared = session.compare(models=["GPT-4.1", "old-0"], benchmark="speech_errors")
    low, high = sorted(compared.forecasts, key=lambda one: one.median)
    assert low.probability_better(high) > 0.5
    assert compared.to_pandas()["model"][0] == low.question.model.id


def test_a_comparison_is_shown_as_a_picture_and_a_table(session) -> None:
    name = "$x<script>alert(1)</script>"
    html = session.compare(
        models=[name, "GPT-4.1"], benchmark="aime_2024", known={name: {"arena": 1030.0}}
    )._repr_html_()
    ElementTree.fromstring(html[html.index("<svg") : html.index("</svg>") + len("</svg>")])
    assert "<script" not in html
    assert "best with" in html


@pytest.mark.parametrize(
    ("asked", "why"),
    [
        ({"models": ["GPT-4.1"]}, "Two or more"),
        ({"models": "GPT-4.1"}, "Two or more"),
        ({"models": ["GPT-4.1", "gpt-4.1"]}, "same model"),
        ({"models": ["GPT-4.1", "nobody"]}, "No model"),
        ({"known": {"my-model": {"arena": 1000.0}}}, "not among the models"),
    ],
)
def test_a_comparison_that_makes_no_sense_is_told(session, asked, why) -> None:
    with pytest.raises(UsageError, match=why):
        session.compare(**({"models": ["GPT-4.1", "deepseek-r1"], "benchmark": "aime_2024"} | asked))


QUESTIONS = [
    {"model": "GPT-4.1", "benchmark": "aime_2024", "threshold": 40},
    {"model": "Qwen3 32B", "benchmark": "GPQA Diamond", "shots": 5, "mine": "kept out"},
    {"model": "my-model", "benchmark": "arena", "params_b": 32},
]


@pytest.mark.parametrize("kind", [pd.DataFrame, list])
def test_many_questions_are_answered_in_order_and_entered(session, settings, kind) -> None:
    found = session.forecasts(kind(QUESTIONS))
    table = found.to_pandas()
    assert list(table["model"]) == ["gpt-4.1", "qwen3-32b", "my-model"]
    assert found[1].question.setting.shots == 5
    assert table["probability"][0] == found[0].probability_above(40)
    assert table["probability"].isna().tolist() == [False, True, True]
    with Store.open(settings.database_url) as store:
        assert [store.ledger.entry(key).cell[0] for key in table["id"]] == list(table["model"])
    assert "gpt-4.1" in found._repr_html_()
    assert len(found[1:]) == 2


def test_one_question_alone_and_among_others_has_one_answer(session) -> None:
    alone = session.forecast(model="GPT-4.1", benchmark="aime_2024")
    among = session.forecasts(QUESTIONS)[0]
    assert among.distribution.quantiles == pytest.approx(alone.distribution.quantiles, abs=1e-9)


def test_withheld_questions_hide_their_scores_from_one_another(session) -> None:
    cells = [("deepseek-r1", "aime_2024"), ("deepseek-r1", "gpqa_main")]
    found = session.forecasts([{"model": m, "benchmark": b} for m, b in cells], withhold=True)
    shown = {item.record.cell for one in found for item in one.evidence}
    assert shown
    assert not shown & set(cells)
    assert [one.already_reported for one in found] == [(), ()]


def test_rows_that_make_no_sense_are_told_by_their_place(session) -> None:
    with pytest.raises(UsageError, match=r"row 2, column model: No model .*row 3"):
        session.forecasts([*QUESTIONS[:1], {"model": "nobody", "benchmark": "arena"}, {"model": "gpt-4.1"}])


@pytest.mark.parametrize("table", [{"model": ["GPT-4.1"]}, [("GPT-4.1", "aime_2024")], "GPT-4.1"])
def test_what_is_no_table_is_told(session, table) -> None:
    with pytest.raises(UsageError, match="A table is a data frame"):
        session.forecasts(table)


def test_an_unknown_model_comes_with_suggestions(session) -> None:
    with pytest.raises(UnknownName) as caught:
        session.forecast(model="qwen3-32c", benchmark="aime_2024")
    assert "qwen3-32b" in caught.value.suggestions


def test_importing_the_package_loads_nothing_heavy() -> None:
    program = (
        "import sys, scorecast; assert set(scorecast.__all__) <= {*dir(scorecast), *scorecast.__all__}; "
        "sys.exit(bool({'numpy', 'pandas', 'pydantic', 'sqlalchemy', 'matplotlib'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_every_public_name_is_there_and_no_other() -> None:
    for name in scorecast.__all__:
        assert getattr(scorecast, name).__name__ == name
    with pytest.raises(AttributeError, match="has no attribute 'nothing'"):
        getattr(scorecast, "nothing")  # noqa: B009 - a name that mypy does not know


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        ({"model": None}, "model takes a name"),
        ({"benchmark": ["GPQA Diamond"]}, "benchmark takes a name"),
        ({"threshold": "60"}, "threshold takes a number in the unit of the benchmark"),
        ({"as_of": 20250101}, "as_of takes a date"),
        ({"as_of": "soon"}, "as_of takes a date"),
        ({"known": [71]}, "known takes scores by benchmark"),
        ({"known": {"aime_2024": "71"}}, "takes a number"),
        ({"known": {"aime_2024": float("nan")}}, "^known aime_2024=nan: scores on"),
        ({"setting": "shots=5"}, "setting takes a mapping"),
        ({"setting": {"temperature": 1}}, "^setting takes KEY=VALUE"),
        ({"own": {"params_b": 7}}, "own takes a scorecast.OwnModel"),
    ],
)
def test_what_is_no_argument_is_told_by_its_name_in_python(session, arguments, says) -> None:
    usual = {"model": "Qwen3 32B", "benchmark": "GPQA Diamond"}
    with pytest.raises(UsageError, match=says):
        session.forecast(**(usual | arguments))


def test_numbers_of_numpy_are_numbers(session) -> None:
    told = session.forecast(
        model="mine",
        benchmark="GPQA Diamond",
        known={"aime_2024": np.float64(40.0)},
        setting={"shots": np.int64(5)},
        threshold=np.float32(50.0),
    )
    assert told.question.known[0].value == 40.0
    assert told.question.setting.shots == 5
    assert isinstance(told.threshold, float)


def test_an_interval_of_a_share_of_one_is_refused(told) -> None:
    with pytest.raises(UsageError, match=r"1 to 100 percent, such as 90; found 0\.9"):
        told.interval(0.9)
