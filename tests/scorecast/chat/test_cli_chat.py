"""``scorecast chat``: questions from a pipe and from a terminal, on the starter corpus."""

from __future__ import annotations

import io
import re
import sys

import pytest

pytestmark = pytest.mark.xdist_group("corpus")

ASKED = "What will Qwen3-32B get on GPQA diamond?"


@pytest.fixture
def pipe(run, monkeypatch):
    """Run ``scorecast chat`` with these lines on its standard input."""

    def piped(*lines: str, arguments=()) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "stdin", io.StringIO("".join(f"{line}\n" for line in lines)))
        return run("chat", *arguments)

    return piped


def test_questions_from_a_pipe_are_answered_in_turn_as_markdown(pipe) -> None:
    code, out, _ = pipe("what can you do?", "", "What will Claude get on HLE?", "tell me a joke")
    assert code == 0
    assert out.index("I forecast the score") < out.index("`Claude` may be several models") < out.index("did not")


def test_a_pipe_keeps_the_conversation_and_the_ledger_has_each_forecast(pipe, run) -> None:
    code, out, _ = pipe(ASKED, "will it pass 60?")
    first, second = re.findall(r"Ledger: `([0-9a-f]{20})`", out)
    assert code == 0
    assert "P(score is at least 60.0 %)" in out
    for key in (first, second):
        assert "qwen3-32b" in run("ledger", "show", key, "--json")[1]


def test_nothing_on_the_pipe_is_no_error(pipe) -> None:
    assert pipe()[0] == 0


def test_options_of_the_agent_without_it_are_refused(pipe) -> None:
    code, _, err = pipe("hi", arguments=("--blind",))
    assert code == 2
    assert "--agent" in err


def test_a_terminal_is_asked_until_an_empty_line(run, monkeypatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    monkeypatch.setattr(sys, "stdin", Terminal("tell me a joke\n\nnever read\n"))
    code, out, _ = run("chat")
    assert code == 0
    assert "did not understand" in out
    assert sys.stdin.read() == "never read\n"


def test_control_signs_never_reach_the_terminal(pipe) -> None:
    assert "\x1b" not in pipe("What will \x1b[31mred\x07 get on HLE?")[1]
