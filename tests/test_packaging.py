"""What is shipped: pins for every requirement, a wheel with every file, and make targets that exist."""

from __future__ import annotations

import re
import subprocess
import sys
import tomllib
import zipfile
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
LINES = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
PIN = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*==[0-9][0-9a-z.+!]*")


def _requirements() -> list[Requirement]:
    """All requirements that the project states: to run, for its extras, and to be built."""
    project = PROJECT["project"]
    groups = [project["dependencies"], *project["optional-dependencies"].values(), PROJECT["build-system"]["requires"]]
    return [Requirement(line) for group in groups for line in group]


def _pins() -> dict[str, Version]:
    return {name: Version(version) for name, _, version in (line.partition("==") for line in LINES)}


def _reached() -> set[str]:
    """Names of all distributions that the project's requirements lead to, as installed here."""
    reached: set[tuple[str, str]] = set()
    waiting = [(canonicalize_name(r.name), extra) for r in _requirements() for extra in ["", *r.extras]]
    while waiting:
        name, extra = found = waiting.pop()
        if name == "scorecast" or found in reached:
            continue
        reached.add(found)
        for line in metadata.requires(name) or []:
            needed = Requirement(line)
            if needed.marker is None or needed.marker.evaluate({"extra": extra}):
                waiting += [(canonicalize_name(needed.name), inner) for inner in ["", *needed.extras]]
    return {name for name, _ in reached}


def test_every_pin_is_one_plain_line() -> None:
    assert [line for line in LINES if not PIN.fullmatch(line)] == []
    assert list(_pins()) == sorted(_pins())
    assert len(_pins()) == len(LINES)


def test_every_requirement_is_pinned_within_its_bounds() -> None:
    pins = _pins()
    for requirement in _requirements():
        if requirement.name != "scorecast":
            pin = pins[canonicalize_name(requirement.name)]
            assert requirement.specifier.contains(pin), f"{requirement} excludes the pin {pin}"


def test_the_pins_are_exactly_what_the_requirements_lead_to() -> None:
    assert set(_pins()) == _reached()


def test_the_build_ships_every_package() -> None:
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    assert set(PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]) == packages
    assert set(PROJECT["tool"]["mypy"]["packages"]) == packages


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[zipfile.ZipFile]:
    """The wheel, built from the checkout."""
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, capture_output=True, check=True)
    with zipfile.ZipFile(next(folder.glob("*.whl"))) as archive:
        yield archive


def test_the_wheel_holds_every_file_of_every_package(wheel: zipfile.ZipFile) -> None:
    packages = PROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["packages"]
    files = [p.relative_to(ROOT) for package in packages for p in (ROOT / package).rglob("*") if p.is_file()]
    shipped = {path.as_posix() for path in files if "__pycache__" not in path.parts}
    held = {name for name in wheel.namelist() if ".dist-info/" not in name}
    assert held == shipped
    assert {f"{package}/py.typed" for package in packages} <= held


def test_the_wheel_brings_corpus_migrations_licence_and_command(wheel: zipfile.ZipFile) -> None:
    names = wheel.namelist()
    assert any(re.fullmatch(r"records/corpus/[\w-]+\.csv(\.gz)?", name) for name in names)
    assert any(re.fullmatch(r"records/store/migrations/versions/\w+\.py", name) for name in names)
    assert any(name.endswith(".dist-info/licenses/LICENSE") for name in names)
    commands = next(name for name in names if name.endswith("entry_points.txt"))
    assert "scorecast = scorecast.cli:main" in wheel.read(commands).decode()


def _make(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(["make", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)


def test_make_lists_every_target() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    phony = re.search(r"^\.PHONY: (.+)$", makefile, re.MULTILINE)
    assert phony is not None
    listed = re.findall(r"^make (\w+) +\S", _make("help").stdout, re.MULTILINE)
    assert sorted(listed) == sorted(phony.group(1).split())
    assert _make().stdout == _make("help").stdout


@pytest.mark.parametrize("target", ["demo", "test", "check", "lint", "types", "format", "bench", "corpus", "clean"])
def test_every_target_can_be_planned(target: str) -> None:
    assert _make("--dry-run", target).returncode == 0


def test_a_python_that_is_too_old_is_named(tmp_path: Path) -> None:
    (tmp_path / "Makefile").write_text((ROOT / "Makefile").read_text(encoding="utf-8"))
    for name in ("pyproject.toml", "constraints.txt"):
        (tmp_path / name).touch()
    old = tmp_path / "old-python"
    old.write_text("#!/bin/sh\nexit 1\n")
    old.chmod(0o755)
    run = subprocess.run(["make", "demo", f"PYTHON={old}"], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert run.returncode != 0
    assert "needs Python 3.11 or newer" in run.stderr


def test_continuous_integration_runs_the_checks_of_a_contributor_and_skips_nothing() -> None:
    script = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert "exec make check" in script
    assert "SCORECAST_TESTS_NO_SKIP=1" in script
    assert (ROOT / ".ci" / "run").stat().st_mode & 0o111
    assert "lint types test" in re.search(r"^check:.*$", (ROOT / "Makefile").read_text(encoding="utf-8"), re.M)[0]
