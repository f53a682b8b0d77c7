"""What experiments cost: one unit each, or as a CSV file tells, for a whole run or by the item.

    benchmark,cost          benchmark,model,cost            benchmark,per_item
    gpqa_diamond,12.50      gpqa_diamond,qwen3-32b,3.10     swe_bench_verified,0.85

A line with a model counts for that model; one without, for all others. Costs stay the decimals that were written.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from planning.limits import UNIT_COST, exact_cost
from records.benchmark import Benchmark
from records.errors import DataError, UsageError
from records.importers.bounded import LIMITS, read_bytes
from records.names.catalogue import Catalogue

COLUMNS = ("benchmark", "model", "cost", "per_item")
ITEMISED = 20
"""Bad lines that are told."""


@dataclass(frozen=True)
class Costs:
    """Costs of cells.

    Attributes:
        told: of a run, by model (empty for every model) and benchmark; None where nothing was told: each costs 1.
        per_item: what an item costs on every benchmark that the file does not name.
    """

    told: Mapping[tuple[str, str], Decimal] = field(default_factory=dict)
    per_item: Decimal | None = None

    def of(self, benchmark: Benchmark, model: str = "") -> Decimal | None:
        """Cost of running a benchmark on a model; None where it is not told."""
        for key in ((model, benchmark.id), ("", benchmark.id)):
            if key in self.told:
                return self.told[key]
        if self.per_item is not None:
            return self.per_item * benchmark.items if benchmark.items else None
        return None if self.told else UNIT_COST


def costs_of(catalogue: Catalogue, path: Path | None, *, per_item: str = "") -> Costs:
    """Read what the user told of costs.

    Raises:
        DataError: the file cannot be read, or has bad lines; all of them are told.
        UsageError: the cost of an item is no cost.
    """
    each = exact_cost(per_item, "an item") if per_item else None
    return Costs(_read(path, catalogue) if path else {}, each)


def _read(path: Path, catalogue: Catalogue) -> dict[tuple[str, str], Decimal]:
    try:
        text = read_bytes(path, most=LIMITS.text_bytes).decode("utf-8-sig")
    except UnicodeDecodeError:
        raise DataError(f"{path} is no UTF-8 text: save the table as CSV.") from None
    lines = csv.DictReader(io.StringIO(text))
    columns = [name.strip() for name in lines.fieldnames or ()]
    lines.fieldnames = columns
    if "benchmark" not in columns or not {"cost", "per_item"} & set(columns) or set(columns) - set(COLUMNS):
        raise DataError(
            f"{path} needs the columns benchmark and cost (or per_item), and may have model; found "
            f"{', '.join(columns) or 'none'}."
        )
    found, bad = dict[tuple[str, str], Decimal](), list[str]()
    for number, line in enumerate(lines, start=2):
        try:
            key, cost = _line(line, catalogue)
            found[key] = cost
        except UsageError as error:
            bad.append(f"line {number}: {error}")
    if bad:
        raise DataError(f"{path} has {len(bad)} bad line(s):\n" + "\n".join(_first(bad)))
    return found


def _line(line: Mapping[str, str | None], catalogue: Catalogue) -> tuple[tuple[str, str], Decimal]:
    told = {name: (line.get(name) or "").strip() for name in COLUMNS}
    benchmark = catalogue.benchmark(told["benchmark"])
    model = catalogue.model(told["model"]).id if told["model"] else ""
    if bool(told["cost"]) == bool(told["per_item"]):
        raise UsageError(f"{benchmark.id} needs a cost or a cost per item, one of the two.")
    if told["cost"]:
        return (model, benchmark.id), exact_cost(told["cost"], benchmark.id)
    if not benchmark.items:
        raise UsageError(f"Nobody told how many items {benchmark.id} has: give its cost as a whole.")
    return (model, benchmark.id), exact_cost(told["per_item"], benchmark.id) * benchmark.items


def _first(bad: list[str]) -> Iterator[str]:
    yield from bad[:ITEMISED]
    if len(bad) > ITEMISED:
        yield f"... and {len(bad) - ITEMISED} more"
