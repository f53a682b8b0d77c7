"""Recalibration, asked in each of the ways in: what was settled is told with every new forecast."""

from __future__ import annotations

import asyncio
import datetime as dt
import time

import httpx2
from mcp import Client
from mcp.client.streamable_http import streamable_http_client

LATER = dt.timedelta(days=2)


def question(number: int) -> dict[str, object]:
    """One about a model of the asker's own, whose score nobody has reported."""
    return {"model": f"own-{number}", "benchmark": "gpqa_diamond", "known": {"aime_2024": 40.0 + number}}


def test_recalibration_is_told_over_http_to_agents_and_in_batches(serve, plant, clock, tmp_path) -> None:
    own = type(clock)()
    with serve(plant(tmp_path), clock=own) as client:
        issued = client.post("/v1/forecasts", json={"questions": [question(1), question(2)]}).json()["forecasts"]
        assert not any("recalibrated" in caveat for one in issued for caveat in one["caveats"])
        own.moment += LATER
        for one in issued:
            settled = client.post(f"/v1/forecasts/{one['id']}/resolution", json={"value": one["intervals"]["90"][1]})
            assert settled.json()["foresight"], "only foresight teaches"
        own.moment += LATER
        told = [over_http(client), asyncio.run(to_an_agent(client)), in_a_batch(client)]
    for caveats in told:
        assert sum(caveat.startswith("recalibrated by 2 settled forecasts of pool") for caveat in caveats) == 1, caveats


def over_http(client) -> list[str]:
    [told] = client.post("/v1/forecasts", json={"questions": [question(3)]}).json()["forecasts"]
    return told["caveats"]


async def to_an_agent(client) -> list[str]:
    async with (
        httpx2.AsyncClient(trust_env=False, timeout=60) as connection,
        Client(streamable_http_client(f"{client.base_url}/mcp", http_client=connection)) as agent,
    ):
        told = await agent.call_tool("forecast", question(3))
        return told.structured_content["caveats"]


def in_a_batch(client) -> list[str]:
    row = question(3) | {"known": "aime_2024=43"}
    job, last = client.post("/v1/jobs", json={"rows": [row]}).json()["id"], time.monotonic() + 60
    while client.get(f"/v1/jobs/{job}").json()["state"] in {"open", "running"}:
        assert time.monotonic() < last
        time.sleep(0.05)
    [told] = client.get(f"/v1/jobs/{job}/results").json()["results"]
    return client.get(f"/v1/forecasts/{told['forecast_id']}").json()["forecast"]["caveats"]
