"""Pauses are told with their reason and length, before they are waited for, and once for all calls that wait."""

from __future__ import annotations

from dataclasses import replace

import pytest

from agent.access.budget import Budget, Limits
from agent.access.pausing import Pause, Pauses
from agent.access.scripted.replies import fails
from agent.errors import BudgetExhausted


def test_a_pause_is_told_once_for_all_who_wait_and_again_where_it_grows():
    now, told = [100.0], []
    pauses = Pauses(told.append, clock=lambda: now[0])
    pauses.begin(0.5, "too short to be told")
    for _ in range(32):
        pauses.begin(40.0, "busy")
    now[0] = 130.0
    pauses.begin(10.5, "ends about when the first one does")
    pauses.begin(60.0, "busy")
    assert told == [Pause(40.0, "busy"), Pause(60.0, "busy")]
    assert str(told[0]) == "busy: going on in 40 s"


@pytest.mark.parametrize(("status", "words"), [(429, "the endpoint limits"), (503, "the endpoint failed (HTTP 503)")])
def test_whoever_opened_an_endpoint_is_told_why_nothing_moves_before_it_is_waited_for(serve, connect, status, words):
    told = []
    served = serve([replace(fails(status), headers={"Retry-After": "30"})])
    endpoint = connect(served.url, tell=told.append)
    with pytest.raises(BudgetExhausted, match="seconds"):
        endpoint.chat_model(Budget(Limits(seconds=0.5))).invoke("How good?")
    [pause] = told
    assert (pause.seconds, pause.reason) == (30.0, words)
