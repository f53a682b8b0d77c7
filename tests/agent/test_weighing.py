"""The agent's weight is earned: by resolved questions of its kind, drawn to what was known, never from the future."""

from __future__ import annotations

import datetime as dt

import numpy as np
import pytest

from agent.track_record import Resolved, TrackRecord
from agent.weighing import LEAST_TO_CALIBRATE, UNPROVEN, Weights, chain
from records.distribution import Distribution
from records.errors import DataError
from records.history import Exclusion
from records.metric import PERCENT_ACCURACY, Metric, Unit

GROUP = "3-9 scores / 20+ models"
OTHER = "new model / 20+ models"


def at(centre: float, *, deviation: float = 0.25) -> Distribution:
    working = float(PERCENT_ACCURACY.to_working(centre))
    return Distribution.from_location_scale(working, deviation, PERCENT_ACCURACY)


def entry(number: int, *, agent: float, statistics: float, value: float, **fields: object) -> Resolved:
    usual = {
        "question": f"q{number}",
        "model": f"m-{number}",
        "benchmark": "b-x",
        "metric": PERCENT_ACCURACY,
        "group": GROUP,
        "llm": "fn",
        "blind": False,
        "agent": at(agent),
        "statistics": at(statistics),
        "value": value,
        "resolved": dt.date(2025, 5, 1),
    }
    return Resolved.model_validate(usual | fields)


def record(count: int, *, agent_off: float, statistics_off: float, seed: int = 0, **fields: object) -> TrackRecord:
    rng = np.random.default_rng(seed)
    values = rng.uniform(30, 70, count)
    sides = rng.choice([-1.0, 1.0], size=(count, 2))
    return TrackRecord(
        entries=tuple(
            entry(i, agent=v + a * agent_off, statistics=v + s * statistics_off, value=v, **fields)
            for i, (v, (a, s)) in enumerate(zip(values, sides, strict=True))
        )
    )


def test_without_a_record_the_statistics_win() -> None:
    weights = Weights.learn(TrackRecord())
    assert weights.share(GROUP) == UNPROVEN
    assert weights.share("") == UNPROVEN
    assert "no track record" in weights.told(GROUP)


def test_a_better_agent_earns_weight_the_more_the_longer() -> None:
    shares = [Weights.learn(record(n, agent_off=2, statistics_off=12)).share(GROUP) for n in (1, 10, 100, 400)]
    assert shares == sorted(shares)
    assert shares[0] < 0.25
    assert shares[-1] > 0.7


def test_a_worse_agent_loses_all_weight() -> None:
    assert Weights.learn(record(200, agent_off=15, statistics_off=2)).share(GROUP) == 0.0


def test_groups_learn_apart_and_small_ones_follow_their_parent() -> None:
    good = record(150, agent_off=2, statistics_off=12).entries
    bad = record(150, agent_off=15, statistics_off=2, group=OTHER, seed=1).entries
    weights = Weights.learn(TrackRecord(entries=(*good, *bad)))
    assert weights.share(GROUP) > 0.5 > 0.1 >= weights.share(OTHER)
    assert weights.share("10+ scores / 1-4 models") == weights.shares[""]
    assert "resolved questions" in weights.told(GROUP)


def test_the_pool_averages_quantiles_by_the_share() -> None:
    weights = Weights(shares={"": 0.25})
    pool = weights.pool(at(80), at(40), group=GROUP, metric=PERCENT_ACCURACY)
    assert pool.median == pytest.approx(50.0)
    assert Weights(shares={"": 0.0}).pool(at(80), at(40), group="", metric=PERCENT_ACCURACY) == at(40)


def test_open_scales_teach_nothing() -> None:
    rating = Metric(name="rating", unit=Unit.RATING)
    bell = Distribution.from_location_scale(1000, 50, rating)
    one = entry(0, agent=50, statistics=50, value=50, metric=rating, benchmark="arena")
    odd = one.model_copy(update={"agent": bell, "statistics": bell, "value": 1100.0})
    assert Weights.learn(TrackRecord(entries=(odd,))).share(GROUP) == UNPROVEN


class Widening:
    """A calibrator that doubles the spread."""

    def fit(self, quantiles, outcomes, groups):
        assert len(quantiles) == len(outcomes) == len(groups) >= LEAST_TO_CALIBRATE
        return self

    def calibrate(self, quantiles, groups):
        middle = quantiles[:, 49:50]
        return middle + 2.0 * (quantiles - middle)


@pytest.mark.parametrize(("count", "wider"), [(LEAST_TO_CALIBRATE - 1, False), (LEAST_TO_CALIBRATE, True)])
def test_the_pool_is_recalibrated_where_the_record_is_long_enough(count, wider) -> None:
    weights = Weights.learn(record(count, agent_off=5, statistics_off=5), calibrator=Widening())
    pool = weights.pool(at(50), at(50), group=GROUP, metric=PERCENT_ACCURACY)
    assert (pool.standard_deviation > 1.5 * at(50).standard_deviation) is wider


@pytest.mark.parametrize("group", ["", "already reported", GROUP])
def test_a_group_lies_in_what_its_name_begins_with(group) -> None:
    assert chain(group)[0] == ""
    assert chain(group)[-1] == group


def test_only_what_was_resolved_before_counts(store) -> None:
    history = store.history(as_of=dt.date(2025, 6, 1))
    dates = [dt.date(2025, 5, 31), dt.date(2025, 6, 1), dt.date(2025, 7, 1)]
    entries = tuple(entry(i, agent=50, statistics=50, value=50, resolved=day) for i, day in enumerate(dates))
    kept = TrackRecord(entries=entries).before(history, llm="fn", blind=False)
    assert [one.resolved for one in kept.entries] == dates[:1]


def test_what_the_question_must_not_know_does_not_count_either(store) -> None:
    exclude = Exclusion(cells=frozenset({("m-5", "b-0")}))
    history = store.history(as_of=dt.date(2025, 6, 1), exclude=exclude)
    cells = [("m-5", "b-0"), ("m-5-high", "b-0"), ("m-5", "b-1"), ("m-4", "b-0")]
    entries = tuple(entry(i, agent=50, statistics=50, value=50, model=m, benchmark=b) for i, (m, b) in enumerate(cells))
    kept = TrackRecord(entries=entries).before(history, llm="fn", blind=False)
    assert [(one.model, one.benchmark) for one in kept.entries] == cells[2:]


def test_another_language_model_and_another_mode_have_records_of_their_own(store) -> None:
    history = store.history(as_of=dt.date(2025, 6, 1))
    entries = (
        entry(0, agent=50, statistics=50, value=50),
        entry(1, agent=50, statistics=50, value=50, llm="other"),
        entry(2, agent=50, statistics=50, value=50, blind=True),
    )
    kept = TrackRecord(entries=entries).before(history, llm="fn", blind=False)
    assert [one.question for one in kept.entries] == ["q0"]


def test_a_file_comes_back_and_a_damaged_one_is_refused(tmp_path) -> None:
    path = tmp_path / "record.json"
    assert TrackRecord.read(path) == TrackRecord()
    told = record(3, agent_off=1, statistics_off=2)
    path.write_text(told.model_dump_json())
    assert TrackRecord.read(path) == told
    path.write_text("{")
    with pytest.raises(DataError, match=r"record\.json"):
        TrackRecord.read(path)
