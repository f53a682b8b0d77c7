"""The house holds: who may import whom, where third-party libraries live, and no import goes in a circle.

Two tables, ``MAY_IMPORT`` and ``HOMES``; the imports are read from the files with ``ast``, lazy ones included.
"""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from graphlib import CycleError, TopologicalSorter
from pathlib import Path
from typing import NamedTuple

import pytest

ROOT = Path(__file__).resolve().parent.parent

MAY_IMPORT: dict[str, set[str]] = {
    "records": set(),
    "prompts": set(),
    "retrieval": {"records"},
    "planning": {"records"},
    "predictors": {"records"},
    "calibration": {"records"},
    "eval": {"records"},
    "agent": {"records", "prompts"},
    "scorecast": {"records", "prompts", "retrieval", "predictors", "calibration", "planning", "eval", "agent"},
}
"""Which packages of ours each package may import, itself aside."""

APART: dict[str, tuple[str, ...]] = {
    "scorecast.service": ("scorecast.http", "scorecast.mcp", "scorecast.cli"),
    "scorecast.mcp": ("scorecast.http", "scorecast.cli"),
    "scorecast.chat": ("scorecast.service", "scorecast.http", "scorecast.mcp", "scorecast.cli"),
}
"""What rooms of the application may not import: adapters stand on the service, and none on another."""

EVERYWHERE = ("records", "retrieval", "predictors", "calibration", "planning", "eval", "agent", "scorecast")

HOMES: dict[str, tuple[str, ...]] = {
    "alembic": ("records.store",),
    "bm25s": ("retrieval",),
    "chromadb": ("retrieval",),
    "fastapi": ("scorecast.http",),
    "httpx2": ("agent.access", "scorecast.bench.service_load"),
    "jinja2": ("eval.report", "scorecast.batch"),
    "langchain_core": ("agent",),
    "langchain_openai": ("agent",),
    "matplotlib": ("eval.report", "scorecast.batch", "scorecast.showing.picture"),
    "mcp": ("scorecast.mcp",),
    "numpy": EVERYWHERE,
    "pandas": EVERYWHERE,
    "openai": ("agent",),
    "platformdirs": ("scorecast",),
    "psycopg": ("records.store",),
    "pyarrow": ("records.importers", "records.exporters"),
    "pydantic": EVERYWHERE,
    "pydantic_core": ("scorecast.showing",),
    "rapidfuzz": ("records.names",),
    "ray": ("scorecast.batch.cluster",),
    "rich": ("scorecast", "records.corpus.compile"),
    "scipy": EVERYWHERE,
    "sqlalchemy": ("records.store",),
    "starlette": ("scorecast.http",),
    "threadpoolctl": ("predictors.parallel",),
    "typer": ("scorecast",),
    "uvicorn": ("scorecast.http",),
    "wordllama": ("retrieval",),
    "yaml": ("records.importers", "records.corpus.compile"),
}
"""The modules below which each third-party library may be imported. What is not listed may not be imported."""

HEAVY = (
    "alembic", "bm25s", "chromadb", "fastapi", "httpx2", "jinja2", "langchain_core", "langchain_openai", "matplotlib",
    "mcp", "numpy", "openai", "pandas", "pyarrow", "rapidfuzz", "ray", "scipy", "sqlalchemy", "starlette",
    "threadpoolctl", "uvicorn", "wordllama", "yaml",
)  # fmt: skip
"""What ``scorecast --help`` must not load."""


class Import(NamedTuple):
    """One import: the module that says it, the line, and the dotted name that it asks for."""

    module: str
    line: int
    target: str

    @property
    def top(self) -> str:
        return self.target.partition(".")[0]


def _modules(root: Path) -> dict[str, Path]:
    """All modules of ours under a root, by dotted name."""
    found = {}
    for path in sorted(p for package in MAY_IMPORT for p in (root / package).rglob("*.py")):
        parts = path.relative_to(root).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def _imports(module: str, path: Path, known: set[str]) -> Iterator[Import]:
    """All imports of one module; ``from a import b`` asks for ``a.b`` where that is a module, else for ``a``."""
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (Import(module, node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package.split(".")[: len(package.split(".")) + 1 - node.level] if node.level else []
            base = ".".join([*above, *([node.module] if node.module else [])])
            for name in (f"{base}.{alias.name}" for alias in node.names):
                yield Import(module, node.lineno, name if name in known else base)


def _all_imports(root: Path) -> list[Import]:
    modules = _modules(root)
    return [found for name, path in modules.items() for found in _imports(name, path, set(modules))]


def _layer_faults(imports: list[Import]) -> list[str]:
    return [
        f"{i.module}:{i.line} imports {i.target}"
        for i in imports
        if i.top in MAY_IMPORT and i.top != (own := i.module.partition(".")[0]) and i.top not in MAY_IMPORT[own]
    ]


def _below(module: str, home: str) -> bool:
    return module == home or module.startswith(f"{home}.")


def _room_faults(imports: list[Import]) -> list[str]:
    return [
        f"{i.module}:{i.line} imports {i.target}"
        for i in imports
        for room, others in APART.items()
        if _below(i.module, room) and any(_below(i.target, other) for other in others)
    ]


def _home_faults(imports: list[Import]) -> list[str]:
    return [
        f"{i.module}:{i.line} imports {i.target}, at home in {HOMES.get(i.top, 'no module: add it to HOMES')}"
        for i in imports
        if i.top not in MAY_IMPORT
        and i.top not in sys.stdlib_module_names
        and not any(_below(i.module, home) for home in HOMES.get(i.top, ()))
    ]


def _cycle(imports: list[Import], known: set[str]) -> list[str]:
    graph: dict[str, set[str]] = {name: set() for name in known}
    for i in imports:
        if i.target in known and i.target != i.module:
            graph[i.module].add(i.target)
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def test_packages_import_only_what_their_layer_allows() -> None:
    assert _layer_faults(_all_imports(ROOT)) == []


def test_rooms_of_the_application_stand_apart() -> None:
    assert _room_faults(_all_imports(ROOT)) == []


def test_every_third_party_library_is_imported_in_its_home_only() -> None:
    assert _home_faults(_all_imports(ROOT)) == []


def test_no_import_goes_in_a_circle() -> None:
    assert _cycle(_all_imports(ROOT), set(_modules(ROOT))) == []


def test_every_package_stands_in_the_table(project: Path) -> None:
    packages = {path.parent.name for path in project.glob("*/__init__.py")}
    assert packages <= set(MAY_IMPORT)
    assert "records" in packages


def test_every_library_of_the_table_is_used() -> None:
    used = {i.top for i in _all_imports(ROOT)}
    # psycopg is loaded by SQLAlchemy and pyarrow by pandas: their homes say where a direct import would belong.
    assert set(HOMES) - {"psycopg", "pyarrow"} <= used


def test_the_command_line_starts_without_heavy_libraries() -> None:
    program = f"import sys, scorecast.cli; print(*sorted(set(sys.modules) & {set(HEAVY)!r}))"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert run.stdout.split() == []


@pytest.fixture
def house(tmp_path: Path) -> Path:
    """A small house of two packages that keeps all rules."""
    for package in ("records", "eval"):
        (tmp_path / package).mkdir()
        (tmp_path / package / "__init__.py").write_text("")
    (tmp_path / "records" / "metric.py").write_text("import math\nimport numpy\n")
    (tmp_path / "eval" / "suite.py").write_text("from records import metric\n")
    return tmp_path


def test_a_house_in_order_has_no_faults(house: Path) -> None:
    imports = _all_imports(house)
    assert _layer_faults(imports) == _home_faults(imports) == _cycle(imports, set(_modules(house))) == []


@pytest.mark.parametrize("line", ["import eval.suite", "from eval import suite", "def f():\n    import eval.suite"])
def test_an_import_against_the_layers_is_found(house: Path, line: str) -> None:
    (house / "records" / "bad.py").write_text(f"{line}\n")
    assert len(_layer_faults(_all_imports(house))) == 1


@pytest.mark.parametrize("line", ["import sqlalchemy.orm", "from rapidfuzz import fuzz", "import unheard_of"])
def test_a_library_away_from_home_is_found(house: Path, line: str) -> None:
    (house / "eval" / "bad.py").write_text(f"{line}\n")
    assert len(_home_faults(_all_imports(house))) == 1


def test_a_circle_is_found_also_through_relative_and_lazy_imports(house: Path) -> None:
    (house / "records" / "one.py").write_text("from . import two\n")
    (house / "records" / "two.py").write_text("def f():\n    from .one import g\n")
    assert {"records.one", "records.two"} <= set(_cycle(_all_imports(house), set(_modules(house))))
