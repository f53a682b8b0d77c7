"""Help with messages that matching names cannot read: who gives it, and how what it says is checked.

A reader says what a message asks for, such as ``scorecast.agents.reading.ModelReader``. Nothing that it says is taken
on trust: a name counts where the catalogue knows it, and the question then goes the way of every question.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from agent.meaning import Message, StatedQuestion, Wants
from records.names.catalogue import AmbiguousName
from scorecast.chat.understanding.intent import Intent, Kind, Topic, What
from scorecast.chat.understanding.lexicon import ORDINARY
from scorecast.chat.understanding.phrases import Dated
from scorecast.chat.understanding.reading import Read
from scorecast.chat.understanding.spotting import Names, Spotted

UNREAD = frozenset({Kind.UNCLEAR, Kind.OTHER})
"""What a message asks for where it could not be read."""

KINDS = {Wants.FORECAST: None, Wants.KNOWN: Kind.KNOWN, Wants.BEST: Kind.BEST, Wants.DESCRIBE: Kind.DESCRIBE}

MOST_WORDS = 12
"""Words of a message of which names that are spelled alike are told."""

T = TypeVar("T")


class Reader(Protocol):
    """Reads what plain understanding cannot."""

    @property
    def name(self) -> str:
        """Who reads, as it is told."""
        ...

    def read(self, message: Message, *, last: bool) -> StatedQuestion | None:
        """Say what a message asks for; None where that cannot be said.

        Args:
            message: that could not be read.
            last: whether it is the one that waits for an answer; earlier ones are not worth asking about again.
        """
        ...


@dataclass(frozen=True)
class Help:
    """Help with one conversation.

    Attributes:
        reader: gives it.
        names: that are known.
        today: no as-of date lies after it.
    """

    reader: Reader
    names: Names
    today: dt.date

    def read(self, text: str, intent: Intent, before: Topic, *, earlier: str, last: bool) -> Read | None:
        """Return what a message says that was read as ``intent``; None where nobody can tell."""
        known = self._alike(text, intent.unclear.candidates if intent.unclear else ())
        message = Message(text=text, talked=_talked(before), known=known, earlier=earlier, today=self.today)
        stated = self.reader.read(message, last=last)
        return checked(stated, self.names, today=self.today) if stated else None

    def _alike(self, text: str, candidates: Sequence[str]) -> tuple[str, ...]:
        """Return ids of what the message may mean: what was on offer, and what is spelled like one of its words."""
        strange = [word for word in re.findall(r"[\w.-]+", text) if word.lower() not in ORDINARY and len(word) > 2]
        near = [key for word in strange[:MOST_WORDS] for key in self.names.near(What.EITHER, word)]
        return tuple(dict.fromkeys([*candidates, *near]))


def checked(stated: StatedQuestion, names: Names, *, today: dt.date) -> Read | None:
    """Return a stated question as if it had been read; None where a name is not known or nothing is asked."""
    models = _found(stated.models, names.catalogue.find_model)
    benchmarks = _found(stated.benchmarks, names.catalogue.find_benchmark)
    if stated.wants not in KINDS or models is None or benchmarks is None or not (models or benchmarks):
        return None
    complaint = f"{stated.as_of} lies in the future; today is {today}." if (stated.as_of or today) > today else ""
    return Read(
        names=Spotted(models, benchmarks, (), skeleton=""),
        setting=stated.setting,
        threshold=stated.threshold,
        dated=Dated(stated.as_of, told=stated.as_of is not None, rest="", complaint=complaint),
        withhold=stated.withhold,
        kind=KINDS[stated.wants],
        unknown=None,
        rest="",
    )


def _found(told: Sequence[str], find: Callable[[str], T | None]) -> tuple[T, ...] | None:
    """Return what is called so, each once; None where one name is not known, or is that of several."""
    try:
        found = [find(name) for name in dict.fromkeys(told)]
    except AmbiguousName:
        return None
    known = tuple(one for one in found if one is not None)
    return known if len(known) == len(found) else None


def _talked(topic: Topic) -> tuple[str, ...]:
    """Tell what was talked about, by ids."""
    lines = {
        "models": ", ".join(model.id for model in topic.models),
        "benchmarks": ", ".join(benchmark.id for benchmark in topic.benchmarks),
        "setting": str(topic.setting) if topic.setting.told() else "",
        "threshold": "" if topic.threshold is None else f"{topic.threshold:g}",
        "as of": topic.as_of.isoformat() if topic.as_of else "",
    }
    return tuple(f"{name}: {value}" for name, value in lines.items() if value)
