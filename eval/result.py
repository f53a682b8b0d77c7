"""The result of a benchmark run as a file: every score of every forecaster, with its interval.

Plain numbers under the names of the scores, so that a file reads into a table with one line of code, and the 95 %
confidence limits beside them under ``intervals``. Units: points of percent for errors, CRPS and widths, over the
percent benchmarks; shares from 0 to 1 for everything that is a share. A score that does not exist is null.
"""

from __future__ import annotations

from pathlib import Path
from typing import Literal, NamedTuple, Self

from pydantic import Field, ValidationError

from records.base import Value
from records.errors import DataError

VERSION: Literal[1] = 1
"""Version of the file's form; a file of another version is refused, never guessed at."""

LARGEST = 64 * 2**20
"""Bytes; a summary of 100 forecasters by group, level, benchmark and family stays well below."""

Share = float
"""A share, from 0 to 1."""


class Estimate(NamedTuple):
    """A score with its 95 % confidence limits; None where there is none."""

    value: float | None
    low: float | None = None
    high: float | None = None


class Provenance(Value):
    """What a result was made from and by: enough to make it again."""

    revision: str = ""
    """Revision of the program's source, as version control names it."""
    corpus: str = ""
    """Fingerprint of the records that the suite was built from."""
    versions: dict[str, str] = Field(default_factory=dict)
    """Versions of Scorecast, Python and the libraries that figures depend on."""
    seed: int | None = None
    settings: dict[str, str | int | float | bool | list[int] | list[str] | None] = Field(default_factory=dict)
    """Parameters of the suite, and whatever else decides the figures."""
    runs: dict[str, str] = Field(default_factory=dict)
    """Id of each forecaster's run, where its forecasts are kept."""
    created: str = ""
    """When the run was finished, ISO 8601."""


class Pit(Value):
    """The probability integral transforms of the outcomes: uniform when the forecasts are calibrated."""

    histogram: tuple[Share, ...]
    """Share of the outcomes in each of 20 bins of equal width; 0.05 each when calibrated."""
    statistic: float
    """Pearson's chi-square against uniformity, before correction."""
    design_effect: float = Field(ge=1.0)
    """How many dependent questions tell as much as one independent one (Rao and Scott 1984)."""
    p_value: Share
    """Of the corrected statistic; small where the forecasts are not calibrated."""
    distance: Share
    """Kolmogorov and Smirnov's distance from the uniform distribution."""


class RiskCoverage(Value):
    """What is gained by keeping silent where the forecast is least certain."""

    share: tuple[Share, ...]
    """Share of the questions that are kept, the narrowest 80 % intervals first."""
    error: tuple[float, ...]
    """Mean absolute error of what is kept, in points."""
    ideal: tuple[float, ...]
    """The same if the forecaster knew its own errors."""
    area: float
    """Mean of ``error`` over all shares, in points; lower is better."""
    area_interval: tuple[float, float] | None = None
    area_ideal: float
    reliable_fifth: float | None = None
    """Mean absolute error of the most certain fifth of the questions, in points."""


class Standardised(Value):
    """Scores over the benchmarks that are not told in percent, in standard deviations of each one's outcomes."""

    n: int = Field(ge=0)
    unscaled: int = Field(ge=0)
    """Answered questions whose benchmark has too few different outcomes to give a scale: not scored."""
    medae: float | None = None
    mae: float | None = None
    crps: float | None = None
    skill_climatology: float | None = None
    intervals: dict[str, tuple[float, float]] = Field(default_factory=dict)


class Scores(Value):
    """How good the answers to a set of questions are; errors, CRPS and widths in points of percent."""

    n: int = Field(ge=0)
    """Questions that were answered."""
    n_percent: int = Field(ge=0)
    """Those of them that are told in percent: errors, CRPS, skill and widths are over these."""
    abstained: int = Field(ge=0)
    failed: int = Field(ge=0)
    medae: float | None = None
    """Median absolute error of the median."""
    mae: float | None = None
    rmse: float | None = None
    r2: float | None = None
    """Share of the outcomes' variance that the medians explain; can be below 0."""
    crps: float | None = None
    within3: Share | None = None
    within5: Share | None = None
    cover50: Share | None = None
    cover80: Share | None = None
    cover90: Share | None = None
    width50_median: float | None = None
    width80_median: float | None = None
    width90_median: float | None = None
    pinball: float | None = None
    """Mean pinball loss over the 99 percent levels."""
    interval_score90: float | None = None
    """Mean interval score of the central 90 % interval."""
    pit: Pit | None = None
    skill_climatology: float | None = None
    """1 - CRPS / CRPS of climatology over the questions that both answered; above 0 is better than climatology."""
    skill_best_baseline: float | None = None
    pairwise_accuracy: Share | None = None
    """Share of the pairs of models on one benchmark whose order the medians have right."""
    brier_pairs: float | None = None
    """Brier score of P(A > B) over the same pairs."""
    brier_thresholds: float | None = None
    """Brier score of P(score >= t) over the thresholds of each benchmark."""
    intervals: dict[str, tuple[float, float]] = Field(default_factory=dict)
    """95 % confidence limits by the name of the score; missing where there are too few models and benchmarks."""

    def estimate(self, score: str) -> Estimate:
        """One score with its limits.

        Raises:
            AttributeError: no score of this name.
        """
        value = getattr(self, score)
        return Estimate(value, *self.intervals.get(score, (None, None)))


class ForecasterScores(Scores):
    """All scores of one forecaster, and the same by parts of the suite."""

    baseline: bool = False
    """Whether it is one of the baselines that others are held against."""
    failures: dict[str, int] = Field(default_factory=dict)
    """Number of questions by the reason for which there is no forecast, abstentions included; the commonest."""
    seconds_fit: float = 0.0
    """All folds together."""
    seconds_forecast: float = 0.0
    """All questions together."""
    standardised: Standardised | None = None
    risk_coverage: RiskCoverage | None = None
    groups: dict[str, Scores] = Field(default_factory=dict)
    """By what the suite tells apart, such as ``k = 3``."""
    levels: dict[str, Scores] = Field(default_factory=dict)
    """By how much was known."""
    benchmarks: dict[str, Scores] = Field(default_factory=dict)
    families: dict[str, Scores] = Field(default_factory=dict)
    memory: dict[str, Scores] = Field(default_factory=dict)
    """By what its language model may remember, as in ``eval.memory.PARTS``; empty where there is none."""


class Difference(Value):
    """A score of one forecaster minus that of another, over the questions that both answered."""

    first: str
    second: str
    score: str
    n: int
    value: float
    """Below 0 where the first is better: lower is better for every score that is compared."""
    low: float | None = None
    high: float | None = None

    @property
    def side(self) -> Literal["first", "second"] | None:
        """Which is better, or None: a difference counts only where its interval excludes zero."""
        if self.low is None or self.high is None or self.low <= 0.0 <= self.high:
            return None
        return "first" if self.high < 0.0 else "second"

    @property
    def better(self) -> str | None:
        """Name of the better one, or None inside the noise."""
        return {"first": self.first, "second": self.second}.get(self.side or "")


class Result(Value):
    """All that a run of a suite has shown."""

    version: Literal[1] = VERSION
    suite: str
    """Name of the suite."""
    suite_hash: str = ""
    """Hash of its questions: equal hashes mean the very same questions."""
    protocol: str = ""
    """How the suite hides and asks, in a sentence."""
    provenance: Provenance = Provenance()
    questions: int = Field(ge=0)
    draws: int = Field(ge=0)
    """Bootstrap draws behind the intervals."""
    best_baseline: str = ""
    """The baseline of the lowest CRPS, behind ``skill_best_baseline``."""
    forecasters: dict[str, ForecasterScores]
    """By name, the lowest CRPS first."""
    differences: tuple[Difference, ...] = ()

    def write(self, path: Path) -> None:
        """Save as JSON, on one line: a file of many parts is large."""
        path.write_text(self.model_dump_json() + "\n", encoding="utf-8")

    @classmethod
    def read(cls, path: Path) -> Self:
        """Load from JSON.

        Raises:
            DataError: no such file, too large, not JSON, of another version, or not what it must be.
        """
        try:
            if path.stat().st_size > LARGEST:
                raise DataError(f"{path} has more than {LARGEST} bytes: is it a result of `scorecast bench`?")
            return cls.model_validate_json(path.read_bytes())
        except OSError as error:
            raise DataError(f"{path} cannot be read: {error.strerror}") from error
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            place = ".".join(str(part) for part in first["loc"]) or "the whole file"
            raise DataError(
                f"{path} is no result of form {VERSION} of `scorecast bench --json`: {place}: {first['msg']}"
            ) from error
