"""The journal of spending: what a run held when it ended counts as spent, whatever half of a slot was written."""

from __future__ import annotations

import pytest

from agent.access.budget import Budget, Limits
from agent.access.spending import Amount, Spent
from agent.access.usage import Usage
from agent.errors import BudgetExhausted
from records.errors import StoreError
from scorecast.batch.spend import SLOT, SpendJournal

WORST = Amount(tokens=100, usd=1.0)


def test_what_was_held_at_the_end_counts_as_spent_by_the_next_run(tmp_path) -> None:
    path = tmp_path / "job.spend"
    with SpendJournal(path) as journal:
        budget = Budget(Limits(usd=2.5), spent=journal.spent, watch=journal.watch)
        budget.within().reserve(WORST).result().settle(Usage(prompt=30, completion=10), usd=0.4)
        budget.within().reserve(WORST).result()  # killed here
    with SpendJournal(path) as journal:
        assert journal.spent == Spent(
            calls=1, prompt_tokens=30, completion_tokens=10, usd=0.4, lost=1, lost_tokens=100, lost_usd=1.0
        )
        budget = Budget(Limits(usd=2.5), spent=journal.spent, watch=journal.watch)
        assert budget.spent.counted.usd == pytest.approx(1.4)
        budget.reserve(WORST).result().release()
        with pytest.raises(BudgetExhausted):
            budget.reserve(Amount(tokens=1, usd=1.2))


@pytest.mark.parametrize("slot", [0, 1])
def test_half_a_slot_is_passed_over_for_the_whole_one_before(tmp_path, slot) -> None:
    path = tmp_path / "job.spend"
    with SpendJournal(path) as journal:
        for calls in range(1, 3 + slot):
            journal.watch(Spent(calls=calls), Amount(calls=0))
    data = bytearray(path.read_bytes())
    last = (2 + slot) % 2
    data[SLOT * last + 80 : SLOT * (last + 1)] = b"x" * (SLOT - 80)
    path.write_bytes(data)
    with SpendJournal(path) as journal:
        assert journal.spent.calls == 1 + slot


def test_a_file_of_rubbish_counts_as_nothing_and_one_that_cannot_be_is_told(tmp_path) -> None:
    path = tmp_path / "job.spend"
    path.write_bytes(b"\xff" * 5_000)
    with SpendJournal(path) as journal:
        assert journal.spent == Spent()
    with pytest.raises(StoreError, match="cannot be kept"):
        SpendJournal(path / "below")
