"""The guard of ``conftest`` holds: no test reaches beyond this machine, and none is skipped unseen."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest


def test_a_connection_to_another_machine_fails_loudly() -> None:
    with socket.socket() as client, pytest.raises(Exception, match="without a network"):
        client.connect(("192.0.2.1", 80))


def test_a_name_look_up_fails_loudly() -> None:
    with pytest.raises(Exception, match="without a network"):
        socket.getaddrinfo("example.invalid", 80)


def test_loopback_is_free() -> None:
    with socket.socket() as server, socket.socket() as client:
        server.bind(("127.0.0.1", 0))
        server.listen()
        client.connect(server.getsockname())


@pytest.mark.parametrize(("no_skip", "code"), [("0", 0), ("1", 1)])
def test_a_skip_is_a_failure_where_none_is_allowed(tmp_path: Path, project: Path, no_skip: str, code: int) -> None:
    (tmp_path / "test_skipping.py").write_text("import pytest\ndef test_it():\n    pytest.skip('no reason')\n")
    (tmp_path / "conftest.py").write_text((project / "tests" / "conftest.py").read_text())
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--rootdir", str(tmp_path), str(tmp_path)]
    # Without the plugins that are installed, which take seconds to load and have no part in it.
    environment = os.environ | {"SCORECAST_TESTS_NO_SKIP": no_skip, "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    run = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
    assert run.returncode == code, run.stdout
