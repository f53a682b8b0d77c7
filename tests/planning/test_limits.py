"""Limits are respected to the last digit, and wishes that contradict each other are refused."""

from __future__ import annotations

from decimal import Decimal
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from planning.greedy import choose
from planning.limits import Limits, exact_cost
from planning.scorecard import Errors
from records.errors import UsageError


def limits(costs, **more) -> Limits:
    return Limits([f"b{i}" for i in range(len(costs))], [exact_cost(c, "b") for c in costs], **more)


def test_three_tenths_cost_exactly_three_tenths(make_belief) -> None:
    picks = choose(Errors.of(make_belief(5)), limits([0.1] * 5, budget=exact_cost("0.3", "all")))
    assert len(picks) == 3


@given(
    costs=st.lists(st.decimals(0, 5, places=2), min_size=3, max_size=7),
    budget=st.decimals(0, 12, places=2),
    seed=st.integers(0, 50),
)
def test_a_budget_is_never_exceeded_and_nothing_affordable_is_left_for_nothing(
    make_belief, costs, budget, seed
) -> None:
    told = limits(costs, budget=budget)
    picks = choose(Errors.of(make_belief(len(costs), seed=seed)), told)
    spent = sum((pick.cost for pick in picks), Decimal(0))
    assert spent <= budget
    assert len({pick.item for pick in picks}) == len(picks)
    assert not told.open_to([pick.item for pick in picks])  # in these beliefs everything tells something


def test_variants_are_not_chosen_twice_and_the_barred_not_at_all(make_belief) -> None:
    told = limits([1] * 5, size=5, barred=frozenset({4}), variants={0: frozenset({0, 1}), 1: frozenset({0, 1})})
    chosen = {pick.item for pick in choose(Errors.of(make_belief(5)), told)}
    assert len(chosen & {0, 1}) == 1
    assert chosen == {2, 3} | (chosen & {0, 1})


def test_what_must_be_chosen_comes_first_in_its_order(make_belief) -> None:
    picks = choose(Errors.of(make_belief(6)), limits([1] * 6, size=4, must=(5, 2)))
    assert [pick.item for pick in picks][:2] == [5, 2]
    assert all(first.after == second.before for first, second in pairwise(picks))


@pytest.mark.parametrize(
    ("wishes", "said"),
    [
        ({}, "--size, --budget"),
        ({"size": 0}, "0 are to be chosen"),
        ({"size": 1, "must": (0, 1)}, "2 must be among them"),
        ({"budget": Decimal(1), "must": (0, 1)}, "more than the budget of 1"),
        ({"size": 2, "must": (0,), "barred": frozenset({0})}, "b0 must be chosen and must not be"),
        ({"size": 2, "must": (0, 1), "variants": {1: frozenset({0})}}, "b1 is a variant of b0"),
        ({"size": 2, "must": (0, 0)}, "b0 is a variant of b0"),
    ],
)
def test_contradictory_wishes_are_refused(wishes, said) -> None:
    with pytest.raises(UsageError, match=said):
        limits([1, 1, 1], **wishes)


@pytest.mark.parametrize("cost", ["dear", -1, "nan", "inf", ""])
def test_a_cost_is_a_finite_number_of_at_least_zero(cost) -> None:
    with pytest.raises(UsageError, match="The cost of gpqa"):
        exact_cost(cost, "gpqa")


def test_what_is_free_is_taken_and_leaves_the_budget(make_belief) -> None:
    picks = choose(Errors.of(make_belief(4)), limits([0, 1, 1, 1], budget=Decimal(1)))
    assert [pick.item for pick in picks if pick.cost == 0] == [0]
    assert len(picks) == 2
    assert np.isfinite([pick.gain for pick in picks]).all()
