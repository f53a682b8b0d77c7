"""Documents: what is indexed of models, benchmarks and settings, in our own words. No document holds a score.

A record has no document of its own: it is its model's, its benchmark's and its setting's taken together (see
``retrieval.ranking``). So the index grows with the catalogue and not with the records, and holds nothing that a
forecast must not see but names; and names are asked for by the hash of a text that the history shows.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from typing import NamedTuple

from records.benchmark import Benchmark
from records.model import Model
from records.search import PassageKind
from records.setting import Setting

EDITION = 1
"""Raised whenever the wording of documents changes: the index is then built anew."""

LONGEST = 2_000
"""Characters of a document."""

NAME = 200
"""Characters of a name or a note within one."""

_BLANKS = re.compile(r"\s+")


class Document(NamedTuple):
    """One text of the index, and what kind of thing it is about."""

    kind: PassageKind
    text: str

    @property
    def key(self) -> str:
        """Hash of kind and text, 32 hexadecimal digits: who does not have the text cannot ask for its vector."""
        return hashlib.sha256(f"{EDITION} {self.kind} {self.text}".encode()).hexdigest()[:32]


def plain(text: str, *, limit: int = LONGEST) -> str:
    """Return an imported text on one line, without control or invisible characters, cut to a length."""
    if not text.isprintable():
        text = "".join(" " if c.isspace() else c for c in text if c.isspace() or unicodedata.category(c)[0] != "C")
    text = _BLANKS.sub(" ", text).strip()
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def model_document(model: Model) -> str:
    """Tell what a model is called and what is known of it before any score."""
    names = _names(model.name, model.id, *model.aliases)
    told = [
        names,
        f"by {model.organisation}" if model.organisation else "",
        f"family {model.family}" if model.family else "",
        f"reasoning effort {model.effort}" if model.effort else "",
        {True: "reasoning model", False: "without reasoning", None: ""}[model.reasoning],
        {True: "open weights", False: "closed weights", None: ""}[model.open_weights],
        f"{model.params_b:g}B parameters" if model.params_b else "",
        f"released {model.released:%Y-%m}" if model.released else "",
    ]
    return plain(", ".join(part for part in told if part))


def benchmark_document(benchmark: Benchmark) -> str:
    """Tell what a benchmark is called and what it asks; it is the history's, whose description quotes no secret."""
    kind = " ".join(part for part in (benchmark.domain, benchmark.answer_format) if part).replace("_", " ")
    names = _names(benchmark.name, benchmark.id, *benchmark.aliases)
    return plain(f"{names}. {kind}. {benchmark.metric.name}. {benchmark.description}")


def setting_document(setting: Setting) -> str:
    """Tell under which conditions a score was measured; empty when nothing is told."""
    told = setting.told()
    shots = f"{told.pop('shots')} shots" if "shots" in told else ""
    words = [f"{name} {value}" for name, value in told.items()]
    return plain(", ".join(part for part in (shots, *words) if part))


def setting_id(setting: Setting) -> str:
    """Return what an answer cites a setting by: ``setting:shots=5,harness=lm-eval``."""
    told = ",".join(f"{name}={value}" for name, value in setting.told().items())
    return plain(f"setting:{told or 'not-told'}", limit=NAME)


def _names(*names: str) -> str:
    return "; ".join(dict.fromkeys(plain(name, limit=NAME) for name in names if name))
