"""Tables and JSON of ``scorecast plan``."""

from __future__ import annotations

from decimal import Decimal

from rich.table import Table
from rich.text import Text

from planning.greedy import Pick
from planning.next_cells import Candidate
from planning.subset import Chosen
from scorecast.choosing.benchmarks import ChosenSubset
from scorecast.choosing.cells import ChosenCells, Kind
from scorecast.showing.reply_json import Json

SHOWN = 4
"""Benchmarks that are named beside the pick that stands for them."""


def subset_table(chosen: ChosenSubset) -> Table:
    """One row a pick."""
    table = _table("", "benchmark", "cost", "spent", "adds", "error", "stands for")
    table.title = f"Recovering {len(chosen.benchmarks)} benchmarks of {chosen.subject.name}; errors in points"
    table.add_row("", "none yet", "", "", "", f"{chosen.found.error:.2f}", "")
    for place, pick in enumerate(chosen.found.picks, start=1):
        name = chosen.benchmarks[pick.item].id
        adds, error = f"{pick.adds:.2f}", f"{pick.error:.2f}"
        table.add_row(
            str(place), Text(name), _money(pick.cost), _money(pick.spent), adds, error, Text(_stands(chosen, pick))
        )
    return table


def _stands(chosen: ChosenSubset, pick: Chosen) -> str:
    names = [chosen.benchmarks[item].id for item in pick.stands_for]
    more = len(names) - SHOWN
    return ", ".join(names[:SHOWN]) + (f" and {more} more" if more > 0 else "")


def subset_json(chosen: ChosenSubset) -> Json:
    """The same for programs, whole."""
    return {
        "subject": chosen.subject.id,
        "benchmarks": len(chosen.benchmarks),
        "without_cost": list(chosen.costless),
        "expected_error_before": round(chosen.found.error, 4),
        "picks": [
            {
                "benchmark": chosen.benchmarks[pick.item].id,
                "cost": str(pick.cost),
                "spent": str(pick.spent),
                "adds": round(pick.adds, 4),
                "expected_error": round(pick.error, 4),
                "expected_mean_error": round(pick.mean_error, 4),
                "stands_for": [
                    {"benchmark": chosen.benchmarks[item].id, "explained": round(share, 4)}
                    for item, share in zip(pick.stands_for, pick.explains, strict=True)
                ],
            }
            for pick in chosen.found.picks
        ],
    }


def target_told(chosen: ChosenCells) -> str:
    """What is aimed at, how uncertain it is, and what the batch leaves."""
    told = {
        Kind.PROFILE: "The scores that are not known yet are typically forecast {:.2f} points off",
        Kind.THRESHOLD: "Whether the threshold is reached is uncertain by {:.3f} bits",
        Kind.ORDER: "The order is uncertain by {:.3f} bits",
    }[chosen.kind].format(chosen.found.before)
    after = f"{chosen.found.after:.2f}" if chosen.kind is Kind.PROFILE else f"{chosen.found.after:.3f}"
    chances = "".join(
        f"\nP({event}) = {chance:.2f}" for event, chance in zip(chosen.events, chosen.found.chances, strict=True)
    )
    return f"{told}; with this batch {after} {chosen.unit} are expected to be left.{chances}"


def batch_table(chosen: ChosenCells) -> Table:
    """One row an experiment, in the order in which to run them."""
    table = _table("", "model", "benchmark", "cost", "takes off", "left")
    table.title = f"To run, each beyond those before it; in {chosen.unit}"
    for place, pick in enumerate(chosen.found.batch, start=1):
        table.add_row(str(place), *_names(chosen, pick), _money(pick.cost), f"{pick.gain:.4f}", f"{pick.after:.4f}")
    return table


def ranking_table(chosen: ChosenCells, *, most: int) -> Table:
    """One row a candidate by itself, the most worth for its cost first."""
    table = _table("", "model", "benchmark", "cost", "worth", "for its cost")
    table.title = f"Each by itself, {min(most, len(chosen.found.ranking))} of {len(chosen.found.ranking):,}"
    for place, one in enumerate(chosen.found.ranking[:most], start=1):
        ratio = f"{one.worth / float(one.cost):.4f}" if one.cost else "free"
        table.add_row(str(place), *_names(chosen, one), _money(one.cost), f"{one.worth:.4f}", ratio)
    return table


def cells_json(chosen: ChosenCells) -> Json:
    """The same for programs, whole."""
    return {
        "target": chosen.kind.value,
        "unit": chosen.unit,
        "before": round(chosen.found.before, 6),
        "after": round(chosen.found.after, 6),
        "events": [
            {"event": event, "probability": round(chance, 4)}
            for event, chance in zip(chosen.events, chosen.found.chances, strict=True)
        ],
        "without_cost": chosen.costless,
        "batch": [
            {
                **_cell(chosen, pick),
                "cost": str(pick.cost),
                "takes_off": round(pick.gain, 6),
                "left": round(pick.after, 6),
            }
            for pick in chosen.found.batch
        ],
        "ranking": [
            {**_cell(chosen, one), "cost": str(one.cost), "worth": round(one.worth, 6)} for one in chosen.found.ranking
        ],
    }


def _names(chosen: ChosenCells, one: Pick | Candidate) -> tuple[Text, Text]:
    model, benchmark = chosen.cells[one.item]
    return Text(model.id), Text(benchmark.id)


def _cell(chosen: ChosenCells, one: Pick | Candidate) -> dict[str, Json]:
    model, benchmark = chosen.cells[one.item]
    return {"model": model.id, "benchmark": benchmark.id}


def _money(cost: Decimal) -> str:
    return f"{cost.normalize():f}"


def _table(*columns: str) -> Table:
    return Table(*columns, box=None, header_style="bold", title_justify="left")
