"""Numbers and addresses that would give a name away, made coarse: sizes, lengths, counts, dates, exact scores, links.

``70B parameters`` is *about 70 billion parameters*, ``2024-11-20`` *late 2024*, ``86.4`` *86*, ``1287`` *1290*: enough
to reason with, too little to look up. Links go. In: a text without names. Out: the same; a coarse text stays as it is.
"""

from __future__ import annotations

import datetime as dt
import math
import re

STEPS = (1.0, 1.5, 2.0, 3.0, 5.0, 7.0, 10.0)
"""What a coarse number may begin with."""

ABOUT = "about "
LINK = "[link]"
LEAST_COUNT = 20
"""Counts below this one are told as they are: many benchmarks share them."""
LEAST_TELLING = 10.0
"""Scores from here on lose their decimals; smaller ones keep two digits."""
LONGEST_TOLD = 3
"""Digits that are told of a rating or a sum of money; fewer would hide the differences that a forecast lives on."""

_LINK = re.compile(
    r"(?:https?://|www\.)[^\s<>\"')\]]+|\b(?:arxiv|doi)\s*[:/]\s*\S+"
    r"|\b[\w-]+(?:\.[\w-]+)*\.(?:com|org|net|ai|io|co|dev|edu)/\S*",
    re.IGNORECASE,
)
_MARKS_OF_LINKS = ("/", "www.", "arxiv", "doi")
_SCALES = {"k": 1e3, "thousand": 1e3, "m": 1e6, "million": 1e6, "b": 1e9, "billion": 1e9, "t": 1e12, "trillion": 1e12}
_WORDS = ((1e12, "trillion"), (1e9, "billion"), (1e6, "million"), (1e3, "thousand"))
_DIGITS = r"(?P<digits>\d+(?:,\d{3})+|\d+(?:\.\d+)?)"
_SIZE = re.compile(
    rf"(?<![\w.,]){_DIGITS}(?:(?P<letter>[bmtk])(?![a-z0-9])|[ -](?P<word>thousand|million|billion|trillion)\b)",
    re.IGNORECASE,
)
_COUNT = re.compile(
    rf"(?<![\w.,]){_DIGITS}(?=[ -](?:[a-z]\w*[ -]+){{0,4}}(?:questions?|items?|problems?|tasks?|examples?|samples?"
    r"|prompts?|instances?|images?|videos?|tokens?|instructions?|pairs|cases|documents|puzzles|parameters?)\b)",
    re.IGNORECASE,
)
_TOLD = re.compile(
    r"\b(?P<before>(?:items|n|size|tokens|params|parameters)(?: \((?P<unit>[bt])illions\))?\s?[=:]\s?)"
    r"(?P<digits>\d[\d,]*(?:\.\d+)?)(?!\.?\w)",
    re.IGNORECASE,
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_NAMED_MONTH = rf"(?P<name>{'|'.join(_MONTHS)})[a-z]*\.?"
_DATES = (
    re.compile(
        r"(?<![\w.-])(?P<year>20\d\d)(?P<between>[-/.]?)(?P<month>0[1-9]|1[0-2])"
        r"(?:(?P=between)(?:[0-2]\d|3[01])(?:T[\d:.]+Z?)?)?(?![\w-])"
    ),
    re.compile(rf"(?<!\w)\d{{1,2}}(?:st|nd|rd|th)?\s+{_NAMED_MONTH}\s+(?P<year>20\d\d)\b", re.IGNORECASE),
    re.compile(rf"\b{_NAMED_MONTH}\s+(?:\d{{1,2}}(?:st|nd|rd|th)?,?\s+)?(?P<year>20\d\d)\b", re.IGNORECASE),
)
_DECIMAL = re.compile(r"(?<![\w.])\d[\d,]*\.\d+(?!\.?\d)(?!(?!pp|pts)[a-z])", re.IGNORECASE)

_LONG = re.compile(
    r"(?<![\w.,])(?<!\w-)(?P<digits>\d{1,3}(?:,\d{3})+|\d{4,})(?![\w%]|[.,-]\d)"
    r"(?P<unit>(?: US)? (?:rating|points|usd|dollars|elo)\b)?",
    re.IGNORECASE,
)
_YEARS = range(1900, 2100)


def coarse(text: str) -> str:
    """Return a text in which no number or link tells which model or benchmark it is about."""
    small = text.casefold()
    if any(mark in small for mark in _MARKS_OF_LINKS):
        text = _LINK.sub(LINK, text)
    if not any(digit in text for digit in "0123456789"):
        return text
    text = _DECIMAL.sub(lambda found: score(_number(found[0])), text)
    if "20" in text:
        for pattern in _DATES:
            text = pattern.sub(_date, text)
    text = _SIZE.sub(_size, text)
    text = _COUNT.sub(_count, text)
    if ":" in text or "=" in text:
        text = _TOLD.sub(_told, text)
    return _LONG.sub(_long, text)


def about(number: float) -> float:
    """Return the nearest coarse number above zero, in proportion: 32 is about 30, 405 about 500.

    Raises:
        ValueError: the number is not above zero.
    """
    tenfold = 10.0 ** math.floor(math.log10(number))
    nearest = min(STEPS, key=lambda step: abs(math.log(number / (step * tenfold))))
    return float(f"{nearest * tenfold:.2g}")


def told(number: float) -> str:
    """Return a coarse number in words: ``about 30 billion``."""
    near = about(number)
    scale, word = next(((s, f" {w}") for s, w in _WORDS if near >= s), (1.0, ""))
    return f"{ABOUT}{near / scale:g}{word}"


def score(value: float) -> str:
    """Return a score as a blind forecaster may read it: in whole units, to two digits below ten, to three above 999."""
    if abs(value) >= LEAST_TELLING:
        return f"{float(f'{value:.{LONGEST_TOLD}g}'):.0f}"
    return f"{float(f'{value:.2g}'):g}"


def part_of_year(day: dt.date) -> str:
    """Return a date as ``early``, ``mid`` or ``late`` in its year."""
    return f"{('early', 'mid', 'late')[(day.month - 1) // 4]} {day.year}"


def start_of_part(day: dt.date) -> dt.date:
    """Return the first day of the part of the year that a date lies in: never later than the date."""
    return dt.date(day.year, 4 * ((day.month - 1) // 4) + 1, 1)


def _date(found: re.Match[str]) -> str:
    parts = found.groupdict()
    month = int(parts["month"]) if "month" in parts else _MONTHS.index(parts["name"].lower()) + 1
    return part_of_year(dt.date(int(parts["year"]), month, 1))


def _number(digits: str) -> float:
    return float(digits.replace(",", ""))


def _size(found: re.Match[str]) -> str:
    number = _number(found["digits"]) * _SCALES[(found["letter"] or found["word"]).lower()]
    return _once(found, number) if number else found[0]


def _count(found: re.Match[str]) -> str:
    number = _number(found["digits"])
    return _once(found, number) if number >= LEAST_COUNT else found[0]


def _told(found: re.Match[str]) -> str:
    number = _number(found["digits"])
    return f"{found['before']}{told(number)}" if number >= LEAST_COUNT or (found["unit"] and number) else found[0]


def _long(found: re.Match[str]) -> str:
    """Keep three digits of a long number; what may be a year stays, unless it has a unit."""
    number = _number(found["digits"])
    if number in _YEARS and "," not in found["digits"] and not found["unit"]:
        return found[0]
    return f"{score(number)}{found['unit'] or ''}"


def _once(found: re.Match[str], number: float) -> str:
    """Say *about* unless the text says it already."""
    coarse_number = told(number)
    said = found.string[: found.start()][-len(ABOUT) :].casefold() == ABOUT
    return coarse_number.removeprefix(ABOUT) if said else coarse_number
