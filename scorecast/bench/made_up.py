"""Made-up models and benchmarks, for measuring time and memory on as many records as wanted."""

from __future__ import annotations

import datetime as dt

from records.benchmark import Benchmark
from records.metric import PERCENT_ACCURACY
from records.model import Model

START = dt.date(2022, 1, 1)
SIZES = (1.0, 3.0, 8.0, 14.0, 32.0, 70.0)
SUBJECTS = ("algebra", "law", "medicine", "physics", "maps", "code", "proofs", "history", "puzzles", "dictation")


def made_up_model(number: int, *, days: int) -> Model:
    """Return a model of one of several families and sizes, released so many days after ``START``."""
    family, size = divmod(number, len(SIZES))
    return Model(
        id=f"model-{number}",
        name=f"Family {family} {SIZES[size]:g}B",
        family=f"family-{family}",
        params_b=SIZES[size],
        released=START + dt.timedelta(days=days),
    )


def made_up_benchmark(number: int, *, about: str) -> Benchmark:
    """Return a benchmark on one of several subjects, described by it and some more words."""
    subject = SUBJECTS[number % len(SUBJECTS)]
    return Benchmark(
        id=f"task-{number}",
        name=f"Task {number} {subject}",
        description=f"Questions on {subject}, {about}.",
        domain=subject,
        metric=PERCENT_ACCURACY,
        released=START,
    )
