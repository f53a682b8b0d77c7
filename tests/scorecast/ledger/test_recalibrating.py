"""Recalibration from the ledger: what was settled is learned from, and nothing that a forecast may not know."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from records.errors import StoreError
from records.evidence import EvidenceLevel
from records.exclusion import NOTHING, Exclusion
from records.forecast import Provenance
from retrieval.nearest import NearestRecords
from scorecast.ledger.in_force import in_force
from scorecast.ledger.kept_marks import KeptMarks
from scorecast.ledger.marks import forecaster_of, raw_levels
from scorecast.ledger.recalibrating import FromLedger
from scorecast.pipeline import Pipeline

DAY = dt.date(2025, 6, 1)
PUBLISHED_BEFORE = dt.date(2025, 3, 1)
MANY = 24


@pytest.fixture
def recalibrated(ledger_store):
    """Recalibrate a forecast as of a day, by a stage that has read nothing yet."""

    def run(forecast, *, day: dt.date = DAY, exclude: Exclusion = NOTHING):
        history = ledger_store.history(as_of=day, exclude=exclude)
        return FromLedger(ledger_store.resolutions)(forecast, history)

    return run


@pytest.fixture
def asked(stated):
    """The forecast that is to be recalibrated."""
    return stated("new-model", "new-bench", as_of=DAY)


@pytest.fixture
def many(stated, settle):
    """Settle many forecasts of cells of their own, all outcomes far above."""
    return lambda **how: [settle(stated(f"model-{i}", f"bench-{i}"), **how) for i in range(MANY)]


def test_an_empty_ledger_leaves_forecasts_alone(recalibrated, asked) -> None:
    assert recalibrated(asked) is asked


def test_outcomes_above_move_forecasts_up_and_it_is_told(recalibrated, asked, many) -> None:
    many()
    found = recalibrated(asked)
    assert found.distribution.median > asked.distribution.median + 1.0
    [caveat] = found.caveats
    assert caveat.startswith(f"recalibrated by {MANY} settled forecasts of pool")
    told = found.provenance.settings
    assert told["recalibration_settled"] == MANY
    assert told["recalibration_worth"] < MANY
    assert told["recalibration_shift"] > 0


def test_it_is_the_same_each_time_and_kept(ledger_store, asked, many) -> None:
    many()
    stage, history = FromLedger(ledger_store.resolutions), ledger_store.history(as_of=DAY)
    first = stage(asked, history)
    assert first == stage(asked, history) == FromLedger(ledger_store.resolutions)(asked, history)


@pytest.mark.parametrize(
    "how",
    [
        {"entered": dt.datetime(2025, 6, 1, 0, 1, tzinfo=dt.UTC)},
        {"entered": dt.datetime(2025, 9, 1, tzinfo=dt.UTC)},
        {"published": DAY, "entered": dt.datetime(2025, 5, 31, tzinfo=dt.UTC)},
        {"published": dt.date(2025, 2, 1)},
        {"published": dt.date(2025, 3, 1)},
    ],
    ids=["entered on the day", "entered later", "public on the day", "public before it was issued", "the same day"],
)
def test_what_was_not_settled_by_foresight_before_the_day_teaches_nothing(recalibrated, asked, many, how) -> None:
    many(**how)
    assert recalibrated(asked) is asked


def test_a_correction_counts_from_the_day_on_which_it_was_entered(ledger_store, recalibrated, asked, many) -> None:
    for one in many():
        mended = one.resolution.model_copy(update={"value": 50.0})
        ledger_store.ledger.resolve(one.issued.id, mended, resolved_at=dt.datetime(2025, 7, 1, tzinfo=dt.UTC))
    before, after = (recalibrated(asked, day=day).distribution.median for day in (DAY, dt.date(2025, 8, 1)))
    assert before > asked.distribution.median + 1.0
    assert after == pytest.approx(asked.distribution.median, abs=0.2)


def test_the_asked_cell_and_its_siblings_teach_nothing_about_themselves(recalibrated, stated, settle) -> None:
    for name in ("o3-high", "o3-low"):
        settle(stated(name, "gpqa_diamond"))
        settle(stated(name, "gpqa_main"))
    own = stated("o3-low", "gpqa_diamond", as_of=DAY)
    assert recalibrated(own) is own
    other = stated("gpt-4.1", "gpqa_diamond", as_of=DAY)
    assert recalibrated(other) != other


@pytest.mark.parametrize(
    "exclude",
    [
        Exclusion(cells=frozenset({("o3-high", "gpqa_main")})),
        Exclusion(models=frozenset({"o3-low"})),
        Exclusion(benchmarks=frozenset({"gpqa_main"})),
        Exclusion(sources=frozenset({"source-a"})),
    ],
    ids=["cell", "model", "benchmark", "source"],
)
def test_what_a_history_withholds_teaches_nothing(recalibrated, asked, stated, settle, exclude) -> None:
    settle(stated("o3-low", "gpqa_diamond"), source="source-a")
    assert recalibrated(asked) != asked
    assert recalibrated(asked, exclude=exclude) is asked


def test_an_outcome_from_a_record_that_is_not_shown_teaches_nothing(
    ledger_store, recalibrated, asked, stated, settle
) -> None:
    settle(stated("o3-low", "aime_2024"), record_id="no record of this store")
    assert recalibrated(asked) is asked
    settle(stated("o3-low", "arena"), record_id=ledger_store.history(as_of=DAY).records["id"].iloc[0])
    assert recalibrated(asked) != asked


def test_forecasters_learn_from_their_own_forecasts_only(recalibrated, stated, settle) -> None:
    settle(stated("model-a", "bench-a", method="additive"))
    pool, additive = (stated("new-model", "new-bench", as_of=DAY, method=name) for name in ("pool", "additive"))
    assert recalibrated(pool) is pool
    assert recalibrated(additive) != additive
    agents = [
        pool.model_copy(update={"provenance": Provenance(settings={"agent_share": 0.2, "llm": llm, "mode": mode})})
        for llm, mode in (("one", "named"), ("one", "blind"), ("two", "named"))
    ]
    assert len({forecaster_of(one) for one in (pool, *agents)}) == 4


def test_who_knows_a_report_of_the_very_cell_is_left_alone(recalibrated, asked, many) -> None:
    many()
    knowing = asked.model_copy(
        update={"evidence_level": EvidenceLevel(model_scores=3, benchmark_scores=3, cell_reports=1)}
    )
    assert recalibrated(knowing) is knowing


def test_a_question_that_was_answered_twice_counts_once(recalibrated, asked, stated, settle) -> None:
    forecast = stated("model-a", "bench-a")
    settle(forecast)
    once = recalibrated(asked)
    settle(forecast, issued=dt.datetime(2025, 3, 2, tzinfo=dt.UTC))
    assert recalibrated(asked) == once


def test_the_map_is_learned_from_raw_forecasts_so_that_no_round_builds_on_the_last(
    ledger_store, stated, settle
) -> None:
    shifts, rng = [], np.random.default_rng(3)
    for season in range(4):
        day = dt.date(2025, 1 + 3 * season, 1)
        stage, history = FromLedger(ledger_store.resolutions), ledger_store.history(as_of=day)
        raw = [stated(f"model-{season}-{i}", f"bench-{season}-{i}", as_of=day) for i in range(MANY)]
        issued = [stage(one, history) for one in raw]
        shifts.append(issued[0].provenance.settings.get("recalibration_shift", 0.0))
        later = dt.datetime.combine(day, dt.time(12), dt.UTC) + dt.timedelta(days=20)
        for one, before in zip(issued, raw, strict=True):
            assert raw_levels(one, 58.0) == pytest.approx(raw_levels(before, 58.0), abs=0.02)
            settle(one, 1.0 + rng.normal(), issued=later - dt.timedelta(20), published=later.date(), entered=later)
    assert shifts[0] == 0.0
    assert (np.diff(shifts) > 0).all()  # always nearer to the truth, which is 1, and never beyond
    assert 0.4 < shifts[-1] < 1.05


def test_a_ledger_that_cannot_be_read_costs_the_recalibration_and_not_the_forecast(ledger_store, asked) -> None:
    class Shut:
        def before(self, day, *, limit):
            raise StoreError("the disk is gone")

    found = FromLedger(Shut())(asked, ledger_store.history(as_of=DAY))
    assert found.distribution == asked.distribution
    assert found.caveats == ("not recalibrated by settled forecasts: the disk is gone",)


def test_the_pipeline_recalibrates_before_anything_is_issued(ledger_store, asked, many) -> None:
    many()

    class Says:
        name = "pool"

        def fit(self, history):
            return self

        def forecast(self, questions):
            return [asked]

    stages = ledger_store, Says(), NearestRecords()
    plain = Pipeline(*stages, version="1").forecast(asked.question).answer
    mended = Pipeline(*stages, version="1", recalibrate=FromLedger(ledger_store.resolutions))
    told = mended.forecast(asked.question).answer
    assert plain.distribution == asked.distribution
    assert told.distribution.median > plain.distribution.median
    assert told.provenance.settings["records"] == plain.provenance.settings["records"]


def test_a_track_record_says_what_is_in_force(ledger_store, recalibrated, stated, settle, many) -> None:
    settled = many()
    late = dt.datetime(2025, 6, 20, tzinfo=dt.UTC)
    issued = recalibrated(stated("late-model", "late-bench", as_of=DAY))
    moment = dt.datetime.combine(DAY, dt.time(12), dt.UTC)
    settled.append(settle(issued, issued=moment, published=late.date(), entered=late))
    [told] = in_force(settled, FromLedger(ledger_store.resolutions), day=dt.date(2025, 7, 1))
    assert (told.forecaster, told.taught.settled, told.issued) == ("pool", MANY + 1, 1)
    assert "worth" in told.sentence
    assert "1 of these issued recalibrated" in told.sentence
    [before] = in_force(settled, FromLedger(ledger_store.resolutions), day=PUBLISHED_BEFORE)
    assert "nothing was settled before" in before.sentence


def test_marks_are_kept_in_a_file_and_whatever_is_wrong_with_it_costs_nothing(
    tmp_path, ledger_store, asked, many
) -> None:
    many()
    history, kept = ledger_store.history(as_of=DAY), KeptMarks(tmp_path / "home")

    class Unread:
        before = staticmethod(ledger_store.resolutions.before)

        def settled(self, numbers):
            pytest.fail(f"read again: {list(numbers)}")

    first = FromLedger(ledger_store.resolutions, kept)(asked, history)
    assert FromLedger(Unread(), kept)(asked, history) == first
    [file] = (tmp_path / "home").iterdir()
    file.write_text("no marks")
    assert FromLedger(ledger_store.resolutions, kept)(asked, history) == first
    file.unlink()
    file.mkdir()
    assert FromLedger(ledger_store.resolutions, kept)(asked, history) == first
