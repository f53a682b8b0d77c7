"""What is kept of every forecast of the agent: the question, what each side stated, and the conversations.

One JSON file a forecast, in a folder of the user's. It holds no key. From these files, and the outcomes
that become public later, the agent learns its weight (``agent.track_record``) and its lessons
(``agent.lessons``).
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from pydantic import Field, ValidationError

from agent.opinion import Opinion
from records.base import Text, Value
from records.distribution import Distribution
from records.exporters.writing import write_whole
from records.history import History
from records.question import Question

LARGEST = 50_000_000
"""Bytes of a file that is read back."""


ALONE = "alone"
"""Setting of a forecast for which the language model was not told what the statistics say."""


class Remembered(Value):
    """One forecast of the agent.

    Attributes:
        question: what was asked.
        llm: name of the language model.
        blind: whether names were masked.
        group: its evidence group.
        history: fingerprint of the history that it was made from.
        seen: models that had a visible score on the benchmark, or on a relative of it.
        opinions: what each draw came to, the supervisor last, with the conversations.
        agent: what the draws came to together; None where the agent did not speak.
        statistics: what the statistics stated; None where they abstained.
        stated: the forecast that was given.
        failure: why the agent did not speak.
        settings: prompts, effort, cost, as in the provenance of the forecast.
    """

    question: Question
    llm: str
    blind: bool = False
    group: str
    history: str
    seen: tuple[str, ...] = ()
    opinions: tuple[Opinion, ...] = ()
    agent: Distribution | None = None
    statistics: Distribution | None = None
    stated: Distribution | None = None
    failure: Text = ""
    settings: dict[str, str | int | float | bool] = Field(default_factory=dict)

    @property
    def alone(self) -> bool:
        """Whether the language model was kept from the statistics, for a measurement of it."""
        return self.settings.get(ALONE) is True

    @property
    def id(self) -> str:
        """Hash of what was asked, of whom, how and from what, 20 hexadecimal digits: asking again replaces it."""
        how = sorted((k, v) for k, v in self.settings.items() if k == "think" or k.startswith("prompt "))
        told = f"{self.question.id} {self.llm} {self.blind} {self.history} {how}"
        return hashlib.sha256(told.encode()).hexdigest()[:20]


def seen_models(history: History, question: Question) -> tuple[str, ...]:
    """Ids of the models that have a visible score on the asked benchmark or on a relative of it."""
    relatives = history.kinship.relatives(question.benchmark)
    return tuple(sorted({model for near in relatives for model in history.models_on.get(near, ())}))


@dataclass(frozen=True)
class Conversations:
    """The folder of remembered forecasts."""

    folder: Path

    def keep(self, remembered: Remembered) -> Path:
        """Write one file, whole or not at all; what a power cut takes of it teaches nothing, and is no loss.

        Raises:
            UsageError: the folder cannot be written to.
        """
        path = self.folder / f"{remembered.question.benchmark.id}--{remembered.id}.json"

        def fill(target: Path) -> None:
            target.write_text(remembered.model_dump_json(), encoding="utf-8")

        write_whole(path, fill, waits=False)
        return path

    def all(self, *, benchmark: str = "*") -> Iterator[Remembered]:
        """Read every file, or those on one benchmark, by name; what cannot be read is passed over."""
        for path in sorted(self.folder.glob(f"{benchmark}--*.json")):
            try:
                if path.stat().st_size <= LARGEST:
                    yield Remembered.model_validate_json(path.read_bytes())
            except (OSError, ValidationError):
                continue
