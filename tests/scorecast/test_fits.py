"""The cache of fits: the same forecasts from the cache as anew, and never a fit of another history."""

from __future__ import annotations

import dataclasses
import datetime as dt

import pytest

from predictors.registry import predictor
from records.errors import LeakageError
from records.forecast import Forecast
from records.history import Exclusion
from records.question import Question
from scorecast.fits import KEPT, Fits

TODAY = dt.date(2025, 6, 1)


@pytest.fixture
def told():
    """What the cache said while it worked."""
    return []


@pytest.fixture
def fits(tmp_path, told):
    """An empty cache."""
    return Fits(tmp_path / "fits", "1.0", told.append)


def fresh(fits: Fits) -> Fits:
    """Return the cache as another process sees it: nothing in memory."""
    return dataclasses.replace(fits, loaded={})


def question(history, model="gpt-4.1", benchmark="arena"):
    """Ask about a cell, known or not."""
    return Question(model=history.models[model], benchmark=history.benchmarks[benchmark], as_of=TODAY, cell_known=True)


def test_a_second_process_forecasts_the_same_without_fitting(store, fits, told) -> None:
    history = store.history(as_of=TODAY)
    anew = fits.fit(predictor("additive"), history).forecast([question(history)])
    cached = fresh(fits).fit(predictor("additive"), history).forecast([question(history)])
    assert cached == anew
    assert len(told) == 1


def test_a_history_that_knows_less_is_never_served_from_one_that_knows_more(store, fits, told) -> None:
    full = store.history(as_of=TODAY)
    fits.fit(predictor("additive"), full)
    earlier = store.history(as_of=dt.date(2025, 4, 20))
    withheld = store.history(as_of=TODAY, exclude=Exclusion(cells=frozenset({("gpt-4.1", "arena")})))
    for history in (earlier, withheld):
        fitted = fits.fit(predictor("additive"), history)
        assert fitted.history is history
    assert len(told) == 3


def test_the_same_records_on_a_later_day_are_not_fitted_again_but_keep_their_own_barrier(store, fits, told) -> None:
    fits.fit(predictor("additive"), store.history(as_of=TODAY))
    later = store.history(as_of=dt.date(2025, 6, 2))
    fitted = fits.fit(predictor("additive"), later)
    assert len(told) == 1
    with pytest.raises(LeakageError, match="may not answer a question as of 2025-06-01"):
        fitted.forecast([question(later)])


def test_another_version_of_the_program_fits_anew(store, fits, told) -> None:
    history = store.history(as_of=TODAY)
    fits.fit(predictor("additive"), history)
    dataclasses.replace(fits, version="1.1", loaded={}).fit(predictor("additive"), history)
    assert len(told) == 2


@pytest.mark.parametrize("content", [b"", b"not an archive", b"PK\x03\x04 cut off"])
def test_a_file_that_cannot_be_read_is_fitted_anew(store, fits, told, content) -> None:
    history = store.history(as_of=TODAY)
    fits.fit(predictor("climatology"), history)
    [path] = fits.folder.glob("*.npz")
    path.write_bytes(content)
    assert fresh(fits).fit(predictor("climatology"), history).forecast([question(history)])
    assert len(told) == 2


def test_a_folder_that_cannot_be_written_costs_time_and_nothing_else(store, tmp_path, told) -> None:
    blocked = tmp_path / "file"
    blocked.write_text("a file where the folder should be")
    history = store.history(as_of=TODAY)
    fitted = Fits(blocked / "fits", "1.0", told.append).fit(predictor("climatology"), history)
    assert fitted.forecast([question(history)])


def test_old_fits_make_room_for_new_ones(store, fits) -> None:
    for day in range(1, KEPT + 4):
        cells = frozenset({("gpt-4.1", "arena"), (f"old-{day % 8}", "aime_2024"), (f"old-{day // 8}", "gpqa_main")})
        fits.fit(predictor("climatology"), store.history(as_of=TODAY, exclude=Exclusion(cells=cells)))
    assert 2 <= len(list(fits.folder.glob("*.npz"))) <= KEPT


def without(store, cell):
    """Return a history that withholds a cell and all that gives it away."""
    return store.history(as_of=TODAY, exclude=Exclusion(cells=frozenset({cell})))


@pytest.fixture
def willing(fits):
    """A cache to which half of the records are a handful, since the store of these tests is small."""
    return dataclasses.replace(fits, handful=0.5)


def test_a_handful_of_new_records_takes_over_from_the_fit_before_them(store, willing, told) -> None:
    willing.fit(predictor("pool"), without(store, ("gpt-4.1", "arena")))
    fitted = willing.fit(predictor("pool"), store.history(as_of=TODAY))
    assert "from a fit to nearly the same" in told[-1]
    assert isinstance(fitted.forecast([question(fitted.history)])[0], Forecast)
    again = fresh(willing).fit(predictor("pool"), store.history(as_of=TODAY))
    assert again.forecast([question(fitted.history)]) == fitted.forecast([question(fitted.history)])
    assert len(told) == 2


def test_nothing_is_taken_over_from_a_fit_that_knows_a_withheld_score(store, willing, told) -> None:
    willing.fit(predictor("pool"), store.history(as_of=TODAY))
    willing.fit(predictor("pool"), without(store, ("gpt-4.1", "arena")))
    willing.fit(predictor("pool"), without(store, ("deepseek-r1", "aime_2024")))
    assert len(told) == 3
    assert not any("nearly the same" in sentence for sentence in told)


def test_nothing_is_taken_over_where_more_than_a_handful_is_new_or_from_what_took_over_itself(store, willing, told):
    first, second = ("gpt-4.1", "arena"), ("deepseek-r1", "aime_2024")
    both = store.history(as_of=TODAY, exclude=Exclusion(cells=frozenset({first, second})))
    careful = dataclasses.replace(willing, handful=0.0)
    willing.fit(predictor("pool"), both)
    careful.fit(predictor("pool"), without(store, first))
    assert "nearly the same" not in told[-1]
    for path in willing.folder.glob("*.npz"):
        path.unlink()
    fresh(willing).fit(predictor("pool"), both)
    fresh(willing).fit(predictor("pool"), without(store, first))
    willing.folder.joinpath(next(iter(_oldest(willing)))).unlink()
    fresh(willing).fit(predictor("pool"), store.history(as_of=TODAY))
    assert "nearly the same" not in told[-1]


def _oldest(fits: Fits):
    """Names of the kept fits, the first one first."""
    return [path.name for path in sorted(fits.folder.glob("*.npz"), key=lambda path: path.stat().st_mtime_ns)]
