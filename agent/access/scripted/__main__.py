"""Serve a scripted endpoint from the command line: ``python -m agent.access.scripted --seconds 0.05``.

It says the same to everybody, or forecasts the same for everybody (``--forecasts``), and prints its address; for
measurements, and for trying a client without a provider.
"""

from __future__ import annotations

import argparse
import threading

from agent.access.scripted.forecasting import forecasting
from agent.access.scripted.replies import says
from agent.access.scripted.server import Script, ScriptedEndpoint


def main() -> None:
    """Serve until the program is stopped."""
    parser = argparse.ArgumentParser(prog="python -m agent.access.scripted", description=__doc__)
    parser.add_argument("--seconds", type=float, default=0.0, help="how long every reply takes")
    parser.add_argument("--port", type=int, default=0, help="0 takes a free one")
    parser.add_argument("--text", default="I have nothing to say.", help="what it says")
    parser.add_argument("--forecasts", action="store_true", help="look something up and submit a forecast instead")
    told = parser.parse_args()
    reply = says(told.text)
    script: Script = forecasting if told.forecasts else lambda _asked: reply
    with ScriptedEndpoint(script, seconds=told.seconds, port=told.port) as endpoint:
        print(endpoint.url, flush=True)  # noqa: T201
        threading.Event().wait()


if __name__ == "__main__":
    main()
