"""The opening of a conversation: what the model is told before it says a word.

Everything that somebody else wrote (names, descriptions, notes, earlier scores) is quoted; what our own texts say comes
from ``prompts``. In blind mode the mask of the desk is applied to all that is not ours.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from agent.briefing import NOTHING, Briefing
from agent.effort import Effort, Framing
from agent.lessons import Lesson
from agent.quoting import one_line, quoted
from agent.tools.describing import asked_benchmark, asked_model, bounds, direction
from agent.tools.desk import Desk
from prompts import Prompt, prompt
from records.record import Record

if TYPE_CHECKING:
    from langchain_core.messages import BaseMessage

MOST_REPORTED = 8
"""Reports of the asked cell that are told, the newest first."""


def opening(
    desk: Desk,
    *,
    rounds: int,
    framing: Framing,
    lessons: Sequence[Lesson],
    reported: Sequence[Record],
    blind: bool,
    briefing: Briefing = NOTHING,
) -> list[BaseMessage]:
    """Return the first messages of a draw."""
    task = prompt(f"framing_{framing.value}").fill()
    return _messages(_system(desk, rounds=rounds, blind=blind), _question(desk, task, lessons, reported, briefing))


def supervision(
    desk: Desk,
    *,
    rounds: int,
    drafts: str,
    disagreement: str,
    reported: Sequence[Record],
    blind: bool,
    briefing: Briefing = NOTHING,
) -> list[BaseMessage]:
    """Return the first messages of the supervisor."""
    task = prompt("supervisor").fill(drafts=quoted(desk.mask(drafts)), disagreement=disagreement, rounds=str(rounds))
    return _messages(_system(desk, rounds=rounds, blind=blind), _question(desk, task, (), reported, briefing))


def prompts_of(effort: Effort, *, blind: bool, alone: bool = False) -> list[Prompt]:
    """The prompts that a forecast of this effort may be made with; alone, the statistics are not told of."""
    names = ["forecaster", "question", "known", "reported", "nearest", "lessons", "repair", "last_round"]
    names += [] if alone else ["statistics"]
    names += [f"framing_{framing.value}" for framing in dict.fromkeys(effort.framings)]
    names += ["supervisor"] * bool(effort.supervisor_rounds) + ["blind" if blind else "recall"]
    return [prompt(name) for name in sorted(names)]


def _messages(system: str, question: str) -> list[BaseMessage]:
    from langchain_core.messages import HumanMessage, SystemMessage  # take a while to load

    return [SystemMessage(system), HumanMessage(question)]


def _system(desk: Desk, *, rounds: int, blind: bool) -> str:
    question = desk.question
    told = prompt("forecaster").fill(
        as_of=question.as_of.isoformat(),
        rounds=str(rounds),
        unit=question.metric.unit.value,
        bounds=bounds(question.metric),
        direction=direction(question.benchmark),
        statistics="" if desk.statistics is None else prompt("statistics").fill(),
    )
    return f"{told}\n{prompt('blind').fill()}" if blind else told


def _question(
    desk: Desk, framing: str, lessons: Sequence[Lesson], reported: Sequence[Record], briefing: Briefing
) -> str:
    question, told = desk.question, "\n".join(map(str, lessons))
    return prompt("question").fill(
        model=_data(desk, asked_model(desk)),
        benchmark=_data(desk, asked_benchmark(desk)),
        setting=_data(desk, one_line(str(question.setting))),
        known=_block(desk, "known", (desk.show_record(record) for record in question.known)),
        reported=_block(desk, "reported", (desk.show_record(record) for record in reported[:MOST_REPORTED])),
        nearest=_block(desk, "nearest", filter(None, [briefing.told(desk)])),
        lessons=f"{prompt('lessons').fill(lessons=_data(desk, told))}\n" if told else "",
        framing=framing,
    )


def _block(desk: Desk, name: str, lines: Iterable[str]) -> str:
    told = "\n".join(lines)
    return f"{prompt(name).fill(records=_data(desk, told))}\n" if told else ""


def _data(desk: Desk, text: str) -> str:
    return quoted(desk.mask(text))
