"""A predictor as scikit-learn knows regressors: ``fit(X, y)``, ``predict(X)``; scikit-learn itself is not needed.

It learns from the scores that it is given and, unless told otherwise, from the public records of the as-of date. What
is predicted is never looked up: public reports of the very cells, and of their siblings, are withheld from the fit,
so that cross-validation measures forecasts and not memory.
"""

from __future__ import annotations

import datetime as dt
import importlib
import warnings
from collections.abc import Sequence
from typing import Any, Self

import numpy as np
from numpy.typing import ArrayLike

from records.distribution import Distribution
from records.errors import UsageError
from records.forecast import Answer, Forecast
from records.metric import Floats
from records.stages import FittedPredictor
from scorecast.library.arguments import percentage
from scorecast.library.functions import session
from scorecast.library.score_table import Cell, Learnt, ScoreTable
from scorecast.library.session import Table
from scorecast.workspace import forecaster

PARAMETERS = ("predictor", "as_of", "public")


class ScoreRegressor:
    """Predicts scores of models on benchmarks, in the unit of each benchmark's metric.

    ``X`` is a data frame or a list of mappings with ``model`` and ``benchmark``; it may have the columns of a setting
    (``shots``, ``harness`` ...) and facts of models and benchmarks of your own (``params_b``, ``released``,
    ``description`` ...). A model that nobody knows needs no facts. Predictions are not entered in the ledger.

    Attributes:
        predictor: name of a forecaster; ``pool`` is the best and the slowest, ``neighbours`` takes seconds.
        as_of: latest publication date of the public records; today by default.
        public: whether to learn from public records too. Then each set of cells that is predicted takes a fit.
    """

    def __init__(self, *, predictor: str = "pool", as_of: dt.date | str | None = None, public: bool = True) -> None:
        # As given: scikit-learn's clone compares what it hands over with what is there.
        self.predictor, self.as_of, self.public = predictor, as_of, public

    def get_params(self, deep: bool = True) -> dict[str, Any]:  # noqa: ARG002, FBT001, FBT002 - as scikit-learn calls it
        """Return the parameters by name."""
        return {name: getattr(self, name) for name in PARAMETERS}

    def set_params(self, **parameters: Any) -> Self:  # noqa: ANN401 - as scikit-learn calls it
        """Set parameters.

        Raises:
            UsageError: there is none of this name.
        """
        for name, value in parameters.items():
            if name not in PARAMETERS:
                raise UsageError(f"ScoreRegressor has no parameter {name!r}; it has {', '.join(PARAMETERS)}.")
            setattr(self, name, value)
        return self

    def fit(self, X: Table, y: ArrayLike) -> Self:  # noqa: N803 - as scikit-learn calls it
        """Take scores to learn from.

        Args:
            X: one row a score.
            y: the scores, in the units of the benchmarks.

        Raises:
            UsageError: rows that make no sense, or scores that cannot be; the message tells the first.
            NotEnoughRecords: there is nothing to learn from.
        """
        forecaster(self.predictor)  # a name that is none is told here, not at the first prediction
        opened = session()
        self.learnt_ = Learnt.of(ScoreTable(opened, self.as_of).cells(X), y, source=opened.source)
        self.fitted_: tuple[frozenset[tuple[str, str]], FittedPredictor] | None = None
        if not self.public:
            self._fitted(())
        return self

    def predict(self, X: Table, *, quantiles: Sequence[float] | None = None) -> Floats:  # noqa: N803
        """Return medians, shape ``(n,)``, or quantiles, shape ``(n, q)``.

        Where there is nothing to forecast from stands NaN, and a warning says why.

        Args:
            X: one row a score.
            quantiles: levels between 0 and 1.

        Raises:
            UsageError: rows that make no sense, or nothing was fitted.
            DistributionError: a level outside 0 to 1.
        """
        levels = (0.5,) if quantiles is None else tuple(quantiles)
        told = np.array([_levels(answer, levels) for answer in self.answers(X)]).reshape(-1, len(levels))
        return told[:, 0] if quantiles is None else told

    def predict_interval(self, X: Table, *, percent: float = 90.0) -> Floats:  # noqa: N803
        """Return lower and upper ends of central intervals, shape ``(n, 2)``; otherwise as ``predict``."""
        tail = (1.0 - percentage(percent) / 100.0) / 2.0
        return self.predict(X, quantiles=(tail, 1.0 - tail))

    def predict_distribution(self, X: Table) -> list[Distribution | None]:  # noqa: N803
        """Return whole predictive distributions; None where there is nothing to forecast from."""
        return [one.distribution if isinstance(one, Forecast) else None for one in self.answers(X)]

    def score(self, X: Table, y: ArrayLike) -> float:  # noqa: N803
        """Return the coefficient of determination of the medians; 1 is perfect, 0 is no better than the mean."""
        observed = np.asarray(y, dtype=float)
        residual = observed - self.predict(X)
        spread = float(((observed - observed.mean()) ** 2).sum())
        return 1.0 - float((residual**2).sum()) / spread if spread else float("nan")

    def answers(self, X: Table) -> list[Answer]:  # noqa: N803
        """Return forecasts with all that is known of them, or abstentions with their reasons.

        Raises:
            UsageError: rows that make no sense, or nothing was fitted.
        """
        if not self.__sklearn_is_fitted__():
            raise UsageError("This ScoreRegressor has learnt nothing yet: call fit(X, y) first.")
        cells = ScoreTable(session(), self.as_of, learnt=self.learnt_).cells(X)
        fitted = self._fitted(cells)
        found = fitted.forecast([cell.question(known=self.learnt_.shows(cell)) for cell in cells]) if cells else []
        _warn(found)
        return found

    def _fitted(self, cells: Sequence[Cell]) -> FittedPredictor:
        """Return the fit that may predict these cells; the last one is kept."""
        keys = frozenset(cell.key for cell in cells) if self.public else frozenset()
        if self.fitted_ is None or self.fitted_[0] != keys:
            learnt = self.learnt_
            history = learnt.history(session().source, asked=cells) if self.public else learnt.alone
            self.fitted_ = keys, forecaster(self.predictor).fit(history)
        return self.fitted_[1]

    def __sklearn_is_fitted__(self) -> bool:
        """Tell scikit-learn whether it was fitted."""
        return hasattr(self, "learnt_")

    def __sklearn_tags__(self) -> object:
        """Tell scikit-learn what it is; only scikit-learn calls this, so it is there."""
        utils = importlib.import_module("sklearn.utils")
        return utils.Tags(
            estimator_type="regressor",
            target_tags=utils.TargetTags(required=True),
            regressor_tags=utils.RegressorTags(),
            input_tags=utils.InputTags(two_d_array=False, string=True, allow_nan=True),
        )

    def __repr__(self) -> str:
        return f"ScoreRegressor({', '.join(f'{name}={value!r}' for name, value in self.get_params().items())})"


def _levels(answer: Answer, levels: Sequence[float]) -> list[float]:
    if isinstance(answer, Forecast):
        return [answer.distribution.quantile(level) for level in levels]
    return [float("nan")] * len(levels)


def _warn(answers: Sequence[Answer]) -> None:
    reasons = [answer.reason for answer in answers if not isinstance(answer, Forecast)]
    if reasons:
        warnings.warn(f"{len(reasons)} of {len(answers)} scores have no forecast: {reasons[0]}", stacklevel=4)
