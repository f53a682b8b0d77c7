"""Ending: what still works on something that nobody waits for holds no process up."""

from __future__ import annotations

import subprocess
import sys

import pytest

BEGIN = "import threading, time; from scorecast.service.ending import end_now\n"
AT_WORK = f"{BEGIN}threading.Thread(target=time.sleep, args=(600,)).start()\nprint('told')\nend_now(130)"


@pytest.mark.timeout(60)
def test_a_process_ends_although_a_thread_of_it_is_at_work_and_what_was_printed_is_out() -> None:
    ended = subprocess.run([sys.executable, "-c", AT_WORK], check=False, capture_output=True, text=True)
    assert (ended.returncode, ended.stdout.strip()) == (130, "told")


def test_a_process_in_which_nothing_is_at_work_goes_on() -> None:
    ended = subprocess.run([sys.executable, "-c", f"{BEGIN}end_now(130)\nprint('on')"], capture_output=True, check=True)
    assert ended.stdout.strip() == b"on"
