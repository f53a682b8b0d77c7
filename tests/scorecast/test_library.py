"""The Python API: the numbers of the pipeline, entered in the ledger, safe to show, and light to import."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
from xml.etree import ElementTree

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
