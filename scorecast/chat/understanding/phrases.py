"""Set phrases: dates, settings, thresholds and what is wanted, read off the skeleton of a message.

Each reader blanks out what it has read, so that no word is read twice and every place in the message stays its place.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from typing import NamedTuple

from records.setting import Setting
from scorecast.chat.understanding.intent import Kind
from scorecast.chat.understanding.spotting import BENCHMARK, MODEL, MUDDLE, SIGNS

NAME = f"[{MODEL}{BENCHMARK}{MUDDLE}]"
MONTHS = {name.lower(): number for number, name in enumerate(calendar.month_name) if name}
MONTHS |= {name.lower(): number for number, name in enumerate(calendar.month_abbr) if name} | {"sept": 9}
_MONTH = "|".join(sorted(MONTHS, key=len, reverse=True))

_AS_OF = re.compile(
    r"\b(?:as (?:of|at)|know(?:ing)? only (?:what was public )?(?:by|until|up to)|(?:with )?data (?:until|up to|to))\s+"
    r"(?:(?:the )?end of\s+)?"
    rf"(?P<told>today|now|\d{{4}}-\d{{1,2}}(?:-\d{{1,2}})?|(?:\d{{1,2}}(?:st|nd|rd|th)?\s+)?(?:{_MONTH})\.?"
    r"(?:\s+\d{1,2}(?:st|nd|rd|th)?(?=,|\s+\d{4}))?,?\s+\d{4}|\d{4})(?![\w-])",
    re.IGNORECASE,
)
_SHOTS = re.compile(
    r"\b(?:with |at |using |in )?(?P<shots>\d{1,4}|zero|one|two|three|four|five|eight|ten)[\s-]*shots?\b", re.I
)
_COUNTS = {"zero": 0, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "eight": 8, "ten": 10}
_EFFORT = re.compile(
    r"\b(?:with|at|using)\s+(?P<effort>none|no|minimal|low|medium|x?high|max)\s+(?:reasoning\s+|thinking\s+)?effort\b"
    r"|\b(?:reasoning )?effort\s*[=:]\s*(?P<told>\w{2,10})",
    re.I,
)
_COT = re.compile(r"\b(?:with |using )?(?:chain[\s-]of[\s-]thought|cot)(?: prompting)?\b", re.I)
_DIRECT = re.compile(r"\b(?:with |using )?direct (?:prompting|answers?)\b", re.I)
_NO_TOOLS = re.compile(r"\b(?:without|with no|no) tools?\b|\btools?\s*[=:]\s*none\b", re.I)
_TOOLS = re.compile(r"\bwith (?:tools? such as |an? )?(?P<tools>tools?|python|search|browsing|code execution)\b", re.I)
_SAMPLING = re.compile(r"\b(?:with |at |as |using )?(?P<sampling>(?:pass|avg|maj|best|cons)@\d{1,4})\b", re.I)
_WITHHOLD = re.compile(
    r"\b(?:withh(?:o|e)ld(?: it| the (?:score|report)s?)?|(?:pretend|as if|assuming|assume)\b[^?.!]{0,40}"
    r"\b(?:un(?:known|reported)|not (?:been )?(?:known|reported|measured)|nobody knew|no report)\w*"
    r"|ignor(?:e|ing) (?:the|its|any|all) (?:known|reported|published) (?:score|report|value|result)s?"
    r"|without (?:the|its|any) (?:known|reported) (?:score|report|value|result)s?)",
    re.I,
)
_HEED = re.compile(
    r"\b(?:with|given|use|using|heed|knowing) (?:the|its|all) (?:known|reported|published) "
    r"(?:score|report|value|result)s?",
    re.IGNORECASE,
)

_AMOUNT = r"(?P<amount>-?\$?\d[\d,]*(?:\.\d+)?)\s*(?P<unit>%|percent|points?|dollars?)?"
_PASSES = re.compile(
    r"(?:\b(?:pass|reach|exceed|surpass|beat|break|clear|top|hit|get|score|make|cross|above|over|below|under|least|most"
    r"|than|threshold(?: of)?)(?:es|s|ed|ing)?\b|>=|>|<=|<|≥|≤)\s*(?:a score of\s+|about\s+|to\s+|the\s+)*"
    rf"{_AMOUNT}(?![\w.]*\w)",
    re.I,
)
_BARE_AMOUNT = re.compile(
    rf"^\W*(?:(?:and|or|but|then|what|how|about|if|for|of|try|it|is|now|a|threshold)\s+)*{_AMOUNT}\W*$", re.I
)
_WITH_UNIT = re.compile(r"(?P<amount>\d[\d,]*(?:\.\d+)?)\s*(?P<unit>%|percent\b|points?\b)", re.I)

_COMPARES = re.compile(
    rf"\bcompar(?:e|ed|ing|ison)\b|\bversus\b|\bvs\b|\bbetter\b|\bworse\b|\bahead of\b|\bbehind\b|\bstronger\b"
    rf"|\b(?:beats?|outperforms?|against|than|top|surpass(?:es)?|exceeds?)\s+{NAME}|\bhow does \S+ stack up|\bwins?\b",
    re.I,
)
_ADDS = re.compile(r"\b(?:and|also|plus|add|too|as well|include|(?:what|how) about)\b", re.I)
_REPLACES = re.compile(r"\b(?:instead|rather|only|just|alone)\b", re.I)
_ASKS = re.compile(
    r"\b(?:score|get|reach|achieve|perform|expect(?:ed)?|how much|forecast|predict(?:ion)?|estimate|again"
    r"|how good|how well)\b",
    re.IGNORECASE,
)
REFERS = re.compile(r"\b(?:it|its|that|this|them|they|their|those|these|both|the same|same|there)\b", re.I)

_ASKED_FOR: tuple[tuple[Kind, tuple[str, ...]], ...] = (
    (
        Kind.RESET,
        (r"\b(?:start (?:over|again|afresh)|new (?:question|topic|chat)|reset|forget (?:it|that|all|every))",),
    ),
    (
        Kind.COURTESY,
        (
            (
                r"^\W*(?:many |ok |okay )?(?:thanks?|thank you|cheers|bye|goodbye|ok|okay|great|good|nice|perfect|cool)"
                r"(?: (?:you|a lot|so much|very much|thanks|that'?s all|bye|good|great|job|then|got it))*\W*$"
            ),
        ),
    ),
    (
        Kind.HELP,
        (
            r"^\W*(?:help|hi|hello|hey|good (?:morning|day|evening)|examples?|commands?|\?)\b[^\ue000-\ue002]{0,60}$",
            r"\bwhat (?:can|else can) (?:you|i|this)\b|\bwhat do you do\b|\b(?:who|what) are you\b|\bcan you help\b",
            r"\bhow (?:accurate|good|reliable|calibrated) are you\b",
            r"\bhow (?:do|can|does|should) (?:you|i|it|this)(?: \w+)? (?:work|use|ask|start)|\bhelp me\W*$",
            r"\bwhat (?:is|are) (?:this|scorecast)\W*$",
        ),
    ),
    (
        Kind.WHY,
        (
            r"\bwhy\b|\bhow come\b|\breason(?:s|ing)?\W*$|\bcomponents?\b|\bweights?\b|\bwhich forecasters?\b",
            r"\bhow (?:did|do) you (?:get|arrive|come|know|reach|make)|\bhow (?:sure|certain|confident) are you\b",
            r"\bexplain (?:it|that|this|the forecast|yourself)\b|^\W*explain\W*$|\bwhat drives\b",
        ),
    ),
    (
        Kind.EVIDENCE,
        (
            r"\bevidence\b|\bcit(?:e|ations?)\b|\breferences\b|\bbased on what\b",
            r"\bwhat (?:is|are) (?:it|that|this|they) based\b|\b(?:show|list|give|see)\b.{0,20}\b(?:sources?|links?)\b",
            r"^\W*(?:the )?(?:sources?|links?)\W*$",
        ),
    ),
    (
        Kind.BEST,
        (
            r"\b(?:best|top|highest|strongest|leading)\b(?!@)|\bleaderboard\b|\bleads?\b|\bleaders?\b|\bsota\b",
            r"\bwho is ahead\b|\bstate[\s-]of[\s-]the[\s-]art\b",
        ),
    ),
    (
        Kind.KNOWN,
        (
            r"\b(?:is|are|was|what'?s) (?:already |publicly )?(?:known|reported|published)\b|\brecords?\b",
            r"\bwhat (?:do|does) (?:you|we|anyone) know\b|\bwhat did\b.{0,40}\b(?:score|get|achieve|reach)\b",
            r"\b(?:has|have|was|were)\b.{0,60}\b(?:measured|reported|published|tested|evaluated|been run)\b",
            (
                r"\b(?:known|reported|published|actual|existing|measured|official) "
                r"(?:score|result|value|record|number|report)s?\b"
            ),
            r"\b(?:list|show|give)\b.{0,20}\b(?:scores|results|reports)\b",
            r"\b(?:which|what) (?:scores|results|benchmarks)\b",
        ),
    ),
    (
        Kind.DESCRIBE,
        (
            rf"\b(?:what|who)(?:'?s| is| are| was)\s+(?:the |an? )?{NAME}\W*(?:about\W*|like\W*|exactly\W*)?$",
            (
                r"\b(?:tell me|more|info(?:rmation)?|details?|know) (?:more )?(?:about|on|of)\s+(?:the )?"
                rf"(?:{NAME}|it|this|that)"
            ),
            rf"\bdescri(?:be|ption)\b|\bexplain\s+(?:me )?(?:the )?{NAME}",
            rf"\bwhat (?:does|do)\s+(?:the )?(?:{NAME}|it)\s*(?:measure|test|ask|evaluate|contain|mean|look)",
            r"\bhow is\s+\S+\s*(?:scored|graded|measured)|\bwho (?:made|makes|built|released)\b",
            rf"\bhow (?:big|large|old) is\b|\bwhen was\s+{NAME}",
        ),
    ),
)
_WANTS = tuple((kind, re.compile("|".join(patterns), re.IGNORECASE)) for kind, patterns in _ASKED_FOR)


_VARIANT = re.compile(
    r"(?<![\w-])(?:fine[\s-]?tun(?:ed?|es|ing)|(?:un)?quanti[sz](?:ed|ation)|(?:int|fp|nf)[\s-]?[48]|[2-8][\s-]?bits?|awq|gptq|q?lora"
    r"|pruned|abliterated)\b(?:\s+(?:version|variant|quanti[sz]ed))?",
    re.IGNORECASE,
)
_OWN_MODEL = re.compile(
    r"\b(?:my|our)\s+(?:(?:own|new|custom|latest|next|current|upcoming|internal|trained)\s+){0,3}"
    rf"(?:\d[\w.]*\s+|{MODEL}\s*)?(?:model|checkpoint|llm|merge)\b",
    re.IGNORECASE,
)
_TOLD_SCORE = re.compile(
    rf"(?P<score>\d+(?:\.\d+)?)\s*(?:%|percent|points?)?\s+(?:on|in|at)\s+(?:the\s+)?{BENCHMARK}", re.I
)
_RANGE = re.compile(
    r"\bbetween\s+\$?(?P<low>\d[\d,]*(?:\.\d+)?)\s*(?:%|percent)?\s+and\s+\$?(?P<high>\d[\d,]*(?:\.\d+)?)(?![\w-])",
    re.IGNORECASE,
)
_OF_THEM = re.compile(
    r"\bwhich one\b|\bwho (?:wins|is ahead)\b|\bof (?:them|these|those|the (?:two|three|four|five))\b", re.I
)


class Dated(NamedTuple):
    """A date that was read; ``complaint`` says what is wrong with it."""

    as_of: dt.date | None
    told: bool
    rest: str
    complaint: str = ""


def blank(text: str, start: int, end: int) -> str:
    """Return the text with blanks from start to end."""
    return text[:start] + " " * (end - start) + text[end:]


def read_date(text: str, *, today: dt.date) -> Dated:
    """Read an as-of date: a day, or the last day of a month or year, or today where that is earlier."""
    found = _AS_OF.search(text)
    if not found:
        return Dated(None, told=False, rest=text)
    rest, told = blank(text, *found.span()), found["told"]
    if told.lower() in {"today", "now"}:
        return Dated(None, told=True, rest=rest)
    try:
        first, last = _days(told.lower())
    except ValueError:
        return Dated(
            None, told=True, rest=rest, complaint=f"{told} is no date; write it like 2025-03-31 or March 2025."
        )
    if first > today:
        return Dated(None, told=True, rest=rest, complaint=f"{told} lies in the future; today is {today}.")
    return Dated(min(last, today), told=True, rest=rest)


def _days(told: str) -> tuple[dt.date, dt.date]:
    """Return the first and the last day that are meant."""
    numbers = [int(number) for number in re.findall(r"\d+", told)]
    name = re.search(rf"\b({_MONTH})\b", told)
    if name:
        year, day = max(numbers), min(numbers) if len(numbers) > 1 else 0
        return _span(year, MONTHS[name[1]], day)
    return _span(numbers[0], *[*numbers[1:], 0, 0][:2])


def _span(year: int, month: int, day: int) -> tuple[dt.date, dt.date]:
    if day:
        return (exact := dt.date(year, month, day)), exact
    if not month:
        return dt.date(year, 1, 1), dt.date(year, 12, 31)
    return dt.date(year, month, 1), dt.date(year, month, calendar.monthrange(year, month)[1])


def read_setting(text: str) -> tuple[Setting, str]:
    """Read what is told of the setting."""
    told: dict[str, str | int] = {}
    if found := _SHOTS.search(text):
        count = found["shots"].lower()
        told["shots"] = _COUNTS[count] if count in _COUNTS else int(count)
        text = blank(text, *found.span())
    if found := _EFFORT.search(text):
        effort = (found["effort"] or found["told"]).lower()
        told["effort"] = "none" if effort == "no" else effort
        text = blank(text, *found.span())
    for name, pattern, value in (
        ("prompting", _COT, "chain-of-thought"),
        ("prompting", _DIRECT, "direct"),
        ("tools", _NO_TOOLS, "none"),
        ("tools", _TOOLS, ""),
        ("sampling", _SAMPLING, ""),
    ):
        if name not in told and (found := pattern.search(text)):
            told[name] = value or found[name].lower().replace("tools", "any").replace("tool", "any")
            text = blank(text, *found.span())
    return Setting.model_validate(told), text


def read_withhold(text: str) -> tuple[bool | None, str]:
    """Read whether the score is to be forecast as if it had not been reported; None where nothing is said."""
    for pattern, withhold in ((_WITHHOLD, True), (_HEED, False)):
        if found := pattern.search(text):
            return withhold, blank(text, *found.span())
    return None, text


def read_threshold(text: str) -> tuple[float | None, str]:
    """Read a score to reach: ``pass 60``, ``at least 62.5 %``, ``over 1,300``, or a bare number."""
    for pattern in (_PASSES, _BARE_AMOUNT, _WITH_UNIT):
        if found := pattern.search(text):
            amount = float(found["amount"].replace(",", "").replace("$", ""))
            return amount, blank(text, *found.span())
    return None, text


def read_own(rest: str, text: str) -> tuple[str, str]:
    """Read what makes a model none that is known: ``fine-tuned``, ``4 bit``, ``my model``; empty where nothing does.

    Args:
        rest: skeleton of the message.
        text: the message, of which the words are told.
    """
    told = []
    for pattern in (_VARIANT, _OWN_MODEL):
        while found := pattern.search(rest):
            told.append(" ".join(text[found.start() : found.end()].split()))
            # The name of a known model in it stays: it is read by itself.
            kept = "".join(sign if sign in SIGNS else " " for sign in found[0])
            rest = rest[: found.start()] + kept + rest[found.end() :]
    return ", ".join(dict.fromkeys(told)), rest


def read_told_score(skeleton: str) -> str:
    """Read a score that is told of a benchmark, as it is written: ``71 on B``; empty where none is."""
    found = _TOLD_SCORE.search(skeleton)
    return found["score"] if found else ""


def read_range(text: str) -> tuple[float, float] | None:
    """Read two scores between which another is to lie."""
    found = _RANGE.search(text)
    if not found:
        return None
    low, high = sorted(float(found[name].replace(",", "")) for name in ("low", "high"))
    return low, high


def of_them(skeleton: str) -> bool:
    """Whether a skeleton asks which of those that were talked about."""
    return bool(_OF_THEM.search(skeleton))


def wanted(skeleton: str) -> Kind | None:
    """Return what a skeleton asks for in so many words; None for a forecast or nothing."""
    return next((kind for kind, pattern in _WANTS if pattern.search(skeleton)), None)


def compares(skeleton: str) -> bool:
    """Whether a skeleton sets one thing against another."""
    return bool(_COMPARES.search(skeleton))


def asks(skeleton: str) -> bool:
    """Whether a skeleton asks for a forecast, though it names nothing."""
    return bool(_ASKS.search(skeleton))


def adds(skeleton: str) -> bool:
    """Whether a skeleton adds to what was talked about."""
    return bool(_ADDS.search(skeleton)) and not _REPLACES.search(skeleton)
