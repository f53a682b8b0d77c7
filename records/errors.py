"""The errors of Scorecast, one tree. A caller that catches ``ScorecastError`` sees every one we raise.

ScorecastError
  UsageError            the request makes no sense as asked; the message says what would
    UnknownName         no model or benchmark of that name; carries the nearest names
  DataError             a file or a value from outside is not what it must be
    ImportRefused       a whole file was refused; nothing was stored
    DistributionError   quantiles, samples or bounds that make no predictive distribution
  StoreError            the store cannot be opened, is newer than this program, or is busy
    LeaseLost           somebody else works on a job that this process had: nothing more of it is written
  LeakageError          later or target information was about to reach a forecast
  NotEnoughRecords      a predictor has nothing to learn from
"""

from __future__ import annotations


class ScorecastError(Exception):
    """Root of all errors raised on purpose."""


class UsageError(ScorecastError):
    """The request makes no sense as asked."""


class UnknownName(UsageError):  # noqa: N818 - the sentence "raise UnknownName" reads well without a suffix
    """No model or benchmark has this name.

    Attributes:
        kind: ``model`` or ``benchmark``.
        name: the name as given.
        suggestions: the nearest known names, nearest first.
    """

    def __init__(self, kind: str, name: str, suggestions: tuple[str, ...] = ()) -> None:
        self.kind, self.name, self.suggestions = kind, name, suggestions
        hint = f" Did you mean {', '.join(suggestions)}?" if suggestions else ""
        super().__init__(f"No {kind} is called {name!r}.{hint} `scorecast {kind}s SEARCH` lists what is known.")


class DataError(ScorecastError):
    """A file or a value from outside is not what it must be."""


class ImportRefused(DataError):  # noqa: N818
    """A whole file was refused; nothing was stored."""


class DistributionError(DataError):
    """Quantiles, samples or bounds that make no predictive distribution."""


class StoreError(ScorecastError):
    """The store cannot be opened, is newer than this program, or is busy."""


class LeaseLost(StoreError):  # noqa: N818
    """Somebody else works on a job that this process had: nothing more of it is written."""


class LeakageError(ScorecastError):
    """Later or target information was about to reach a forecast."""


class NotEnoughRecords(ScorecastError):  # noqa: N818
    """A predictor has nothing to learn from."""
