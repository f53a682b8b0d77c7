"""The Gaussian process as a joint forecast: covariances between the scores of any cells, of one model or of several.

In: the fitted ``gaussian-process`` and questions. Out: a ``records.joint.Joint``. The marginals are those of its
``posterior``; what questions bring along is conditioned on together (Rasmussen and Williams 2006, equation 2.19).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy import linalg

from predictors.asked import Asked, ask
from predictors.column_scale import usual_noise
from predictors.exact import ExactProjection, Where
from predictors.gaussian_process import GaussianProcess, Learned
from predictors.hyperparameters import spread_out
from predictors.inducing import InducingProcess
from predictors.single import FittedMethod, MethodPredictor
from records.benchmark import Benchmark
from records.errors import UsageError
from records.joint import Joint
from records.metric import Floats
from records.question import Question
from records.stages import FittedPredictor

MOST = 6_000
"""Questions at once: their covariance takes 300 MB."""


def predictor() -> MethodPredictor:
    """The Gaussian process for joint forecasts alone, whose marginal spread nobody learns: a fifth of the time."""
    return MethodPredictor(GaussianProcess(name="joint-process", learns_spread=False))


@dataclass(frozen=True, eq=False)
class JointProcess:
    """A fitted Gaussian process; a ``records.joint.JointPredictor``."""

    fitted: FittedMethod
    learned: Learned

    @classmethod
    def of(cls, fitted: FittedPredictor) -> JointProcess:
        """Take a fitted predictor that is a Gaussian process.

        Raises:
            UsageError: it is none.
        """
        if not isinstance(fitted, FittedMethod) or not isinstance(fitted.learned, Learned):
            raise UsageError(
                f"{fitted.name} does not tell how its forecasts hang together: fit gaussian-process instead"
            )
        return cls(fitted, fitted.learned)

    def joint(self, questions: Sequence[Question]) -> Joint:
        """Forecast all questions jointly, in order.

        Raises:
            LeakageError: a question that is older than the history, or whose cell the history shows.
            UsageError: none or too many questions, one model with different known scores, or an open scale of which
                no visible score tells what is usual.
        """
        _check(questions)
        asked = ask(questions, history=self.fitted.history, reports=self.fitted.reports, cells=self.fitted.cells)
        if not asked.scaled.all():
            silent = questions[int(np.argmin(asked.scaled))].benchmark
            raise UsageError(f"Nobody has a score on the open scale of {silent.id}: leave it out.")
        return on_working_scale(self.learned, asked, *jointly(self.learned, asked))

    def unlike_texts(self, benchmarks: Sequence[Benchmark]) -> Floats:
        """How unlike the descriptions of benchmarks of the history are, shape ``(n, n)``, 0 to 1.

        Raises:
            UsageError: a benchmark that the history does not know.
        """
        column = self.fitted.cells.benchmarks.positions(benchmarks)
        if (column < 0).any():
            raise UsageError(f"{benchmarks[int(np.argmin(column))].id} is not known, so that nothing is like it.")
        told = self.learned.training.benchmarks.take(column).description
        return np.asarray(np.clip(1.0 - told @ told.T, 0.0, 1.0))


def _check(questions: Sequence[Question]) -> None:
    if not 0 < len(questions) <= MOST:
        raise UsageError(f"Between 1 and {MOST:,} cells are forecast jointly; {len(questions):,} were asked.")
    known = {question.model.id: question.known for question in questions}
    for question in questions:
        if question.known != known[question.model.id]:
            raise UsageError(f"Two questions about {question.model.id} bring different known scores along.")


def jointly(learned: Learned, asked: Asked) -> tuple[Floats, Floats]:
    """Posterior mean ``(n,)`` and covariance ``(n, n)`` of the latent scores of asked cells, standard scale."""
    where, news, (value, noise) = learned.laid_out(asked)
    traits = learned.texts.of_models(asked.models.take(np.unique(asked.row)))
    among = learned.hyper.between_models(traits, traits)
    mean, covariance = projected(learned, where, among)
    n = len(asked)
    if len(news.row):
        factor = linalg.cho_factor(covariance[n:, n:] + np.diag(noise), lower=True, check_finite=False)
        gain = linalg.cho_solve(factor, covariance[n:, :n], check_finite=False)
        mean = mean[:n] + (value - mean[n:]) @ gain
        covariance = covariance[:n, :n] - covariance[:n, n:] @ gain
    return mean + learned.scale.centre, (covariance + covariance.T) / 2.0


def projected(learned: Learned, where: Where, among: list[Floats]) -> tuple[Floats, Floats]:
    """Posterior mean and covariance of cells; ``among`` is how their models vary together, a matrix a component."""
    told = learned.process.project(where)
    if isinstance(told, ExactProjection):
        return told.mean, _prior(where, among, first=0) - told.seen.T @ told.seen
    if not isinstance(learned.process, InducingProcess):
        raise UsageError("This process does not tell how its forecasts hang together.")
    return told.mean, _inducing(learned.process, where, among)


def on_working_scale(learned: Learned, asked: Asked, mean: Floats, covariance: Floats) -> Joint:
    """Turn the standard scale into the working scale of each metric."""
    side, column = asked.benchmarks, asked.column
    step = side.sign[column] * side.scale[column]
    place = np.minimum(column, len(learned.scale.spread) - 1)
    spread = learned.scale.spread[place]
    noise = usual_noise(learned.cells)[place] + learned.hyper.nugget * spread**2
    return Joint(
        mean=side.location[column] + step * mean,
        covariance=np.multiply.outer(step, step) * covariance,
        noise=step**2 * noise,
        spread=np.abs(step) * spread,
    )


def _prior(where: Where, among: list[Floats], *, first: int) -> Floats:
    place = where.row, where.column
    return spread_out(among[first:], where.benchmarks[first:], place, place)


def _inducing(process: InducingProcess, where: Where, among: list[Floats]) -> Floats:
    """What cells share by levels and features, and what those of one kin group share beyond."""
    prior = process.prior
    reach = process.project(where).reach
    _, spare = prior.levels_of(where)
    total = np.asarray(reach.T @ reach + spare[np.ix_(where.column, where.column)])
    features, kin = prior.features_of(where), prior.kin_of(where)
    root = where.root[where.row]
    for group in np.unique(root):
        cells = np.flatnonzero(root == group)
        part = where._replace(row=where.row[cells], column=where.column[cells])
        rest = _prior(part, among, first=1) - features[cells] @ features[cells].T
        block = kin.get(int(where.row[cells[0]]))
        if block is not None:
            seen = block.whitener @ block.across(where, cells) - block.features @ features[cells].T
            rest -= seen.T @ seen
        total[np.ix_(cells, cells)] += rest
    return total


__all__ = ["JointProcess", "jointly", "on_working_scale", "predictor", "projected"]
