"""The track record: resolved questions with what the agent and what the statistics had stated, as one JSON file.

It is learned from remembered forecasts and the outcomes that are known by then, and read through
``before``: a forecast is weighed only by questions that were resolved before its as-of date and that it need not
withhold.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Self

from pydantic import ValidationError

from agent.remembered import Remembered
from agent.resolving import Outcome, outcome
from records.base import Day, Value
from records.distribution import Distribution
from records.errors import DataError
from records.exporters.writing import write_whole
from records.history import History
from records.metric import Metric

LARGEST = 200_000_000
"""Bytes of a file that is read."""


class Resolved(Value):
    """One question that is resolved.

    Attributes:
        question: its id.
        model, benchmark: its cell.
        metric: of the benchmark.
        group: its evidence group.
        llm: name of the language model that answered.
        blind: whether names were masked.
        agent: what the agent stated alone.
        statistics: what the statistics stated.
        value: what came out.
        resolved: when that was public.
    """

    question: str
    model: str
    benchmark: str
    metric: Metric
    group: str
    llm: str
    blind: bool
    agent: Distribution
    statistics: Distribution
    value: float
    resolved: Day


class TrackRecord(Value):
    """Resolved questions, one entry for each question, language model and mode."""

    entries: tuple[Resolved, ...] = ()

    @classmethod
    def learn(
        cls,
        remembered: Iterable[Remembered],
        history: History,
        *,
        settled: Mapping[str, Outcome] = MappingProxyType({}),
    ) -> Self:
        """Collect what both sides stated on questions that are resolved; the last forecast of each counts.

        What was said without knowing the statistics is another forecaster's record, and left out.

        Args:
            remembered: earlier forecasts.
            history: resolves questions by its records.
            settled: what came of others, by the id of the question.
        """
        found: dict[tuple[str, str, bool], Resolved] = {}
        for one in remembered:
            came = outcome(one.question, history) or settled.get(one.question.id)
            if came is None or one.alone or one.agent is None or one.statistics is None:
                continue
            found[one.question.id, one.llm, one.blind] = Resolved(
                question=one.question.id,
                model=one.question.model.id,
                benchmark=one.question.benchmark.id,
                metric=one.question.metric,
                group=one.group,
                llm=one.llm,
                blind=one.blind,
                agent=one.agent,
                statistics=one.statistics,
                value=came.value,
                resolved=came.published,
            )
        return cls(entries=tuple(found[key] for key in sorted(found)))

    def before(self, history: History, *, llm: str, blind: bool) -> TrackRecord:
        """Return what a forecast on this history may be weighed by, of this language model in this mode."""
        hidden = history.kinship.withheld(history.exclude.cells)
        return TrackRecord(
            entries=tuple(
                one
                for one in self.entries
                if (one.llm, one.blind) == (llm, blind)
                and one.resolved < history.as_of
                and not hidden(one.model, one.benchmark)
                and one.benchmark not in history.exclude.benchmarks
                and one.model not in history.exclude.models
            )
        )

    @classmethod
    def read(cls, path: Path) -> Self:
        """Read the file; none yet is an empty record.

        Raises:
            DataError: it is damaged, or too large.
        """
        try:
            if path.stat().st_size > LARGEST:
                raise DataError(f"{path}: a track record has at most {LARGEST:,} bytes")
            return cls.model_validate_json(path.read_bytes())
        except FileNotFoundError:
            return cls()
        except (OSError, ValidationError) as error:
            raise DataError(
                f"{path}: no track record can be read; make it anew with `scorecast agent learn`"
            ) from error

    def write(self, path: Path) -> None:
        """Write the file, whole or not at all.

        Raises:
            UsageError: the folder cannot be written to.
        """

        def fill(target: Path) -> None:
            target.write_text(self.model_dump_json(), encoding="utf-8")

        write_whole(path, fill)
