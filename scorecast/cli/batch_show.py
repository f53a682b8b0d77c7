"""What a batch tells while it works and when it ends: a line on a terminal, JSON lines for programs, or nothing."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, Task, TimeRemainingColumn
from rich.text import Text

if TYPE_CHECKING:
    from agent.access.batched.batching import Round
    from records.job import Job
    from scorecast.batch.columns import Fault
    from scorecast.batch.estimate import Estimate
    from scorecast.batch.progress import Progress as Far
    from scorecast.workspace import Workspace

EVERY = 1.0
"""Seconds between two JSON lines of progress."""
MOST_FAULTS = 20
LACKING = 3
"""Exit code where items have no forecast though one was asked for."""


def event(kind: str, told: dict[str, object]) -> None:
    """Print one JSON line."""
    typer.echo(json.dumps({"event": kind, **told}, ensure_ascii=False))


@contextmanager
def watching(job: Job, *, quiet: bool, as_json: bool) -> Iterator[Callable[[Far], None]]:
    """Yield what is told of the progress."""
    if as_json:
        yield _lines(job)
        return
    if quiet:
        yield lambda _far: None
        return
    columns = (BarColumn(bar_width=20), MofNCompleteColumn(), _Running(), TimeRemainingColumn())
    screen = Console(stderr=True)
    with Progress(*columns, console=screen, transient=True, disable=not screen.is_terminal) as shown:
        task = shown.add_task("", total=job.size, far=None)
        yield lambda far: shown.update(task, completed=far.size - far.left, far=far)


class _Running(ProgressColumn):
    """What is told beside the bar; the seconds of a pause run down while nothing else moves."""

    def render(self, task: Task) -> Text:
        far = task.fields["far"]
        return Text(running(far, now=time.monotonic()) if far else "")


def _lines(job: Job) -> Callable[[Far], None]:
    last = 0.0

    def tell(far: Far) -> None:
        nonlocal last
        if time.monotonic() - last >= EVERY:
            last = time.monotonic()
            event("progress", {"job": job.id, **far.as_json()})

    return tell


def running(far: Far, *, now: float) -> str:
    """Return what is told beside the bar at a moment of ``time.monotonic``."""
    parts = [f"{far.rate:,.0f} a second" if far.rate >= 1 else f"{60 * far.rate:,.1f} a minute"]
    parts = [_round(one) for one in far.rounds[:1]] or parts
    if far.pause and (pause := far.pause.at(now)):
        parts = [str(pause)]
    if far.spent.calls or far.spent.cached:
        parts.append(f"{far.spent.calls:,} calls, {money(far.spent.usd)}")
    parts += [f"{count}x {reason[:60]}" for reason, count in list(far.reasons.items())[:1]]
    return ", ".join(parts)


def _round(one: Round) -> str:
    """Tell of a batch that is on its way."""
    answered = f"{one.answered:,} of " if one.answered else ""
    return f"batch {one.number} {one.status}: {answered}{one.requests:,} requests, {duration(one.seconds)}"


def money(usd: float | None) -> str:
    """Return US dollars as text."""
    return "at an unknown price" if usd is None else f"${usd:,.2f}" if usd >= 0.1 or not usd else f"${usd:.4f}"


def tell_plan(faults: Sequence[Fault], remarks: Sequence[str], *, items: int, as_json: bool) -> None:
    """Tell everything that is wrong with a plan: all of it as JSON, the first of it to people."""
    if as_json:
        told = [one._asdict() for one in faults]
        event("plan", {"items": items, "faults": told, "remarks": list(remarks)})
        return
    for remark in remarks:
        typer.echo(f"Note: {remark}.", err=True)
    for fault in faults[:MOST_FAULTS]:
        found = f" (found {fault.value!r})" if fault.value and fault.value not in fault.reason else ""
        typer.echo(f"{fault}{found}", err=True)
    if len(faults) > MOST_FAULTS:
        typer.echo(f"... and {len(faults) - MOST_FAULTS} more; --json lists them all.", err=True)
    rows = len({fault.where for fault in faults})
    if rows:
        others = "; the others can be forecast" if rows < items else ""
        typer.echo(f"{rows:,} of {items:,} rows ask nothing that makes sense{others}.", err=True)


def tell_estimate(found: Estimate, *, as_json: bool) -> None:
    """Tell what a plan will take."""
    if as_json:
        event("estimate", found.as_json())
        return
    typer.echo(
        f"{found.items:,} forecast{'s' * (found.items != 1)} on {found.dates} as-of date{'s' * (found.dates != 1)}"
    )
    if found.calls:
        typer.echo(f"about {found.calls:,} calls, {found.tokens:,} tokens, {money(found.usd)}", nl=False)
        typer.echo(f"; at the very most {money(found.most_usd)}" if found.most_usd is not None else "")
    if found.provider_batches:
        typer.echo(
            f"about {found.provider_batches} batches of the provider, one after the other, each within 24 hours by its "
            f"word and mostly far sooner; at the very most {duration(found.seconds)}"
        )
    else:
        typer.echo(f"about {duration(found.seconds)}, fitting left out")
    typer.echo(f"Rests on {found.basis.removesuffix('.')}. Nothing was asked.")


def duration(seconds: float) -> str:
    """Return a time as people say it."""
    if seconds < 90:
        return f"{max(1, round(seconds))} s"
    return f"{seconds / 60:.0f} min" if seconds < 5_400 else f"{seconds / 3600:.1f} h"


def tell_going_on(workspace: Workspace, job: Job, *, how: str) -> None:
    """Tell which batches go on at the provider though nobody waits for them any more, and how to pick them up."""
    from scorecast.batch.engine import jobs_folder
    from scorecast.batch.provider import going_on

    for line in (left := going_on(jobs_folder(workspace), job)):
        typer.echo(line, err=True)
    if left:
        typer.echo(
            f"`scorecast jobs {how} {job.id}` picks that up; `scorecast jobs cancel {job.id}` ends it.", err=True
        )


def tell_end(job: Job, far: Far, files: Sequence[str], *, quiet: bool, as_json: bool) -> None:
    """Tell what came of a job, and exit with 3 where items lack a forecast that was asked for."""
    if as_json:
        event("done", {"job": job.id, "state": job.state.value, "files": list(files), **far.as_json()})
    elif not quiet:
        for line in told_lines(job, far, files):
            typer.echo(line, err=True)
    if far.left:
        raise typer.Exit(1)
    if far.lacking:
        raise typer.Exit(LACKING)


def told_lines(job: Job, far: Far, files: Sequence[str]) -> Iterator[str]:
    """Yield what people are told of a job, line by line."""
    states = ", ".join(f"{count:,} {state.value}" for state, count in sorted(far.tally.items()) if count)
    took = f" in {duration(far.seconds)}" if far.settled else ""
    yield f"Job {job.id} is {job.state.value}: {states}{took}."
    spent = far.spent
    if spent.calls or spent.cached or spent.lost:
        lost = f", {spent.lost} lost (at most {money(spent.lost_usd)} more)" if spent.lost else ""
        unpriced = ", prices unknown" if spent.unpriced else ""
        yield f"{spent.calls:,} calls, {spent.cached:,} from the cache, {money(spent.usd)}{unpriced}{lost}."
    for reason, count in far.reasons.items():
        yield f"  {count:,}x {reason}"
    for name in files:
        yield f"Written: {name}"
