"""Settings: where state is kept and how it is searched. Read from the environment once, and handed on as a value."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from agent.access.settings import OPENAI, AccessSettings
from agent.errors import NotConfigured
from records.errors import ScorecastError, UsageError

HOME = "SCORECAST_HOME"
DATABASE = "SCORECAST_DATABASE_URL"
CHROMA = "SCORECAST_CHROMA_URL"
EMBEDDINGS = "SCORECAST_EMBEDDINGS"
RECALIBRATION = "SCORECAST_RECALIBRATION"
BASE_URL, API_KEY, MODEL = "OPENAI_BASE_URL", "OPENAI_API_KEY", "SCORECAST_MODEL"
TIMEOUT, RETRIES = "SCORECAST_TIMEOUT_SECONDS", "SCORECAST_MAX_RETRIES"
IN_FLIGHT, PER_MINUTE = "SCORECAST_MAX_IN_FLIGHT", "SCORECAST_REQUESTS_PER_MINUTE"
OUTPUT_TOKENS, STREAM, PRICES = "SCORECAST_MAX_OUTPUT_TOKENS", "SCORECAST_STREAM", "SCORECAST_PRICES"
BATCH_QUIET, BATCH_POLL = "SCORECAST_BATCH_QUIET_SECONDS", "SCORECAST_BATCH_POLL_SECONDS"

ON, OFF = ("1", "true", "yes", "on"), ("0", "false", "no", "off")


@dataclass(frozen=True)
class Settings:
    """Where state is kept, and how it is searched.

    Attributes:
        home: folder of the default database and of derived state that may be deleted at any time.
        database_url: SQLAlchemy URL of the store; never shown in full, since it may hold a password.
        chroma_url: address of a Chroma server; empty for vectors in the home.
        embeddings: name of the embedding, as ``retrieval.embedding`` reads it.
        recalibrates: whether settled forecasts of the ledger recalibrate new ones.
    """

    home: Path
    database_url: str
    chroma_url: str = ""
    embeddings: str = "wordllama"
    recalibrates: bool = True

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Settings:
        """Read the variables named above; the default home is the user's data folder.

        Raises:
            UsageError: one of them says what cannot be.
        """
        import platformdirs

        told = environment.get(HOME, "").strip()
        home = Path(told).expanduser() if told else Path(platformdirs.user_data_dir("scorecast", appauthor=False))
        home = home.absolute()
        return cls(
            home=home,
            database_url=environment.get(DATABASE, "").strip() or f"sqlite:///{home / 'scorecast.db'}",
            chroma_url=environment.get(CHROMA, "").strip(),
            embeddings=environment.get(EMBEDDINGS, "").strip() or cls.embeddings,
            recalibrates=_switched(environment, RECALIBRATION, usual=cls.recalibrates, error=UsageError),
        )

    @property
    def fits(self) -> Path:
        """Folder of cached fits."""
        return self.home / "fits"

    @property
    def index(self) -> Path:
        """Folder of the vectors, where no server keeps them."""
        return self.home / "index"

    @property
    def runs(self) -> Path:
        """Folder of the answers of backtests."""
        return self.home / "runs"

    @property
    def suites(self) -> Path:
        """Folder of the suites that these backtests answered."""
        return self.home / "suites"


def access_from_environment(home: Path, environment: Mapping[str, str] = os.environ) -> AccessSettings:
    """Read how to reach a language model; replies are cached, and own prices looked for, in the home folder.

    ``SCORECAST_MODEL`` names the model and switches the agent on; ``OPENAI_API_KEY`` or ``OPENAI_BASE_URL`` or both
    say where it is. The rest may be left to its defaults: ``SCORECAST_TIMEOUT_SECONDS``, ``SCORECAST_MAX_RETRIES``,
    ``SCORECAST_MAX_IN_FLIGHT``, ``SCORECAST_REQUESTS_PER_MINUTE``, ``SCORECAST_MAX_OUTPUT_TOKENS``,
    ``SCORECAST_STREAM`` (1 asks for streams), ``SCORECAST_PRICES`` (path of a table of prices), and for batches of the
    provider ``SCORECAST_BATCH_QUIET_SECONDS`` (without a new request before a batch is made) and
    ``SCORECAST_BATCH_POLL_SECONDS`` (until it is first looked after).

    A proxy is taken from the usual variables (``HTTPS_PROXY``, ``NO_PROXY`` and so on).

    Raises:
        NotConfigured: something needed is missing, or a figure is none; the message names the variable.
    """
    told = {name: value for name, raw in environment.items() if (value := raw.strip())}
    if MODEL not in told:
        raise NotConfigured(f"No language model is configured: set {MODEL}, and {API_KEY} or {BASE_URL}.")
    if API_KEY not in told and BASE_URL not in told:
        raise NotConfigured(f"{MODEL} is set, but neither {API_KEY} nor {BASE_URL} says where to ask.")
    usual = AccessSettings(model=told[MODEL])
    return AccessSettings(
        model=told[MODEL],
        base_url=told.get(BASE_URL, OPENAI),
        api_key=told.get(API_KEY, ""),
        timeout_seconds=_figure(told, TIMEOUT, usual.timeout_seconds),
        max_retries=_count(told, RETRIES, usual.max_retries),
        max_in_flight=_count(told, IN_FLIGHT, usual.max_in_flight),
        requests_per_minute=_count(told, PER_MINUTE, 0) if PER_MINUTE in told else None,
        max_output_tokens=_count(told, OUTPUT_TOKENS, usual.max_output_tokens),
        proxy=_proxy(told, told.get(BASE_URL, OPENAI)),
        stream=_switched(told, STREAM, usual=False, error=NotConfigured),
        cache=home / "replies.db",
        prices=Path(told[PRICES]).expanduser() if PRICES in told else home / "prices.csv",
        batch_quiet_seconds=_figure(told, BATCH_QUIET, usual.batch_quiet_seconds),
        batch_poll_seconds=_figure(told, BATCH_POLL, usual.batch_poll_seconds),
    )


def _figure(told: Mapping[str, str], name: str, usual: float) -> float:
    """Read a number from the environment."""
    try:
        found = float(told.get(name, usual))
    except ValueError:
        found = math.nan
    if not math.isfinite(found):
        raise NotConfigured(f"{name} is {told[name]!r}; expected a number.")
    return found


def _count(told: Mapping[str, str], name: str, usual: int) -> int:
    """Read a whole number from the environment."""
    found = _figure(told, name, usual)
    if not found.is_integer():
        raise NotConfigured(f"{name} is {told[name]!r}; expected a whole number.")
    return int(found)


def _switched(told: Mapping[str, str], name: str, *, usual: bool, error: type[ScorecastError]) -> bool:
    """Read from the environment whether something is on."""
    said = told.get(name, "").strip().lower()
    if said and said not in ON + OFF:
        raise error(f"{name} is {told[name]!r}; expected on or off.")
    return said in ON if said else usual


def _proxy(told: Mapping[str, str], address: str) -> str | None:
    """Return the proxy for an address, by the variables that most programs heed, in lower or upper case."""
    lowered = {name.lower(): value for name, value in told.items()}
    parts = urlsplit(address)
    direct = [name.strip().lstrip("*.") for name in lowered.get("no_proxy", "").split(",") if name.strip()]
    host = f".{parts.hostname}"
    if any(not name or host.endswith(f".{name}") for name in direct):
        return None
    return lowered.get(f"{parts.scheme}_proxy") or lowered.get("all_proxy")
