"""Several forecasts as a Python program and a notebook have them: as a table, and held against one another."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, overload

import numpy as np

from records.distribution import INTERVALS
from records.errors import UsageError
from records.names.fold import fold
from scorecast.library.score_forecast import ScoreForecast

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True)
class ScoreForecasts(Sequence[ScoreForecast]):
    """Forecasts in the order of their questions; a notebook shows them as a table.

    Attributes:
        forecasts: one a question; where there is none it says why in ``reason``.
    """

    forecasts: tuple[ScoreForecast, ...]

    def __len__(self) -> int:
        return len(self.forecasts)

    @overload
    def __getitem__(self, place: int) -> ScoreForecast: ...
    @overload
    def __getitem__(self, place: slice) -> ScoreForecasts: ...
    def __getitem__(self, place: int | slice) -> ScoreForecast | ScoreForecasts:
        return ScoreForecasts(self.forecasts[place]) if isinstance(place, slice) else self.forecasts[place]

    def __iter__(self) -> Iterator[ScoreForecast]:
        return iter(self.forecasts)

    def to_pandas(self) -> pd.DataFrame:
        """Return one row a question.

        Columns: ``model``, ``benchmark``, ``as_of``, ``unit``, ``median``, ``low_50``, ``high_50`` (and 80 and 90), the
        latest ``reported`` score of the very cell, ``threshold`` and the ``probability`` of at least it, ``id`` in
        the ledger, and the ``reason`` where there is no forecast.
        """
        import pandas as pd

        return pd.DataFrame([_row(one) for one in self.forecasts])

    def _repr_html_(self) -> str:
        """What a notebook shows."""
        return self.to_pandas()._repr_html_()  # type: ignore[operator,no-any-return]  # pandas escapes what it shows

    def __repr__(self) -> str:
        return f"<ScoreForecasts: {len(self)} forecasts>"


@dataclass(frozen=True)
class ScoreComparison:
    """Models on one benchmark, their scores taken as independent; a notebook shows it as a picture and a table.

    Attributes:
        forecasts: one a model, in the order in which they were named.
    """

    forecasts: tuple[ScoreForecast, ...]

    @property
    def models(self) -> tuple[str, ...]:
        """Ids of the models."""
        return tuple(one.question.model.id for one in self.forecasts)

    def __getitem__(self, model: str) -> ScoreForecast:
        """Return the forecast of a model, by its id or name.

        Raises:
            UsageError: it is not among those that were compared.
        """
        for one in self.forecasts:
            if fold(model) in {fold(one.question.model.id), fold(one.question.model.name)}:
                return one
        raise UsageError(f"{model!r} is not among the models that were compared: {', '.join(self.models)}.")

    def probability_better(self, first: str, second: str) -> float:
        """Return the probability that the first model scores better than the second, ties counted half.

        Raises:
            UsageError: a model that was not compared.
        """
        return self[first].probability_better(self[second])

    def probabilities(self) -> pd.DataFrame:
        """Return, for each model (row) and each other (column), the probability that the row scores better."""
        import pandas as pd

        table = [
            [np.nan if one is other else one.probability_better(other) for other in self.forecasts]
            for one in self.forecasts
        ]
        return pd.DataFrame(table, index=pd.Index(self.models, name="model"), columns=list(self.models))

    def to_pandas(self) -> pd.DataFrame:
        """Return one row a model, the likeliest best first: ``probability_best`` beside the columns of a forecast."""
        table = ScoreForecasts(self.forecasts).to_pandas()
        table.insert(2, "probability_best", self._best())
        return table.sort_values("probability_best", ascending=False, kind="stable", ignore_index=True)

    def _best(self) -> list[float]:
        from scorecast.showing.several import probabilities_best

        higher = self.forecasts[0].question.metric.higher_is_better
        return probabilities_best([one.distribution for one in self.forecasts], higher_is_better=higher)

    def _repr_html_(self) -> str:
        """What a notebook shows."""
        from scorecast.showing.picture import comparison_page

        rows = self.to_pandas()
        best = dict(zip(rows["model"], rows["probability_best"], strict=True))
        ordered = sorted(self.forecasts, key=lambda one: -best[one.question.model.id])
        return comparison_page([(one.reply, best[one.question.model.id]) for one in ordered])

    def __repr__(self) -> str:
        from scorecast.showing.card import chance

        likeliest = self.to_pandas().iloc[0]
        told = f"{likeliest['model']} is best with probability {chance(likeliest['probability_best'])}"
        return f"<ScoreComparison of {len(self.forecasts)} on {self.forecasts[0].question.benchmark.id}: {told}>"


def _row(one: ScoreForecast) -> dict[str, object]:
    question = one.question
    told: dict[str, object] = {
        "model": question.model.id,
        "benchmark": question.benchmark.id,
        "as_of": question.as_of,
        "unit": one.unit,
        "median": np.nan if one.abstained else one.median,
    }
    for percent in INTERVALS:
        told[f"low_{percent}"], told[f"high_{percent}"] = (np.nan, np.nan) if one.abstained else one.interval(percent)
    reported = one.already_reported
    threshold = np.nan if one.threshold is None else one.threshold
    return told | {
        "reported": reported[0].value if reported else np.nan,
        "threshold": threshold,
        "probability": np.nan if one.abstained or one.threshold is None else one.probability_above(),
        "id": one.id,
        "reason": one.reason,
    }
