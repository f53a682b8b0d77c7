"""Ending: a process that is told to stop does so, although a thread of it is in the middle of a fit.

Python waits for all threads before it ends, and a fit may take a minute. What it would have learned is learned anew by
the next process; whatever a client was told is in the ledger already, as it is after ``kill -9``.
"""

from __future__ import annotations

import logging
import os
import sys
import threading

INTERRUPTED = 130
"""What a command that was interrupted ends with: 128, and the number of the signal."""


def end_now(code: int) -> None:
    """End this process at once where threads are still at work; return where there are none.

    Args:
        code: what the process ends with.
    """
    if not any(thread.is_alive() for thread in _waited_for()):
        return
    logging.getLogger("scorecast.service").warning("what is still being worked out is left behind")
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _waited_for() -> list[threading.Thread]:
    """The threads that Python would wait for."""
    return [one for one in threading.enumerate() if not one.daemon and one is not threading.main_thread()]
