"""Prompts are strict: each text has its version on record, and no variable is missing, surplus or looked into."""

from __future__ import annotations

import pytest

from prompts import PromptError, prompt, prompts
from prompts.loader import read

CONTENT = "---\nname: greeting\nversion: 3\nvariables: who\n---\nGood day, {{who}}.\n"


def _table(project) -> dict[tuple[str, int], str]:
    lines = (project / "prompts" / "digests.txt").read_text(encoding="utf-8").splitlines()
    rows = [line.split() for line in lines if line and not line.startswith("#")]
    assert len({(name, version) for name, version, _ in rows}) == len(rows)
    return {(name, int(version)): digest for name, version, digest in rows}


@pytest.mark.parametrize("told", prompts(), ids=lambda told: told.name)
def test_a_text_is_the_one_that_its_version_stands_for(told, project) -> None:
    table = _table(project)
    assert table.get((told.name, told.version)) == told.digest, (
        f"{told.name}.md was changed: count its version up and add the line "
        f"'{told.name} <version> {told.digest}' to prompts/digests.txt"
    )
    assert told.version == max(version for name, version in table if name == told.name)


def test_no_prompt_of_the_table_has_vanished(project) -> None:
    assert {name for name, _ in _table(project)} == {told.name for told in prompts()}


def test_variables_are_replaced_once() -> None:
    assert read("greeting", CONTENT).fill(who="{{who}} \\1") == "Good day, {{who}} \\1.\n"


@pytest.mark.parametrize("values", [{}, {"who": "you", "when": "now"}])
def test_missing_and_surplus_variables_are_refused(values) -> None:
    with pytest.raises(PromptError, match="greeting"):
        read("greeting", CONTENT).fill(**values)


@pytest.mark.parametrize(
    "content",
    [
        "Good day.",
        CONTENT.replace("greeting", "other"),
        CONTENT.replace("version: 3", "version: three"),
        CONTENT.replace("variables: who", "variables: who, when"),
        CONTENT.replace("{{who}}", "you"),
        CONTENT.replace("version: 3\n", ""),
    ],
)
def test_a_malformed_file_is_refused(content) -> None:
    with pytest.raises(PromptError):
        read("greeting", content)


@pytest.mark.parametrize("name", ["nobody", "../agent", ""])
def test_an_unknown_name_is_refused_and_the_known_are_told(name) -> None:
    with pytest.raises(PromptError, match="forecaster"):
        prompt(name)


def test_the_digest_follows_the_text_and_the_label_tells_both() -> None:
    first, second = read("greeting", CONTENT), read("greeting", CONTENT.replace("Good", "Fine"))
    assert first.digest != second.digest
    assert first.label == f"3-{first.digest}"
