"""The version of the code tells an edited predictor from the one before, wherever it stands."""

from __future__ import annotations

from pathlib import Path

import predictors
from scorecast.code_version import _sources, code_version


def test_every_file_that_fits_counts_subpackages_included() -> None:
    counted = set(_sources())
    assert set(Path(predictors.__path__[0]).rglob("*.py")) <= counted
    assert any(path.parent.name == "latent_trait" for path in counted)


def test_it_is_the_same_for_the_same_code() -> None:
    first = code_version()
    code_version.cache_clear()
    assert code_version() == first
