"""Embeddings: from texts to vectors of length 1, by name.

``wordllama`` (the default) works offline with the weights in its package. ``openai:MODEL`` asks ``OPENAI_BASE_URL``
with ``OPENAI_API_KEY``; ``sentence-transformers:MODEL`` needs that package. Only names and descriptions are embedded,
never a score or a note. Libraries are loaded at the first text. Chroma's own default, which downloads a model at its
first use, is never called.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import ArrayLike, NDArray

from records.errors import DataError, UsageError

Vectors = NDArray[np.float32]

DEFAULT = "wordllama"
FORMS = "wordllama, openai:MODEL or sentence-transformers:MODEL"

BATCH = 500
"""Texts embedded in one call."""


class Embedding(Protocol):
    """Turns texts into vectors."""

    @property
    def name(self) -> str:
        """What tells its vectors from those of others: ``openai:text-embedding-3-small``."""
        ...

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return vectors of length 1 (0 for a text without words), of shape ``(len(texts), dimensions)``.

        Raises:
            UsageError: the package or the key is missing.
            DataError: the provider failed.
        """
        ...


def embedding(name: str = DEFAULT) -> Embedding:
    """Return the embedding of this name; nothing is loaded yet.

    Raises:
        UsageError: the name has none of the forms.
    """
    kind, _, model = name.strip().partition(":")
    if kind == DEFAULT and not model:
        return WordLlamaEmbedding()
    if kind in PROVIDERS and model:
        return ProviderEmbedding(kind, model)
    raise UsageError(f"No embedding is called {name!r}; expected {FORMS}.")


@dataclass(frozen=True)
class WordLlamaEmbedding:
    """The 256 dimensions whose weights come with the ``wordllama`` package."""

    name: str = DEFAULT

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return vectors of length 1; needs no network."""
        return unit_length(self._embed(list(texts)))

    @cached_property
    def _embed(self) -> Callable[[list[str]], ArrayLike]:
        with _log_as_it_was():
            import wordllama  # type: ignore[import-untyped]

        # The folder of the package is a cache that holds everything: nothing is left to download.
        loaded = wordllama.WordLlama.load(cache_dir=Path(wordllama.__file__).parent, disable_download=True)
        found: Callable[[list[str]], ArrayLike] = loaded.embed
        return found


@dataclass(frozen=True)
class ProviderEmbedding:
    """A provider's or a downloaded model, through Chroma's adapter for it."""

    kind: str
    model: str

    @property
    def name(self) -> str:
        """Kind and model."""
        return f"{self.kind}:{self.model}"

    def embed(self, texts: Sequence[str]) -> Vectors:
        """Return vectors of length 1, asked for in batches."""
        batches = [list(texts[start : start + BATCH]) for start in range(0, len(texts), BATCH)]
        try:
            found = [np.asarray(self._embed(batch), dtype=np.float32) for batch in batches]
        except UsageError:
            raise
        except Exception as error:  # the provider's own errors, which differ by library
            raise DataError(
                f"The embedding {self.name} failed: {error}. See that it can be reached, or use {DEFAULT}."
            ) from error
        return unit_length(np.concatenate(found)) if found else np.zeros((0, 1), dtype=np.float32)

    @cached_property
    def _embed(self) -> Callable[[list[str]], object]:
        try:
            return PROVIDERS[self.kind](self.model)
        except ValueError as error:  # what Chroma's adapters raise where a package or a key is missing
            raise UsageError(f"The embedding {self.name} cannot be used: {error} Or use {DEFAULT}.") from error


@contextmanager
def _log_as_it_was() -> Iterator[None]:
    """Undo what a library does to everybody's log when it is imported."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    try:
        yield
    finally:
        root.handlers[:], root.level = handlers, level


def _openai(model: str) -> Callable[[list[str]], object]:
    from chromadb.utils.embedding_functions import OpenAIEmbeddingFunction

    return OpenAIEmbeddingFunction(model_name=model, api_key_env_var="OPENAI_API_KEY")


def _sentence_transformers(model: str) -> Callable[[list[str]], object]:
    from chromadb.utils.embedding_functions import SentenceTransformerEmbeddingFunction

    return SentenceTransformerEmbeddingFunction(model_name=model)


PROVIDERS: dict[str, Callable[[str], Callable[[list[str]], object]]] = {
    "openai": _openai,
    "sentence-transformers": _sentence_transformers,
}


def unit_length(vectors: ArrayLike) -> Vectors:
    """Scale rows to length 1; rows of zeros stay as they are."""
    found = np.asarray(vectors, dtype=np.float32)
    lengths = np.linalg.norm(found, axis=1, keepdims=True)
    scaled: Vectors = np.divide(found, lengths, out=np.zeros_like(found), where=lengths > 0)
    return scaled
