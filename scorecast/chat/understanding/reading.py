"""Reading one message: what it asks for, given what was talked about before."""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass, replace

from records.benchmark import Benchmark
from records.errors import UsageError
from records.model import Model
from records.setting import Setting
from scorecast.chat.understanding import phrases
from scorecast.chat.understanding.intent import MOST_CONTENDERS, MOST_QUESTIONS, Intent, Kind, Topic, Unclear
from scorecast.chat.understanding.lexicon import words_of
from scorecast.chat.understanding.spotting import Names, Spotted
from scorecast.chat.understanding.unknown import unknown_name
from scorecast.questions.planned import check_threshold

LONGEST = 4000
"""Characters of a message that are read."""

ABOUT_LAST = frozenset({Kind.WHY, Kind.EVIDENCE})
LOOKS_UP = frozenset({Kind.KNOWN, Kind.BEST, Kind.DESCRIBE})
FORECASTS = frozenset({Kind.FORECAST, Kind.COMPARE})
SAYS_NOTHING = frozenset({Kind.HELP, Kind.COURTESY, Kind.RESET})

MORE_OF_IT = words_of("and what how about on of for the then also ok so now please")
"""Words of a message that asks the same of something else."""

MOST_SLASHES = 20
LONGEST_WORD = 60
"""Slashes that are looked at, and the characters before one that may be a name."""

_SPLIT = re.compile(r"(?<=\w)/(?=\w)")


@dataclass(frozen=True)
class Read:
    """One message, taken apart.

    Attributes:
        names: that it holds.
        setting: what is told of the setting.
        threshold: a score to reach.
        dated: the as-of date.
        withhold: whether the known score is to be ignored; None where nothing is said.
        kind: what is asked for in so many words.
        unknown: a name that nobody knows.
        rest: the skeleton without what was read.
    """

    names: Spotted
    setting: Setting
    threshold: float | None
    dated: phrases.Dated
    withhold: bool | None
    kind: Kind | None
    unknown: Unclear | None
    rest: str
    own: str = ""
    """What makes the model none that is known: ``my model``, ``4 bit``."""
    between: tuple[float, float] | None = None
    """Two scores between which another is to lie."""

    @property
    def says_something(self) -> bool:
        """Whether anything is told that makes or changes a question."""
        told = self.names.models or self.names.benchmarks or self.setting.told() or self.dated.told
        return bool(told) or self.threshold is not None or self.withhold is not None

    @property
    def unclear(self) -> Unclear | None:
        """The first name that is not understood."""
        found = [*self.names.muddles, *([self.unknown] if self.unknown else [])]
        return min(found, key=lambda one: one.start, default=None)


def clean(text: str) -> str:
    """Return a message as it is read: in compatibility forms, without control or private signs, bounded."""
    plain = unicodedata.normalize("NFKC", text[:LONGEST])
    return "".join(" " if unicodedata.category(c) in {"Cc", "Cf", "Co", "Cs"} else c for c in plain)


def take_apart(text: str, names: Names, *, today: dt.date) -> Read:
    """Take a clean message apart."""
    dated = phrases.read_date(text, today=today)
    spotted = names.spot(dated.rest)
    setting, rest = phrases.read_setting(spotted.skeleton)
    withhold, rest = phrases.read_withhold(rest)
    own, rest = phrases.read_own(rest, text)
    kind = phrases.wanted(rest)
    between = phrases.read_range(rest)
    threshold, rest = (None, rest) if kind in SAYS_NOTHING else phrases.read_threshold(rest)
    unknown = None if kind in SAYS_NOTHING else unknown_name(rest, text, names)
    return Read(spotted, setting, threshold, dated, withhold, kind, unknown, rest, own, between)


def read(text: str, before: Topic, names: Names, *, today: dt.date, last: Kind = Kind.FORECAST) -> Intent:
    """Read one clean message.

    Args:
        text: the message.
        before: what was talked about.
        names: that are known.
        today: no as-of date lies after it.
        last: what was asked for before.
    """
    told = take_apart(text, names, today=today)
    intent = meant(told, before, last=last)
    if intent.kind is Kind.INCOMPLETE and (missing := unknown_name(told.rest, text, names, loose=True)):
        return Intent(Kind.UNCLEAR, before, unclear=missing)
    return intent


def meant(told: Read, before: Topic, *, last: Kind) -> Intent:
    """Return what a message asks for that was taken apart; arguments as of ``read``."""
    if told.kind in SAYS_NOTHING and not told.names.models and not told.names.benchmarks:
        return Intent(told.kind, Topic() if told.kind is Kind.RESET else before)
    if told.unclear is not None:
        return Intent(Kind.UNCLEAR, before, unclear=told.unclear)
    if complaint := told.dated.complaint or _of_ones_own(told) or _one_at_a_time(told):
        return Intent(Kind.IMPOSSIBLE, before, complaint=complaint)
    kind = last if _repeats(told, last, before) else _kind(told, before)
    if kind in LOOKS_UP:
        return _look_up(kind, told, before)
    asks = told.says_something or told.kind is Kind.BEST or phrases.asks(told.rest)
    if kind not in ABOUT_LAST and not asks:
        return Intent(Kind.OTHER, before)
    return _question(kind, told, before, cells=before.cells if last in FORECASTS else ())


def _of_ones_own(told: Read) -> str:
    """Say how a model is forecast that nobody else knows; empty where none is asked for."""
    if not told.own:
        return ""
    asked = [one.id for one in told.names.benchmarks] or ["BENCHMARK"]
    known = f"{asked[0]}={phrases.read_told_score(told.rest) or 'SCORE'}" if len(asked) > 1 else "BENCHMARK=SCORE"
    alike = f"{told.names.models[0].name} is forecast as it was released; " if told.names.models else ""
    return (
        f"'{told.own}' tells of a model that only you know: {alike}yours is forecast from what you know of it, as in: "
        f"scorecast forecast --model my-model --params-b 8 --known {known} --benchmark {asked[-1]}"
    )


def _one_at_a_time(told: Read) -> str:
    if told.between is None:
        return ""
    low, high = told.between
    return (
        f"One threshold at a time, please: ask for the chance of at least {low:g}, then of at least {high:g}; "
        "the difference is the chance of what lies between."
    )


def _kind(told: Read, before: Topic) -> Kind:
    """What is wanted, once the names are known: two models on a benchmark are compared, whatever the words."""
    kind = told.kind or Kind.FORECAST
    if kind is Kind.BEST and (told.names.models or (len(before.models) > 1 and phrases.of_them(told.rest))):
        return Kind.FORECAST
    if kind in LOOKS_UP and told.threshold is not None:
        return Kind.FORECAST
    return Kind.FORECAST if kind in SAYS_NOTHING else kind


def _repeats(told: Read, last: Kind, before: Topic) -> bool:
    """Whether a message is no more than another name to look up as before: ``and AIME 2025?``."""
    words = set(re.findall(r"[a-z]+", told.rest.lower()))
    named = told.names.models or told.names.benchmarks or (told.dated.told and last is not Kind.DESCRIBE)
    if last not in LOOKS_UP or told.kind or not named or not words <= MORE_OF_IT or told.threshold is not None:
        return False
    return last is not Kind.DESCRIBE or ("on" not in words and bool(told.names.models) == bool(before.models))


def _look_up(kind: Kind, told: Read, before: Topic) -> Intent:
    """Read a question about what is known; only pronouns bring back what was talked about."""
    models, benchmarks = told.names.models, told.names.benchmarks
    repeated = kind is Kind.KNOWN and told.kind is None
    if not (models or benchmarks) or repeated or phrases.REFERS.search(told.rest):
        models, benchmarks = models or before.models, benchmarks or before.benchmarks
    if kind is Kind.BEST:
        models = ()
    if not (models or benchmarks) or (kind is Kind.BEST and not benchmarks):
        return Intent(Kind.INCOMPLETE, replace(before, benchmarks=()))
    as_of = told.dated.as_of if told.dated.told else None
    topic = Topic(
        models=models[:MOST_CONTENDERS], benchmarks=benchmarks[:MOST_CONTENDERS], setting=told.setting, as_of=as_of
    )
    return Intent(kind, topic)


def _question(kind: Kind, told: Read, before: Topic, *, cells: Sequence[tuple[Model, Benchmark]]) -> Intent:
    topic = _topic(told, before)
    if not topic.complete:
        return Intent(Kind.INCOMPLETE, topic)
    if len(topic.models) > MOST_CONTENDERS or len(topic.cells) > MOST_QUESTIONS:
        complaint = (
            f"That makes {len(topic.cells)} forecasts of {len(topic.models)} models; "
            f"at most {MOST_CONTENDERS} models and {MOST_QUESTIONS} forecasts go into one message."
        )
        return Intent(Kind.IMPOSSIBLE, before, complaint=complaint)
    complaint = _impossible(topic)
    if complaint:
        return Intent(Kind.IMPOSSIBLE, replace(topic, threshold=None), complaint=complaint)
    if kind in ABOUT_LAST:
        return Intent(kind, topic)
    return Intent(Kind.COMPARE if len(topic.models) > 1 else Kind.FORECAST, topic, again=topic.cells == cells)


def _topic(told: Read, before: Topic) -> Topic:
    """Fill in from before what a message leaves unsaid; one that names a model and a benchmark begins afresh."""
    models, benchmarks = told.names.models, told.names.benchmarks
    comparing = phrases.compares(told.rest)
    if models and benchmarks and not (comparing and len(models) == 1 and _refers(told)):
        before = Topic()
    joined = bool(models) and (
        (comparing and (len(models) == 1 or _refers(told))) or (len(before.models) > 1 and phrases.adds(told.rest))
    )
    all_models = tuple({m.id: m for m in (*before.models, *models)}.values()) if joined else models or before.models
    all_benchmarks = benchmarks or before.benchmarks
    return Topic(
        models=all_models,
        benchmarks=all_benchmarks,
        setting=before.setting.model_copy(update=told.setting.told()),
        threshold=_threshold(told, before, all_benchmarks),
        as_of=told.dated.as_of if told.dated.told else before.as_of,
        withhold=before.withhold if told.withhold is None else told.withhold,
    )


def _refers(told: Read) -> bool:
    return bool(phrases.REFERS.search(told.rest))


def _threshold(told: Read, before: Topic, benchmarks: tuple[Benchmark, ...]) -> float | None:
    """The threshold that holds: told now, or before of a benchmark in the same unit."""
    if told.threshold is not None:
        return told.threshold
    units = {benchmark.metric.unit for benchmark in (*before.benchmarks, *benchmarks)}
    return before.threshold if len(units) == 1 else None


def _impossible(topic: Topic) -> str:
    if topic.threshold is None:
        return ""
    try:
        for benchmark in topic.benchmarks:
            check_threshold(topic.threshold, benchmark)
    except UsageError as error:
        return str(error)
    return ""


def split_slashes(text: str, names: Names) -> str:
    """Part names that are written as ``o3/GPT-5``: a catalogue takes the part before a slash for a maker."""

    def part(found: re.Match[str]) -> str:
        before = re.split(r"[\s,;/]", text[max(0, found.start() - LONGEST_WORD) : found.start()])[-1]
        return " / " if names.spot(before).models or names.spot(before).benchmarks else "/"

    return _SPLIT.sub(part, text, count=MOST_SLASHES)
