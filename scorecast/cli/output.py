"""How replies leave the command line: cards for people, JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from records.forecast import Forecast
from scorecast.pipeline import Reply
from scorecast.showing import card
from scorecast.showing.reply_json import Json, as_json, comparison_json

if TYPE_CHECKING:
    from agent.remembered import Remembered


def console(*, stderr: bool = False) -> Console:
    """Return a console on stdout or stderr; narrower than a wide terminal, so that cards stay readable.

    Names come from strangers: what looks like markup or the code of a picture in them is text.
    """
    plain = Console(stderr=stderr)
    width = min(plain.width, card.WIDE) if plain.is_terminal else card.WIDE
    return Console(width=width, stderr=stderr, markup=False, emoji=False)


@dataclass(frozen=True)
class Heard:
    """Hears what the agent said, and shows it where that is wanted: on stderr where JSON is printed.

    Attributes:
        shown: whether to show it.
        as_json: whether stdout is for JSON.
        told: what was heard so far.
    """

    shown: bool
    as_json: bool
    told: list[Remembered] = field(default_factory=list)

    def __call__(self, remembered: Remembered) -> None:
        """Hear one forecast."""
        self.told.append(remembered)

    def onto(self, replies: Sequence[Reply]) -> list[Reply]:
        """Put the opinions that were heard of each question onto its reply."""
        said = {remembered.question.id: remembered.opinions for remembered in self.told}
        return [replace(reply, opinions=said.get(reply.question.id, ())) if said else reply for reply in replies]

    def show(self) -> None:
        """Print the conversations."""
        if self.shown and self.told:
            from scorecast.showing.trace import trace

            for remembered in self.told:
                console(stderr=self.as_json).print(trace(remembered))


def print_json(value: Json) -> None:
    """Print one JSON document."""
    typer.echo(json.dumps(value, indent=2, ensure_ascii=False))


@contextmanager
def progress(total: int) -> Iterator[Callable[[str, int, int], None]]:
    """Show a bar with the time left on stderr; yields what a long task calls after each step."""
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    screen = Console(stderr=True)
    with Progress(*columns, console=screen, transient=True, disable=not screen.is_terminal) as shown:
        task = shown.add_task("starting", total=total)
        yield lambda what, done, _total: shown.update(task, completed=done, description=what)


def show_replies(replies: Sequence[Reply], *, threshold: float | None, as_json: bool) -> None:
    """Print one reply, or several and how they compare; exit with 1 when there is no forecast at all."""
    if as_json:
        print_json(_document(replies, threshold))
    else:
        _cards(replies, threshold)
    if not any(isinstance(reply.answer, Forecast) for reply in replies):
        raise typer.Exit(1)


def _document(replies: Sequence[Reply], threshold: float | None) -> Json:
    if len(replies) == 1:
        return as_json(replies[0], threshold=threshold)
    if len(replies) == 2 and _on_one_benchmark(replies):
        return comparison_json(*replies, threshold=threshold)
    from scorecast.showing.several import several_json

    return several_json(replies, threshold=threshold)


def _cards(replies: Sequence[Reply], threshold: float | None) -> None:
    screen = console()
    if len(replies) > 2 and _on_one_benchmark(replies):
        from scorecast.showing.several import ranking

        screen.print(ranking(replies, threshold=threshold, columns=screen.width))
        return
    answers = [reply.answer for reply in replies]
    if len(replies) == 2 and _on_one_benchmark(replies):
        first, second = answers
        if isinstance(first, Forecast) and isinstance(second, Forecast):
            screen.print(card.comparison(first, second, columns=screen.width))
    for reply in replies:
        card.show(screen, reply, threshold=threshold)


def _on_one_benchmark(replies: Sequence[Reply]) -> bool:
    return len({reply.question.benchmark.id for reply in replies}) == 1
