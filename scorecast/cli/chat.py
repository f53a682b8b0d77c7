"""``scorecast chat``: a conversation in the terminal, or questions from a pipe."""

from __future__ import annotations

from collections.abc import Iterator

import typer

from scorecast.cli.agent_options import Blind, MaxUsd, NoRecalibration, Think, UseAgent


def chat(
    *,
    agent: UseAgent = False,
    think: Think = None,
    blind: Blind = False,
    max_usd: MaxUsd = None,
    no_recalibration: NoRecalibration = False,
) -> None:
    r"""Talk about forecasts: one question a line, follow-ups included; leave with an empty line or Ctrl-D.

    scorecast chat

    printf 'What will Qwen3-32B get on GPQA diamond?\nand with 5 shots?\n' | scorecast chat
    """
    from scorecast.agents.reading import model_reader
    from scorecast.chat.terminal import Conversation
    from scorecast.cli import session
    from scorecast.cli.agent_options import agent_options
    from scorecast.cli.output import Heard

    options = agent_options(agent=agent, think=think, blind=blind, max_usd=max_usd, trace=False)
    heard = Heard(shown=False, as_json=False)
    with session.workspace() as workspace:
        conversation = Conversation(
            workspace,
            workspace.pipeline(agent=options, heard=heard, recalibrates=not no_recalibration),
            clock=session.now,
            tell=session.tell,
            onto=heard.onto,
            reader=model_reader(workspace.settings, tell=session.tell),
        )
        for line in _lines():
            _show(conversation.say(line))


def _lines() -> Iterator[str]:
    """Read questions: asked for on a terminal until an empty line, taken as they come from a pipe."""
    import sys

    if not sys.stdin.isatty():
        yield from (line for line in sys.stdin if line.strip())
        return
    typer.echo("Ask about scores, such as: What will Qwen3-32B get on GPQA diamond?  (help; an empty line leaves)")
    while line := _asked():
        yield line


def _asked() -> str:
    try:
        return input("\n> ").strip()
    except EOFError:
        return ""


def _show(text: str) -> None:
    """Lay Markdown out on a terminal; hand it on as it is elsewhere."""
    import sys

    from agent.quoting import printable

    text = printable(text, longest=100_000)
    if not sys.stdout.isatty():
        typer.echo(text + "\n")
        return
    from rich.markdown import Markdown

    from scorecast.cli.output import console

    console().print(Markdown(text))
