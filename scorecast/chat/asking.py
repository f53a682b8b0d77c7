"""A plain question on its own: what a first message of a conversation would ask for.

``What will Qwen3-32B score on GPQA diamond?`` asks for a score, ``Will Claude Opus 4.5 pass 60 % on SWE-bench
Verified?`` for the probability of passing a threshold, ``Does A beat B on C?`` for a comparison. It is read as the
chat reads it; where the chat would ask back, an error says what is missing or near.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field

from records.benchmark import Benchmark
from records.errors import UnknownName, UsageError
from records.model import Model
from records.names.catalogue import AmbiguousName, Catalogue
from records.setting import Setting
from scorecast.chat.replies.asking_back import reading
from scorecast.chat.understanding import conversation
from scorecast.chat.understanding.helping import Reader
from scorecast.chat.understanding.intent import Intent, Kind, Unclear, What
from scorecast.chat.understanding.spotting import Names

LONGEST_QUESTION = 1000
"""Characters; a question is a sentence, not a document."""

EXAMPLES = (
    "What will Qwen3-32B score on GPQA diamond?",
    "Will Claude Opus 4.5 pass 60 % on SWE-bench Verified?",
    "Does DeepSeek-R1 beat o1 on AIME 2024?",
)


@dataclass(frozen=True)
class Asked:
    """What a plain question asks for.

    Attributes:
        models: one, or several to compare, in the order in which they are named.
        benchmarks: one; several only of a single model.
        threshold: the score to pass, in the unit of the benchmark's metric.
        setting: what the question tells of the setting.
        as_of: the as-of date, where the question names one.
        withhold: whether to forecast as if the score had not been reported.
        read_as: how a language model read it; empty where matching names was enough.
    """

    models: tuple[Model, ...]
    benchmarks: tuple[Benchmark, ...]
    threshold: float | None = None
    setting: Setting = field(default_factory=Setting)
    as_of: dt.date | None = None
    withhold: bool = False
    read_as: str = ""


def understand(text: str, catalogue: Catalogue, *, today: dt.date, reader: Reader | None = None) -> Asked:
    """Read a plain question.

    Args:
        text: what was asked.
        catalogue: of the names that are known.
        today: no as-of date lies after it.
        reader: helps with a question that matching names cannot read.

    Raises:
        UnknownName: no known model or benchmark is named; the nearest names are on offer.
        AmbiguousName: a name may be several things.
        UsageError: no question, one that names too many things, or one that cannot be.
    """
    if not text.strip() or len(text) > LONGEST_QUESTION:
        raise UsageError(f"A question of 1 to {LONGEST_QUESTION} characters is expected, such as: {EXAMPLES[0]}")
    intent = conversation.understand([conversation.Said("user", text)], Names(catalogue), today=today, reader=reader)
    if intent.unclear is not None:
        raise _unclear(intent.unclear, catalogue)
    if intent.complaint:
        raise UsageError(intent.complaint)
    topic = intent.topic
    if not topic.complete:
        raise UsageError(_missing(intent, text))
    if len(topic.benchmarks) > 1 and len(topic.models) > 1:
        models, benchmarks = (",".join(one.id for one in some) for some in (topic.models, topic.benchmarks))
        raise UsageError(
            "Several models on one benchmark or one model on several, please; for a table of all: "
            f"scorecast batch --models {models} --benchmarks {benchmarks} -o forecasts.csv"
        )
    return _asked(intent)


def _unclear(told: Unclear, catalogue: Catalogue) -> UsageError:
    """Name what was not understood, with what is near."""
    first = next(iter(told.candidates), "")
    is_benchmark = told.what is What.BENCHMARK or (told.what is What.EITHER and first in catalogue.benchmarks)
    kind = "benchmark" if is_benchmark else "model"
    error = AmbiguousName if told.ambiguous else UnknownName
    return error(kind, told.name, told.candidates)


def _missing(intent: Intent, text: str) -> str:
    """Say what a question lacks."""
    if intent.kind in {Kind.KNOWN, Kind.BEST, Kind.DESCRIBE}:
        said = f"{text!r} asks for no forecast; `scorecast chat` looks it up."
    elif intent.topic.models:
        said = f"No benchmark is named in {text!r}."
    elif intent.topic.benchmarks:
        said = f"No model is named in {text!r}."
    else:
        said = f"Neither a model nor a benchmark is named in {text!r}."
    return f"{said} Ask like this: {' '.join(EXAMPLES)}"


def _asked(intent: Intent) -> Asked:
    topic = intent.topic
    return Asked(
        models=topic.models,
        benchmarks=topic.benchmarks,
        threshold=topic.threshold,
        setting=topic.setting,
        as_of=topic.as_of,
        withhold=topic.withhold,
        read_as=f"Read by {intent.read_by} as: {reading(intent)}." if intent.read_by else "",
    )
