"""The names of the starter corpus, and conversations on them; a conversation on the small store."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import pytest

from records.corpus.load import load_corpus
from records.names.catalogue import Catalogue
from scorecast.chat.terminal import Conversation
from scorecast.chat.understanding.conversation import Said, understand
from scorecast.chat.understanding.intent import Intent
from scorecast.chat.understanding.spotting import Names
from scorecast.settings import Settings
from scorecast.workspace import Workspace

TODAY = dt.date(2026, 6, 1)


@pytest.fixture(scope="session")
def starter() -> Names:
    """All names of the starter corpus."""
    corpus = load_corpus()
    return Names(Catalogue.of(corpus.models, corpus.benchmarks, corpus.sources))


@pytest.fixture(scope="session")
def hear(starter) -> Callable[..., Intent]:
    """Understand the last of some messages of the user, told as one text with bars between them."""

    def heard(conversation: str, *, names: Names = starter) -> Intent:
        said = [Said("user", text.strip()) for text in conversation.split("|")]
        return understand(said, names, today=TODAY)

    return heard


@pytest.fixture(scope="session")
def small(catalogue) -> Names:
    """Names that are easily mixed up."""
    return Names(catalogue)


@pytest.fixture
def talk(store, tmp_path) -> Callable[..., list[str]]:
    """Hold a conversation on the small store; returns the answers."""
    workspace = Workspace(Settings(tmp_path, "sqlite://"), store, "0", busy=lambda _sentence: None)
    pipeline = workspace.pipeline("climatology")

    def talked(*messages: str) -> list[str]:
        now = dt.datetime(2025, 6, 2, 9, 0, tzinfo=dt.UTC)
        conversation = Conversation(workspace, pipeline, clock=lambda: now, tell=lambda _sentence: None)
        return [conversation.say(message) for message in messages]

    return talked
