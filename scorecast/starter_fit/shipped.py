"""Starter fits, a JSON file beside this module for each predictor that can take one over, written by ``make fit``.

Rehearsals take most of the time of a first fit, and what they teach the pool (weights, counts, spreads, calibration) is
the same on every machine that starts with the same records. So it is learned once and shipped; the members themselves
are learned anew. A file names the code that learned it and the edition of the starter corpus that it was learned from,
and is nothing to any other. Whether a question may profit from it is for ``scorecast.fits`` to say, as of any kept fit.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Self

import numpy as np
from pydantic import BaseModel, ConfigDict

from records.corpus.load import corpus_fingerprint, corpus_ids
from records.metric import Floats

FOLDER = Path(__file__).parent


@dataclass(frozen=True)
class StarterFit:
    """What rehearsals on some records taught a predictor.

    Attributes:
        version: of the code that fitted it.
        records: how many records it was learned from.
        ids: tells which; the starter corpus is read for it, which takes a second.
        state: what ``records.stages.Refitting.refit`` takes over.
    """

    version: str
    records: int
    ids: Callable[[], Sequence[str]]
    state: Mapping[str, Floats]


class StarterFile(BaseModel):
    """A starter fit as it is written down.

    Attributes:
        predictor: what a user types.
        version: of the code that fitted it.
        corpus: fingerprint of the edition of the starter corpus that it was learned from.
        records: how many records that has.
        state: arrays of one dimension by name, every digit told.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    predictor: str
    version: str
    corpus: str
    records: int
    state: Mapping[str, tuple[float, ...]]

    @classmethod
    def read(cls, predictor: str, folder: Path = FOLDER) -> Self | None:
        """Return the file of a predictor; None where there is none, or none that can be read."""
        try:
            return cls.model_validate_json((folder / f"{predictor}.json").read_bytes())
        except (OSError, ValueError):
            return None

    def write(self, folder: Path = FOLDER) -> Path:
        """Write the file, a line for each array, and return where it is."""
        path = folder / f"{self.predictor}.json"
        state = ",\n".join(f"{json.dumps(name)}: {json.dumps(values)}" for name, values in self.state.items())
        head = json.dumps(self.model_dump(exclude={"state"}), indent=0).removesuffix("\n}")
        path.write_text(f'{head},\n"state": {{\n{state}\n}}\n}}\n', encoding="utf-8")
        return path

    @property
    def current(self) -> bool:
        """Whether it was learned from the starter corpus of this program."""
        return self.corpus == corpus_fingerprint()


def shipped(predictor: str) -> StarterFit | None:
    """Return the starter fit of a predictor to the starter corpus of this program; None where there is none."""
    file = StarterFile.read(predictor)
    if file is None or not file.current:
        return None
    state = {name: np.array(values) for name, values in file.state.items()}
    return StarterFit(file.version, file.records, corpus_ids, state)
