"""Connecting to a Ray cluster: one that runs somewhere, or one on this machine for as long as it is needed.

A cluster runs whatever it is sent, and so does this process for it: both belong into one trusted network. A cluster of
our own listens on the loopback address alone.
"""

from __future__ import annotations

import logging
import os
import secrets
import socket
import sys
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import urlsplit

from records.errors import UsageError
from scorecast.batch.sent.errors import WorkersFailed

PATIENCE = 5.0
"""Seconds for which an address may stay silent."""
SHARED_MEMORY = 1_000_000_000
"""Bytes that a cluster of our own may put into shared memory: fitted forecasters and answers on their way."""
CLIENT = "ray://"
AUTO = "auto"
QUIET = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_DEDUP_LOGS_SKIP_REGEX": ".",
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
    "RAY_ENABLE_UV_RUN_RUNTIME_ENV": "0",
    "RAY_NUM_REDIS_GET_RETRIES": "1",
}
"""What is told to Ray unless the user's environment says otherwise: it reports to nobody, prints no line of its logs
(on this process's standard output, where others read ours), and does not wait for minutes where nobody answers."""
TOKEN, TOKEN_FILE = "RAY_AUTH_TOKEN", "RAY_AUTH_TOKEN_PATH"


@dataclass(frozen=True)
class Cluster:
    """Which cluster.

    Attributes:
        address: ``ray://HOST:PORT``, ``HOST:PORT``, or ``auto`` for one that this machine belongs to; empty begins one
            on this machine.
        workers: how many; None takes one for each processor of the cluster.
    """

    address: str = ""
    workers: int | None = None


@contextmanager
def connected(cluster: Cluster) -> Iterator[ModuleType]:
    """Yield Ray, connected.

    Raises:
        UsageError: Ray is not installed, or the address is none.
        WorkersFailed: nobody answers there, or another version does.
    """
    if cluster.address not in ("", AUTO):
        _knock(cluster.address)
    ray = _loaded(elsewhere() if cluster.address else at_home())
    if ray.is_initialized():
        raise UsageError("This process is connected to a Ray cluster already: disconnect first (ray.shutdown()).")
    try:
        _open(ray, cluster)
        yield ray
    finally:
        ray.shutdown()


def at_home() -> dict[str, str]:
    """Return the environment of a cluster of our own.

    It listens on the loopback address, as Ray does by itself where a firewall would ask, and takes nothing from other
    users of the machine: each run has a token of its own, which is written nowhere.
    """
    token = {"RAY_AUTH_MODE": "token", TOKEN: secrets.token_hex(32)}
    return QUIET | token | {"RAY_ENABLE_WINDOWS_OR_OSX_CLUSTER": "0"}


def elsewhere() -> dict[str, str]:
    """Return the environment for a cluster that runs somewhere; its token is shown where there is one."""
    told = TOKEN in os.environ or TOKEN_FILE in os.environ or (Path.home() / ".ray" / "auth_token").is_file()
    return QUIET | ({"RAY_AUTH_MODE": "token"} if told else {})


def workers(ray: ModuleType, cluster: Cluster) -> int:
    """Return how many workers to ask for."""
    return cluster.workers or max(1, int(ray.cluster_resources().get("CPU", 1.0)))


def _loaded(environment: Mapping[str, str]) -> ModuleType:
    for name, value in environment.items():
        os.environ.setdefault(name, value)
    try:
        import ray
    except ModuleNotFoundError as error:
        raise UsageError(
            "The engine ray needs a package that is not installed: pip install 'scorecast[ray]'."
        ) from error
    loaded: ModuleType = ray
    return loaded


def _knock(address: str) -> None:
    """Make sure that somebody listens, which Ray itself would wait for much longer."""
    parts = urlsplit(address if "://" in address else f"//{address}")
    if f"{parts.scheme}://" not in (CLIENT, "://") or not parts.hostname or _port(parts) is None:
        raise UsageError(f"--address is {address!r}; expected ray://HOST:PORT, HOST:PORT or auto.")
    try:
        socket.create_connection((parts.hostname, _port(parts) or 0), timeout=PATIENCE).close()
    except OSError as error:
        raise WorkersFailed(
            f"No Ray cluster answers at {address} ({error.strerror or error}): see that it runs (`ray status` there), "
            "and that this machine may reach it."
        ) from None


def _port(parts: Any) -> int | None:  # noqa: ANN401 - the standard library keeps the type to itself
    try:
        port: int | None = parts.port
    except ValueError:
        return None
    return port


def _open(ray: ModuleType, cluster: Cluster) -> None:
    told: dict[str, Any] = {"log_to_driver": False, "logging_level": logging.ERROR}
    if cluster.address:
        told |= {"address": cluster.address}
    else:
        count = cluster.workers or os.cpu_count() or 1
        told |= {
            "address": "local",
            "num_cpus": count,
            "include_dashboard": False,
            "object_store_memory": SHARED_MEMORY,
        }
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # what they warn of is told by the error that follows
            ray.init(**told)
    except (OSError, RuntimeError, ValueError, ray.exceptions.RayError) as error:
        raise WorkersFailed(_why(str(error), cluster)) from error


def _why(complaint: str, cluster: Cluster) -> str:
    where = f"the Ray cluster at {cluster.address}" if cluster.address else "a Ray cluster on this machine"
    first = " ".join(complaint.split())[:400]
    if "ersion mismatch" in complaint or "versions" in complaint:
        python = ".".join(map(str, sys.version_info[:3]))
        return f"The versions here (Python {python}) and of {where} differ; they must be the same. {first}"
    if "uthenticat" in complaint:
        return f"{where[0].upper()}{where[1:]} wants a token: set RAY_AUTH_MODE=token and {TOKEN} as it has them."
    if cluster.address == AUTO:
        return f"This machine belongs to no Ray cluster that runs: begin one with `ray start --head`. {first}"
    hint = f". See that versions are the same, and the token ({TOKEN}) where it has one." if cluster.address else "."
    return f"Connecting to {where} failed: {first.rstrip('.')}{hint}"
