"""The container file: what it copies, installs and runs exists here, and nothing of it needs root or holds a secret.

It is not built here: that needs a container engine and a network.
"""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import tomllib

import pytest


@pytest.fixture(scope="module")
def lines(project) -> list[str]:
    """Instructions, continued lines joined."""
    text = (project / "Containerfile").read_text().replace("\\\n", " ")
    return [line.strip() for line in text.splitlines() if line.strip() and not line.startswith("#")]


def values(lines, name: str) -> list[str]:
    return [line.split(maxsplit=1)[1] for line in lines if line.startswith(f"{name} ")]


def test_it_runs_as_a_user_that_is_not_root_with_a_volume_that_is_its_home(lines) -> None:
    assert values(lines, "USER") == ["10001"]
    [volume] = values(lines, "VOLUME")
    assert f"SCORECAST_HOME={volume}" in values(lines, "ENV")[0]
    assert f"--home-dir {volume}" in " ".join(values(lines, "RUN"))
    assert values(lines, "STOPSIGNAL") == ["SIGTERM"]


def test_its_command_is_one_that_this_program_takes(lines) -> None:
    [entry], [command] = values(lines, "ENTRYPOINT"), values(lines, "CMD")
    command = json.loads(command)
    assert json.loads(entry) == ["scorecast"]
    program = "from scorecast.cli import main; main()"
    told = subprocess.run(
        [sys.executable, "-c", program, command[0], "--help"], capture_output=True, text=True, check=True, timeout=60
    ).stdout
    assert all(option in told for option in command if option.startswith("--"))
    assert command[command.index("--port") + 1] in values(lines, "EXPOSE")


def test_its_health_check_is_a_program_that_asks_a_path_that_exists(lines) -> None:
    [check] = values(lines, "HEALTHCHECK")
    program, *arguments = json.loads(check[check.index("[") :])
    assert program == "python"
    ast.parse(arguments[1])
    from scorecast.http.routes.health import router

    [path] = re.findall(r"127\.0\.0\.1:8321(/[\w/]+)", arguments[1])
    assert path in {route.path for route in router.routes}


def test_what_it_installs_is_what_the_project_offers(lines, project) -> None:
    settings = tomllib.loads((project / "pyproject.toml").read_text())["project"]
    [extra] = re.findall(r"'\.\[(\w+)\]'", " ".join(values(lines, "RUN")))
    assert extra in settings["optional-dependencies"]
    assert (project / "constraints.txt").is_file()
    assert all("python:3.11" in image for image in values(lines, "FROM"))


def test_nothing_secret_or_local_goes_into_an_image(lines, project) -> None:
    ignored = (project / ".containerignore").read_text()
    assert ignored == (project / ".dockerignore").read_text()
    assert {".git", ".env", ".venv", "*.db", "*.key", "*.pem"} <= set(ignored.splitlines())
    assert not re.search(r"(?i)(password|secret|token|api_key)\s*=", "\n".join(lines))
