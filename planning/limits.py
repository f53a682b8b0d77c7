"""What a choice must respect: how many, what it may cost, what must and what must not be in it, what excludes what.

Costs are decimals, so that three tenths cost exactly 0.3.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from records.errors import UsageError

FREE, UNIT_COST = Decimal(0), Decimal(1)


def exact_cost(told: float | str | Decimal, what: str) -> Decimal:
    """Read a cost as the decimal that was written.

    Raises:
        UsageError: no finite number, or one below zero.
    """
    try:
        cost = Decimal(str(told).strip())
    except InvalidOperation:
        raise UsageError(f"The cost of {what} is a number; found {told!r}.") from None
    if not cost.is_finite() or cost < FREE:
        raise UsageError(f"The cost of {what} is a finite number of 0 or more; found {told}.")
    return cost


@dataclass(frozen=True)
class Limits:
    """What a choice among n items must respect.

    Attributes:
        names: of the items, for errors.
        costs: of each item.
        size: how many are chosen at most; None sets no bound.
        budget: what they may cost together; None sets no bound.
        must: items that are chosen first, in this order.
        barred: items that are never chosen.
        variants: what each item stands in for: with it chosen, none of these is.

    Raises:
        UsageError: the wishes contradict each other.
    """

    names: Sequence[str]
    costs: Sequence[Decimal]
    size: int | None = None
    budget: Decimal | None = None
    must: tuple[int, ...] = ()
    barred: frozenset[int] = frozenset()
    variants: Mapping[int, frozenset[int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Check that the wishes can all be met."""
        if self.size is None and self.budget is None:
            raise UsageError("Say how many to choose or what they may cost together: --size, --budget.")
        if self.size is not None and self.size < max(1, len(self.must)):
            raise UsageError(f"{self.size} are to be chosen, but {len(self.must)} must be among them.")
        if self.budget is not None and self.cost(self.must) > self.budget:
            raise UsageError(
                f"What must be chosen costs {self.cost(self.must)}, more than the budget of {self.budget}."
            )
        self._check_must()

    def _check_must(self) -> None:
        if both := self.barred.intersection(self.must):
            raise UsageError(f"{self.told(both)} must be chosen and must not be.")
        for place, item in enumerate(self.must):
            if twins := self.excluded_by(item).intersection(self.must[:place]):
                raise UsageError(f"{self.names[item]} is a variant of {self.told(twins)}: choose one of them.")

    def cost(self, items: Iterable[int]) -> Decimal:
        """What items cost together."""
        return sum((self.costs[item] for item in items), FREE)

    def told(self, items: Iterable[int]) -> str:
        """Names of items."""
        return ", ".join(self.names[item] for item in sorted(items))

    def excluded_by(self, item: int) -> frozenset[int]:
        """What may no longer be chosen once this item is: itself, and its variants."""
        return self.variants.get(item, frozenset()) | {item}

    def open_to(self, chosen: Sequence[int]) -> list[int]:
        """What may still be chosen, and can be paid for, in order of the items."""
        if self.size is not None and len(chosen) >= self.size:
            return []
        gone = self.barred.union(*(self.excluded_by(item) for item in chosen))
        left = None if self.budget is None else self.budget - self.cost(chosen)
        return [
            item for item in range(len(self.names)) if item not in gone and (left is None or self.costs[item] <= left)
        ]
