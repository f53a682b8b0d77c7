"""The agent's weight is learned from the ledger: when one of its forecasts is settled, and by foresight only."""

from __future__ import annotations

import datetime as dt

import pytest

from agent.errors import NotConfigured
from agent.remembered import Remembered
from agent.track_record import TrackRecord
from records.distribution import Distribution
from records.metric import PERCENT_ACCURACY
from scorecast.agents.home import AgentHome
from scorecast.agents.weights import learned, relearned

TODAY = dt.date(2025, 6, 1)


@pytest.fixture
def home(tmp_path):
    """A home without a language model."""
    return AgentHome(tmp_path / "home", NotConfigured("no language model"))


@pytest.fixture
def forecast(home, stated):
    """A forecast of the agent, with its conversation kept."""
    found = stated("o3-high", "arena-of-our-own", method="agent")
    sides = [Distribution.from_location_scale(at, 0.5, PERCENT_ACCURACY) for at in (0.4, 0.0)]
    home.conversations.keep(
        Remembered(
            question=found.question, llm="one", group="10+ scores", history="h", agent=sides[0], statistics=sides[1]
        )
    )
    return found


def test_settling_a_forecast_of_the_agent_learns_its_weight_anew(home, ledger_store, forecast, settle) -> None:
    settled = settle(forecast)
    record = relearned(home, ledger_store, [settled], as_of=TODAY)
    assert TrackRecord.read(home.record_file) == record
    [entry] = record.entries
    assert (entry.value, entry.resolved) == (settled.resolution.value, settled.resolved_at.date())


def test_other_forecasts_cost_nothing(home, ledger_store, stated, settle) -> None:
    assert relearned(home, ledger_store, [settle(stated("model-a", "bench-a"))], as_of=TODAY) is None
    assert not home.record_file.exists()


@pytest.mark.parametrize(
    "how", [{"published": dt.date(2025, 2, 1)}, {"entered": dt.datetime(2025, 7, 1, tzinfo=dt.UTC)}]
)
def test_hindsight_and_what_is_settled_later_teach_nothing(home, ledger_store, forecast, settle, how) -> None:
    settle(forecast, **how)
    assert learned(home, ledger_store, as_of=TODAY).entries == ()
