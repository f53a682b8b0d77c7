"""What must be known to ask a language model. Read from the environment by the application and handed on as a value."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

from agent.errors import NotConfigured

OPENAI = "https://api.openai.com/v1"
HIDDEN = "[key]"
SECRET = 6
"""Characters below which a key is no secret, such as ``none``, and hiding it would spoil every text."""
LONGEST_REASON = 300
"""Characters of what a server said that are shown."""
POSITIVE = (
    "timeout_seconds",
    "first_wait_seconds",
    "longest_wait_seconds",
    "max_in_flight",
    "max_output_tokens",
    "cache_bytes",
    "batch_quiet_seconds",
    "batch_poll_seconds",
)


@dataclass(frozen=True)
class AccessSettings:
    """One endpoint and one model there.

    Attributes:
        model: name of the model, as the endpoint knows it.
        base_url: address above ``/chat/completions``.
        api_key: the secret; never shown. May be empty for an endpoint that wants none.
        timeout_seconds: how long one attempt may take.
        max_retries: how often an attempt that failed for now is repeated.
        first_wait_seconds: our own wait before the first repetition; it doubles with each.
        longest_wait_seconds: the longest ``Retry-After`` that is obeyed; a longer one ends the call.
        max_in_flight: the most requests at a time.
        requests_per_minute: the most requests begun in any minute; None for no such limit.
        max_output_tokens: the most tokens of one reply, reasoning included.
        proxy: address of an HTTP proxy; never shown, since it may hold a password.
        stream: whether replies are asked for as streams, which proxies with short timeouts need.
        cache: file of the response cache; None keeps no replies.
        cache_bytes: the most bytes of replies that are kept.
        prices: the user's own table of prices; it may be missing.
        batch_quiet_seconds: for how long no request may have come before those that came go into a batch.
        batch_poll_seconds: until a batch is first looked after; the time grows from there.
    """

    model: str
    base_url: str = OPENAI
    api_key: str = field(default="", repr=False)
    timeout_seconds: float = 120.0
    max_retries: int = 5
    first_wait_seconds: float = 0.5
    longest_wait_seconds: float = 60.0
    max_in_flight: int = 16
    requests_per_minute: int | None = None
    max_output_tokens: int = 8192
    proxy: str | None = field(default=None, repr=False)
    stream: bool = False
    cache: Path | None = None
    cache_bytes: int = 1_000_000_000
    prices: Path | None = None
    batch_quiet_seconds: float = 3.0
    batch_poll_seconds: float = 5.0

    def __post_init__(self) -> None:
        """Refuse what cannot work.

        Raises:
            NotConfigured: no model, no http(s) address of endpoint or proxy, or a figure that is not positive.
        """
        if not self.model.strip():
            raise NotConfigured("No model is named: set SCORECAST_MODEL to a model that the endpoint knows.")
        parts = urlsplit(self.base_url)
        if parts.scheme not in {"http", "https"} or not parts.hostname:
            raise NotConfigured(
                f"OPENAI_BASE_URL is {self.without_key(self.base_url)!r}; expected an address such as {OPENAI}."
            )
        if self.proxy is not None and urlsplit(self.proxy).scheme not in {"http", "https"}:
            raise NotConfigured("The proxy is no http(s) address; expected one such as http://proxy.example:3128.")
        for name in POSITIVE:
            if getattr(self, name) <= 0:
                raise NotConfigured(f"{name} is {getattr(self, name)}; expected a number above 0.")
        if self.max_retries < 0 or (self.requests_per_minute is not None and self.requests_per_minute < 1):
            raise NotConfigured("max_retries must be 0 or more, and requests_per_minute 1 or more.")

    @property
    def host(self) -> str:
        """Host and port of the endpoint, without a user or password that its address may hold."""
        return urlsplit(self.base_url).netloc.rpartition("@")[2]

    @property
    def address(self) -> str:
        """The address as it may be shown: without user, password, or anything that is asked for in it."""
        parts = urlsplit(self.base_url)
        return urlunsplit((parts.scheme, self.host, parts.path, "", ""))

    def without_key(self, text: str) -> str:
        """Return a text in which the key, wherever it stands, is hidden."""
        return text.replace(self.api_key, HIDDEN) if len(self.api_key) >= SECRET else text

    def bytes_without_key(self, content: bytes) -> bytes:
        """Return what a server sent without the key that it was sent: replies are kept and shown."""
        return content.replace(self.api_key.encode(), HIDDEN.encode()) if len(self.api_key) >= SECRET else content

    def one_line(self, text: str) -> str:
        """Return what a server said as it may be shown: on one line of limited length, and without the key."""
        return " ".join(self.without_key(text).split())[:LONGEST_REASON]
