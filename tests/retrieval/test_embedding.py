"""Embeddings: offline by default, by name otherwise, and honest about what is missing."""

from __future__ import annotations

import logging
import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from records.errors import UsageError
from retrieval.documents import LONGEST, plain
from retrieval.embedding import embedding, unit_length
from retrieval.keywords import Keywords, words

NO_NETWORK = """
import sys

def refuse(event, arguments):
    if event in {"socket.connect", "socket.getaddrinfo"}:
        raise SystemExit(f"network used: {event} {arguments[1:]}")

sys.addaudithook(refuse)
from retrieval.embedding import embedding
print(embedding().embed(["graduate physics", ""]).shape)
"""


def test_the_default_loads_and_embeds_without_a_network() -> None:
    run = subprocess.run([sys.executable, "-c", NO_NETWORK], capture_output=True, text=True, check=False)
    assert run.stdout.split("\n")[0] == "(2, 256)", run.stderr


def test_vectors_have_length_one_and_like_texts_are_near() -> None:
    handlers = logging.getLogger().handlers[:]
    physics, chemistry, poems = embedding().embed(["physics questions", "chemistry questions", "rhymes and poems"])
    assert np.linalg.norm(physics) == pytest.approx(1.0, abs=1e-5)
    assert physics @ chemistry > physics @ poems
    assert logging.getLogger().handlers == handlers


@pytest.mark.parametrize("name", ["", "word2vec", "openai", "openai:", "wordllama:x"])
def test_a_name_that_is_none_tells_the_forms(name: str) -> None:
    with pytest.raises(UsageError, match="openai:MODEL"):
        embedding(name)


def test_a_missing_key_or_package_is_told_at_the_first_text(monkeypatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(UsageError, match="OPENAI_API_KEY"):
        embedding("openai:text-embedding-3-small").embed(["x"])
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    with pytest.raises(UsageError, match="pip install"):
        embedding("sentence-transformers:all-MiniLM-L6-v2").embed(["x"])


def test_no_library_is_loaded_before_the_first_text() -> None:
    program = (
        "import sys, retrieval.index, retrieval.vectors, pathlib; from retrieval.embedding import embedding;"
        "embedding(); retrieval.vectors.embedded(pathlib.Path('x'), collection='x');"
        "print(*sorted({'chromadb', 'wordllama', 'bm25s', 'openai'} & set(sys.modules)))"
    )
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout.split() == []


def test_a_row_of_zeros_stays_one() -> None:
    assert unit_length(np.array([[0.0, 0.0], [3.0, 4.0]])).tolist() == [
        [0.0, 0.0],
        [pytest.approx(0.6), pytest.approx(0.8)],
    ]


@given(st.text(max_size=300))
def test_a_plain_text_has_no_control_or_invisible_characters_and_is_bounded(text: str) -> None:
    found = plain(text, limit=100)
    assert len(found) <= 100
    assert found.isprintable() or not found
    assert plain(found, limit=100) == found


def test_hidden_marks_are_taken_out_and_blanks_become_one() -> None:
    assert plain("ignore\u202eall\x1b[31m\r\n\n  rules\u200b") == "ignoreall[31m rules"
    assert len(plain("x" * 9_000)) == LONGEST


def test_rare_words_count_more_than_common_ones() -> None:
    index = Keywords(["oak algebra", "oak geometry", "oak poems", "elm poems"])
    scores = index.scores(words("oak geometry"))
    assert scores.argmax() == 1
    assert index.scores(words("oak"))[0] < index.scores(words("algebra"))[0]


@pytest.mark.parametrize("texts", [[], [""], ["of the"]])
def test_texts_without_words_match_nothing(texts: list[str]) -> None:
    assert Keywords(texts).scores(["oak"]).tolist() == [0.0] * len(texts)
