"""Rates: a burst, then the rate; several workers count as one."""

from __future__ import annotations

from scorecast.service.rate import Rates
from scorecast.service.siblings import SharedRates


def test_a_bucket_lets_a_burst_through_and_then_the_rate() -> None:
    rates = Rates()
    burst = [rates.wait("key", per_minute=60, moment=0.0) for _ in range(12)]
    assert burst == [0.0] * 10 + [1.0] * 2
    assert rates.wait("other", per_minute=60, moment=0.0) == 0.0
    later = [rates.wait("key", per_minute=60, moment=1.0 + i) for i in range(60)]
    assert later == [0.0] * 60
    assert rates.wait("key", per_minute=60, moment=60.5) > 0.0


def test_shared_buckets_are_those_of_one_process(tmp_path) -> None:
    alone, workers = Rates(), [SharedRates(tmp_path) for _ in range(3)]
    for step in range(200):
        moment, key = step * 0.13, f"{step % 3:08x}"
        told = workers[step % 2].wait(key, per_minute=90, moment=moment)
        assert told == alone.wait(key, per_minute=90, moment=moment)
