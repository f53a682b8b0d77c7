"""Conversations: stateless. What was talked about is read anew from the user's earlier messages each time."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from scorecast.chat.understanding.helping import UNREAD, Help, Reader
from scorecast.chat.understanding.intent import Intent, Kind, Topic, Unclear
from scorecast.chat.understanding.lexicon import words_of
from scorecast.chat.understanding.reading import clean, meant, read, split_slashes, take_apart
from scorecast.chat.understanding.spotting import Names

REMEMBERED = 20
"""Messages of the user that are read; what was said before them is forgotten."""

ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth")

_CHOICE = re.compile(
    r"^\W*(?:the )?(?:number |no\.? |option )?(?:(?P<digit>[1-9])|(?P<word>[a-z]+))(?: one)?\W*$", re.I
)
_YES = re.compile(r"^\W*(?:yes|yeah|yep|right|correct|exactly|sure)(?: please)?\W*$", re.IGNORECASE)
_FILLER = words_of(
    "i mean meant the one please sorry it is was no yes of course ok okay model benchmark take use and what about "
    "with say how"
)

Role = Literal["user", "assistant"]


@dataclass(frozen=True)
class Said:
    """One message.

    Attributes:
        role: who says it; only what the user says is read.
        content: plain text.
    """

    role: Role
    content: str


@dataclass(frozen=True)
class State:
    """Where a conversation stands.

    Attributes:
        topic: what was talked about.
        last: what was asked for last.
        asked: the message with a name that was not understood; empty where none is open.
        unclear: that name.
    """

    topic: Topic = field(default_factory=Topic)
    last: Kind = Kind.FORECAST
    asked: str = ""
    unclear: Unclear | None = None


Turn = tuple[Intent, State]
"""What a message asks for, and where the conversation stands then."""


def understand(messages: Sequence[Said], names: Names, *, today: dt.date, reader: Reader | None = None) -> Intent:
    """Return what the last message of the user asks for.

    Args:
        messages: the conversation, the newest last.
        names: that are known.
        today: no as-of date lies after it.
        reader: helps with messages that matching names cannot read.
    """
    intent, state = Intent(Kind.HELP), State()
    said = [one for one in messages if one.role == "user"][-REMEMBERED:]
    for place, message in enumerate(said, 1):
        text, before = clean(message.content), state
        intent, state = _turn(text, state, names, today)
        if reader is not None and intent.kind in UNREAD:
            intent, state = _helped(text, before, (intent, state), Help(reader, names, today), last=place == len(said))
    return intent


def _helped(text: str, before: State, plain: Turn, help_: Help, *, last: bool) -> Turn:
    """Return what a message asks for that could not be read, with help; as it was read, where that says nothing."""
    told = help_.read(text, plain[0], before.topic, earlier=before.asked, last=last)
    if told is None:
        return plain
    intent = replace(meant(told, before.topic, last=before.last), read_by=help_.reader.name)
    return plain if intent.kind is Kind.INCOMPLETE else (intent, State(intent.topic, intent.kind))


def _turn(text: str, state: State, names: Names, today: dt.date) -> Turn:
    if state.unclear is not None and (name := _chosen(text, state.unclear, names, today)):
        text = state.asked[: state.unclear.start] + name + state.asked[state.unclear.end :]
    text = split_slashes(text, names)
    intent = read(text, state.topic, names, today=today, last=state.last)
    if intent.unclear is not None:
        return intent, State(state.topic, state.last, asked=text, unclear=intent.unclear)
    return intent, State(intent.topic, intent.kind)


def _chosen(text: str, unclear: Unclear, names: Names, today: dt.date) -> str:
    """Return the name by which a message settles an unclear one: by its place among those on offer, or in full."""
    if found := _CHOICE.match(text):
        word = (found["word"] or "").lower()
        place = int(found["digit"]) if found["digit"] else ORDINALS.index(word) + 1 if word in ORDINALS else 0
        if 0 < place <= len(unclear.candidates):
            return unclear.candidates[place - 1]
    if len(unclear.candidates) == 1 and _YES.match(text):
        return unclear.candidates[0]
    told = take_apart(text, names, today=today)
    named = [one.id for one in told.names.models] + [one.id for one in told.names.benchmarks]
    words = re.findall(r"[a-z]+", told.rest.lower())
    if len(named) == 1 and told.unclear is None and set(words) <= _FILLER:
        return named[0]
    near = _among(text, unclear, names)
    return near if told.unclear is not None and not told.names.models else ""


def _among(text: str, unclear: Unclear, names: Names) -> str:
    """Return the one name on offer that holds all words of a short answer, such as ``Maverick``."""
    words = [word for word in re.findall(r"[\w.]+", text.lower()) if word not in _FILLER]
    fitting = [key for key in unclear.candidates if words and all(word in names.spelled(key) for word in words)]
    return fitting[0] if len(fitting) == 1 else ""
