"""Which fields of a request an endpoint understands, learned from what it refuses.

Endpoints call the limit on a reply ``max_tokens`` or ``max_completion_tokens``, and some models take no temperature,
no seed, or no usage in streams. A refusal with status 400 that names such a field is answered by one more try without
it, and the endpoint is spoken to in that way from then on.
"""

from __future__ import annotations

from agent.access.completion import Body
from agent.access.setback import Kind, Setback

OLD_LIMIT, NEW_LIMIT = "max_tokens", "max_completion_tokens"
OPTIONAL = ("temperature", "seed", "stream_options", "parallel_tool_calls", "tool_choice")


class Dialect:
    """How to say things to one endpoint and model."""

    def __init__(self, host: str) -> None:
        """Begin with the field that every endpoint knows, but for OpenAI's own, which wants the newer one."""
        self._limit = NEW_LIMIT if host.partition(":")[0].endswith("openai.com") else OLD_LIMIT
        self._left_out: set[str] = set()
        self._renamed = False

    def said(self, body: Body) -> Body:
        """Return a request as this endpoint wants it."""
        kept = {name: value for name, value in body.items() if name not in self._left_out}
        limits = [kept.pop(name) for name in (OLD_LIMIT, NEW_LIMIT) if name in kept]
        return kept | ({self._limit: limits[0]} if limits else {})

    def learn(self, setback: Setback, *, sent: Body) -> bool:
        """Learn from a refusal and return whether another try makes sense."""
        if setback.kind is not Kind.REFUSED or setback.status not in {400, 422}:
            return False
        if self.said(sent) != sent:  # others that were under way at the same time have learned it already
            return True
        if self._limit in sent and _blamed(self._limit, setback.reason):
            again = not self._renamed  # else the two would be tried in turns for ever
            self._renamed, self._limit = True, NEW_LIMIT if self._limit == OLD_LIMIT else OLD_LIMIT
            return again
        blamed = [name for name in OPTIONAL if name in sent and _blamed(name, setback.reason)]
        self._left_out.update(blamed)
        return bool(blamed)


def _blamed(field: str, reason: str) -> bool:
    """Whether a reason is about this field, and says that it is not taken rather than that it is too large."""
    told = reason.lower()
    refused = ("unsupported", "not supported", "unrecognized", "unknown", "not permitted", "does not support", "extra")
    return field in told and any(word in told for word in refused)
