"""Forecasters under test by what a user types: a registered name, ``module:function``, or a file of forecasts."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from eval.contestants import Contestant, ForecastFile, Function, PredictorUnderTest
from eval.summary import CLIMATOLOGY
from predictors.registry import PREDICTORS
from records.errors import UsageError
from scorecast.code_version import code_version
from scorecast.workspace import forecaster

if TYPE_CHECKING:
    from scorecast.bench.agent_contestants import Agents

BASELINES = (CLIMATOLOGY, "additive", "low-rank")
"""In every table, whoever else is judged: the reference, one that always answers, and one that is hard to beat."""

FILES = (".csv", ".parquet")


def contestants(
    names: Sequence[str],
    *,
    folder: Path,
    batch: int | None = None,
    reference: str = "",
    agents: Agents | None = None,
) -> tuple[Contestant, ...]:
    """Return the baselines, then what was named; nothing named means every registered forecaster.

    Args:
        names: as typed. Naming ``module:function`` imports the module.
        folder: where modules are looked for before the installed packages.
        batch: questions that a function is handed at once; None hands over whole folds.
        reference: a registered name that is judged as well, whatever is named.
        agents: makes agents; None where none can be judged.

    Raises:
        UsageError: a name that is none of the three, a module that cannot be imported, or an agent without a language
            model.
        ImportRefused: a file that is no table of forecasts.
    """
    version = code_version()
    wanted = dict.fromkeys([*BASELINES, *filter(None, [reference]), *(names or PREDICTORS)])
    return tuple(_contestant(name, version, folder, batch, agents) for name in wanted)


def _contestant(name: str, version: str, folder: Path, batch: int | None, agents: Agents | None) -> Contestant:
    if agents is not None and agents.knows(name):
        return agents.contestant(name, version, batch)
    if Path(name).suffix.lower() in FILES:
        return ForecastFile.read(Path(name))
    if ":" in name:
        function = Function(name, str(folder), batch)
        function.load()
        return function
    try:
        return PredictorUnderTest(forecaster(name), version)
    except UsageError as error:
        raise UsageError(
            f"{error} Or name a Python function (module:function) or a file of forecasts (.csv)."
        ) from error


def remarks(judged: Sequence[Contestant]) -> list[str]:
    """What was wrong with single rows of files of forecasts."""
    return [f"{one.path}, {remark}" for one in judged if isinstance(one, ForecastFile) for remark in one.remarks]
