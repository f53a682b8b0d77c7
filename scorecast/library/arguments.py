"""Arguments of the Python API: what callers hand over, of whatever type, becomes texts and numbers or one sentence."""

from __future__ import annotations

from collections.abc import Mapping
from numbers import Real

from records.errors import UsageError


def name(value: object, what: str) -> str:
    """Return a name.

    Raises:
        UsageError: it is no text.
    """
    if not isinstance(value, str):
        raise UsageError(f"{what} takes a name, such as {what}={_EXAMPLES[what]!r}; found {value!r}.")
    return value


def score(value: object, what: str) -> float:
    """Return a score as a plain number, whatever library it comes from.

    Raises:
        UsageError: it is no number.
    """
    if isinstance(value, bool) or not isinstance(value, Real):
        raise UsageError(f"{what} takes a number in the unit of the benchmark, such as 62.5; found {value!r}.")
    return float(value)


def known_scores(known: object) -> list[str]:
    """Return scores by benchmark as they are typed: ``gpqa_diamond=71.0``.

    Raises:
        UsageError: no mapping, or no numbers in it.
    """
    told = _mapping(known, 'known takes scores by benchmark, such as known={"gpqa_diamond": 71}')
    return [f"{name(key, 'benchmark')}={score(value, f'known[{key!r}]')!r}" for key, value in told.items()]


def setting(told: object) -> list[str]:
    """Return a setting as it is typed: ``shots=5``.

    Raises:
        UsageError: no mapping.
    """
    fields = _mapping(told, 'setting takes a mapping, such as setting={"shots": 5}')
    return [f"{key}={_whole(value)}" for key, value in fields.items()]


def percentage(percent: object) -> float:
    """Return how many percent an interval holds.

    Raises:
        UsageError: no number from 1 to 100; a share of 1 is refused, since 0.9 is hardly meant as 0.9 %.
    """
    if isinstance(percent, bool) or not isinstance(percent, Real) or not 1.0 <= float(percent) <= 100.0:
        raise UsageError(f"An interval holds 1 to 100 percent, such as 90; found {percent!r}.")
    return float(percent)


def facts(told: object, kind: type, what: str) -> None:
    """Make sure that facts of a model or a benchmark of one's own come as what they are.

    Raises:
        UsageError: they are something else.
    """
    if told is not None and not isinstance(told, kind):
        raise UsageError(f"{what} takes a scorecast.{kind.__name__}(...); found {told!r}.")


_EXAMPLES = {"model": "Qwen3-32B", "benchmark": "gpqa_diamond"}


def _mapping(told: object, expected: str) -> Mapping[object, object]:
    if told is None:
        return {}
    if not isinstance(told, Mapping):
        raise UsageError(f"{expected}; found {told!r}.")
    return told


def _whole(value: object) -> object:
    """Write 5.0 and NumPy's 5 as 5."""
    if isinstance(value, Real) and not isinstance(value, bool) and float(value).is_integer():
        return int(float(value))
    return value
