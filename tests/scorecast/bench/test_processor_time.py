"""Processor time of a process, as the system tells it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from scorecast.bench.processor_time import processor_time

pytestmark = pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="only Linux tells it")


def test_a_process_has_taken_what_it_says_itself_and_what_it_started_counts_too() -> None:
    program = "import os, sys; print(sum(os.times()[:2]), flush=True); sys.stdin.read()"
    before = sum(os.times()[:2])
    with subprocess.Popen([sys.executable, "-c", program], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        own = float(child.stdout.readline())
        ticks = 3.0 / os.sysconf("SC_CLK_TCK")
        assert processor_time(child.pid) >= own - ticks
        assert processor_time(os.getpid()) >= before + own - ticks
        child.stdin.close()
    assert processor_time(child.pid) is None, "it has ended"
