"""Budgets: hard limits hold whatever calls do, nested and at the same time; nobody waits for ever."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.access.budget import Budget, Limits
from agent.access.spending import Amount, Spent
from agent.access.usage import Usage
from agent.errors import BudgetExhausted

AMOUNT = st.builds(Amount, tokens=st.integers(1, 400), usd=st.floats(0.001, 0.4), calls=st.just(1))
END = st.sampled_from(["settle", "release", "lose"])


def _end(reservation, worst, *, how, share=0.5):
    if how == "settle":
        used = int(worst.tokens * share)
        reservation.settle(Usage(prompt=used, completion=0), usd=worst.usd * share)
    else:
        getattr(reservation, how)()


@given(st.lists(st.tuples(AMOUNT, END, st.floats(0.0, 1.0)), max_size=30), st.integers(1, 10))
def test_what_counts_never_passes_a_limit_of_any_budget_around(steps, calls):
    run = Budget(Limits(tokens=1000, usd=1.0))
    questions = [run.within(Limits(tokens=500, calls=calls)), run.within(Limits(usd=0.5))]
    for number, (worst, how, share) in enumerate(steps):
        try:
            future = questions[number % 2].reserve(worst)
        except BudgetExhausted:
            continue
        assert future.done()
        _end(future.result(), worst, how=how, share=share)
    assert run.spent.counted.tokens <= 1000
    assert run.spent.counted.usd <= 1.0 + 1e-9
    assert questions[0].spent.counted.tokens <= 500
    assert questions[0].spent.counted.calls <= calls
    assert questions[1].spent.counted.usd <= 0.5 + 1e-9


@given(st.lists(AMOUNT, max_size=10))
def test_a_run_spends_what_its_questions_spend(amounts):
    run = Budget()
    questions = [run.within() for _ in range(3)]
    for number, worst in enumerate(amounts):
        _end(questions[number % 3].reserve(worst).result(), worst, how="settle")
    total = Spent()
    for question in questions:
        total = total.plus(question.spent)
    assert total.calls == run.spent.calls
    assert total.tokens == run.spent.tokens
    assert total.usd == pytest.approx(run.spent.usd)


@given(st.lists(st.floats(0.001, 1.0), min_size=1, max_size=9))
def test_when_all_have_given_back_what_they_hold_the_whole_limit_fits(amounts):
    budget = Budget(Limits(usd=sum(amounts)))
    held = [budget.reserve(Amount(usd=usd)).result() for usd in amounts[:-1]]
    for reservation in held:
        reservation.release()
    assert budget.reserve(Amount(usd=sum(amounts))).done()


def test_a_call_that_fits_once_another_has_settled_waits_for_it():
    budget = Budget(Limits(tokens=100))
    first = budget.reserve(Amount(tokens=80)).result()
    second = budget.reserve(Amount(tokens=80))
    assert not second.done()
    first.settle(Usage(prompt=10, completion=5), usd=None)
    second.result(timeout=60).release()
    assert (budget.spent.tokens, budget.spent.calls, budget.spent.unpriced) == (15, 1, 1)


def test_a_waiting_call_is_refused_once_it_can_never_fit():
    budget = Budget(Limits(tokens=100), name="question")
    first, second = budget.reserve(Amount(tokens=80)).result(), budget.reserve(Amount(tokens=80))
    first.settle(Usage(prompt=60, completion=0), usd=0.0)
    with pytest.raises(BudgetExhausted, match=r"this question is used up: 60 of 100 tokens .* may take 80"):
        second.result(timeout=60)


def test_a_waiting_call_that_is_cancelled_leaves_its_place_to_the_next():
    budget = Budget(Limits(calls=1))
    first = budget.reserve(Amount()).result()
    given_up, patient = budget.reserve(Amount()), budget.reserve(Amount())
    assert given_up.cancel()
    first.release()
    assert patient.result(timeout=60)


def test_ending_a_reservation_twice_changes_nothing():
    budget = Budget(Limits(tokens=100))
    reservation = budget.reserve(Amount(tokens=50)).result()
    reservation.settle(Usage(prompt=20, completion=10), usd=0.5)
    spent = budget.spent
    reservation.release()
    reservation.lose()
    assert budget.spent == spent


@pytest.mark.parametrize(
    ("limits", "worst", "limit"),
    [
        (Limits(tokens=10), Amount(tokens=11), "tokens"),
        (Limits(usd=0.1), Amount(usd=0.2), "usd"),
        (Limits(calls=1), Amount(calls=2), "calls"),
    ],
)
def test_what_never_fits_is_refused_at_once(limits, worst, limit):
    with pytest.raises(BudgetExhausted) as raised:
        Budget(limits).within(Limits(tokens=1000)).reserve(worst)
    assert (raised.value.limit, raised.value.budget) == (limit, "run")


def test_time_runs_out_by_the_clock_of_the_outermost_budget():
    seconds = 0.0
    run = Budget(Limits(seconds=10.0), clock=lambda: seconds)
    question = run.within(Limits(seconds=60.0))
    assert question.seconds_left == 10.0
    seconds = 10.5
    assert question.seconds_left == 0.0
    with pytest.raises(BudgetExhausted, match=r"this run is used up: 10.5 of 10 seconds"):
        question.reserve(Amount())


def test_many_threads_hold_the_limit_together():
    budget = Budget(Limits(calls=40, tokens=4000))
    most, lock, busy = 0, threading.Lock(), 0

    def call(number):
        nonlocal most, busy
        try:
            reservation = budget.within().reserve(Amount(tokens=500)).result(timeout=60)
        except BudgetExhausted:
            return False
        with lock:
            busy += 1
            most = max(most, busy)
        time.sleep(0.001)
        with lock:
            busy -= 1
        reservation.settle(Usage(prompt=50, completion=10), usd=0.0)
        return True

    with ThreadPoolExecutor(16) as pool:
        answered = sum(pool.map(call, range(100)))
    assert answered == budget.spent.calls == 40
    assert most <= 8
    assert budget.spent.tokens == 2400
