"""The README and the pages of docs/ are true: the tree is the tree, and what they show runs.

Blocks that begin with ``$ scorecast`` (```console) and Python blocks (```python) are run, in the order of the
page, offline, in one empty folder with a fresh ``SCORECAST_HOME``. A comment on the line above a block may say more:

    <!-- exit 2 -->          the last command of the block ends with this code (0 without a comment)
    <!-- exact -->           every line shown is printed, in this order
    <!-- needs name -->      the block is run where this module is installed
    <!-- not run: reason --> the block is not run

Each Python block of the README is a program of its own; those of another page are one program.
"""

from __future__ import annotations

import importlib.util
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
PAGES = {name: (ROOT / "docs" / name).read_text(encoding="utf-8") for name in ("python.md",)}
"""Further pages whose blocks are run."""
PACKAGES = sorted(path.parent.name for path in ROOT.glob("*/__init__.py"))
NOT_TOLD = {"__init__.py", "py.typed"}
"""Files that every package has: the tree need not tell them."""

_BLOCK = re.compile(
    r"^(?:<!-- *(?P<remark>[^\n]*?) *-->\n)?```(?P<language>\w*)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL
)
_ENTRY = re.compile(r"^(?P<lead>[ │├└─]*)(?P<name>[\w.*{},-]+/?)(?:\s+(?P<phrase>\S.*))?$")


class Block(NamedTuple):
    """One fenced block of a page."""

    language: str
    body: str
    remark: str
    line: int

    @property
    def commands(self) -> list[str]:
        """The ``$ scorecast ...`` lines, those continued with a backslash joined."""
        joined = self.body.replace("\\\n", " ")
        return [line[2:] for line in joined.splitlines() if line.startswith("$ scorecast")]

    @property
    def output(self) -> list[str]:
        return [line.rstrip() for line in self.body.splitlines() if line.strip() and not line.startswith(("$ ", "> "))]


class Entry(NamedTuple):
    """One line of a tree."""

    path: str
    phrase: str


def _blocks(page: str) -> list[Block]:
    return [
        Block(m["language"], m["body"], m["remark"] or "", page.count("\n", 0, m.start("language")) + 1)
        for m in _BLOCK.finditer(page)
    ]


def _tree(body: str) -> list[Entry]:
    """The paths of a tree drawn by indentation, with or without box-drawing lines."""
    entries: list[Entry] = []
    open_folders: list[tuple[int, str]] = []
    for match in filter(None, map(_ENTRY.match, body.splitlines())):
        depth = len(match["lead"])
        while open_folders and open_folders[-1][0] >= depth:
            open_folders.pop()
        path = (open_folders[-1][1] if open_folders else "") + match["name"]
        entries.append(Entry(path, match["phrase"] or ""))
        if path.endswith("/"):
            open_folders.append((depth, path))
    return entries


def _readme_tree() -> list[Entry]:
    trees = [b for b in _blocks(README) if b.language in {"", "text"} and re.search(r"^\W*records/", b.body, re.M)]
    assert len(trees) == 1, "the README shows the tree once, in a block without a language or of ```text"
    return _tree(trees[0].body)


def _told(path: Path, entries: list[Entry]) -> bool:
    return any(path.match(entry.path) for entry in entries if not entry.path.endswith("/"))


def test_every_path_of_the_tree_exists_and_has_a_phrase() -> None:
    entries = _readme_tree()
    assert [e.path for e in entries if not any(ROOT.glob(e.path.rstrip("/")))] == []
    assert [e.path for e in entries if not e.phrase] == []
    assert len({e.path for e in entries}) == len(entries)


def test_every_file_of_the_packages_is_in_the_tree() -> None:
    entries = _readme_tree()
    files = [p.relative_to(ROOT) for package in PACKAGES for p in sorted((ROOT / package).rglob("*.py"))]
    assert [str(p) for p in files if p.name not in NOT_TOLD and not _told(p, entries)] == []


def test_every_make_target_that_is_named_exists() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    named = set(re.findall(r"(?:`|^\$ )make ([a-z]+)", README, re.MULTILINE))
    assert named
    assert {target for target in named if not re.search(rf"^{target}:", makefile, re.MULTILINE)} == set()


def test_every_relative_link_leads_somewhere() -> None:
    for folder, page in [(ROOT, README), *((ROOT / "docs", page) for page in PAGES.values())]:
        links = re.findall(r"\]\((?!https?://|#)([^)#\s]+)", page)
        assert [link for link in links if not (folder / link).exists()] == []


@pytest.fixture(scope="module")
def newcomer(tmp_path_factory: pytest.TempPathFactory, kept_fits: Path) -> tuple[Path, dict[str, str]]:
    """An empty folder and the environment of somebody who has just installed Scorecast and has no key."""
    folder = tmp_path_factory.mktemp("newcomer")
    (folder / "home").mkdir()
    (folder / "home" / "fits").symlink_to(kept_fits)
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("SCORECAST_", "OPENAI_"))}
    path = f"{Path(sys.executable).parent}{os.pathsep}{kept.get('PATH', '')}"
    return folder, kept | {"PATH": path, "SCORECAST_HOME": str(folder / "home"), "COLUMNS": "100", "NO_COLOR": "1"}


def _installed(block: Block) -> bool:
    needed = re.fullmatch(r"needs (\w+)", block.remark)
    return needed is None or importlib.util.find_spec(needed[1]) is not None


def _runnable(page: str) -> list[Block]:
    return [
        block
        for block in _blocks(page)
        if not block.remark.startswith("not run: ")
        and _installed(block)
        and (block.language == "python" or block.commands)
    ]


def _one_program(page: str) -> list[Block]:
    """The blocks of a page, those of Python joined into one."""
    blocks = _runnable(page)
    python = [block for block in blocks if block.language == "python"]
    joined = [Block("python", "\n".join(block.body for block in python), "", python[0].line)] if python else []
    return [*joined, *(block for block in blocks if block.language != "python")]


RUNNABLE = [pytest.param(block, id=f"line-{block.line}") for block in _runnable(README)] + [
    pytest.param(block, id=f"{name}-line-{block.line}") for name, page in PAGES.items() for block in _one_program(page)
]


@pytest.mark.skipif(not RUNNABLE, reason="the README shows no block that can be run")
@pytest.mark.parametrize("block", RUNNABLE)
@pytest.mark.xdist_group("corpus")  # whose fit and whose tests it shares
def test_a_block_of_the_readme_runs(block: Block, newcomer: tuple[Path, dict[str, str]]) -> None:
    folder, environment = newcomer
    programs = (
        [[sys.executable, "-c", block.body]]
        if block.language == "python"
        else [["bash", "-o", "pipefail", "-c", command] for command in block.commands]
    )
    expected = re.fullmatch(r"exit (\d+)", block.remark)
    printed = ""
    for number, program in enumerate(programs, start=1):
        run = subprocess.run(
            program, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=600
        )
        code = int(expected[1]) if expected and number == len(programs) else 0
        assert run.returncode == code, f"{program[-1]}\n{run.stdout}{run.stderr}"
        printed += run.stdout + run.stderr
    if block.remark == "exact":
        assert block.output == [line for line in map(str.rstrip, printed.splitlines()) if line in block.output]


def test_every_remark_on_a_block_is_understood() -> None:
    remarks = [b.remark for page in (README, *PAGES.values()) for b in _blocks(page) if b.remark]
    assert [r for r in remarks if not re.fullmatch(r"exit \d+|exact|needs \w+|not run: .+", r)] == []


PAGE = """
<!-- exit 2 -->
```console
$ make demo
$ scorecast ask \\
    "who?"
No model is called 'who'.
```
```text
records/          what everything speaks
  metric.py       metrics
  store/          tables
    schema.py     columns
```
```
├── eval/         the harness
│   └── suite.py  suites
```
"""


def test_blocks_and_their_remarks_are_read() -> None:
    first, second, _ = _blocks(PAGE)
    assert (first.language, first.remark, first.line) == ("console", "exit 2", 3)
    assert [re.sub(r"\s+", " ", command) for command in first.commands] == ['scorecast ask "who?"']
    assert first.output[-1] == "No model is called 'who'."
    assert second.commands == []


def test_trees_are_read_by_indentation_and_by_lines() -> None:
    _, indented, drawn = (_tree(block.body) for block in _blocks(PAGE))
    assert [entry.path for entry in indented] == [
        "records/",
        "records/metric.py",
        "records/store/",
        "records/store/schema.py",
    ]
    assert drawn == [Entry("eval/", "the harness"), Entry("eval/suite.py", "suites")]
