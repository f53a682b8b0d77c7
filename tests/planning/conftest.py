"""Beliefs that tests of planning choose from."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from planning.belief import Belief


def belief(size: int, *, seed: int = 0, rank: int = 2, noise: float = 1.0) -> Belief:
    rng = np.random.default_rng(seed)
    loadings = rng.normal(0, 5, (size, rank))
    covariance = loadings @ loadings.T + np.diag(rng.uniform(0.5, 4, size))
    return Belief(rng.normal(50, 10, size), covariance, np.full(size, noise))


@pytest.fixture(scope="session")
def make_belief() -> Callable[..., Belief]:
    return belief
