"""The errors of the agent, all below ``ScorecastError``; each says what to do next and none holds a secret.

ScorecastError
  AgentError             the language model brought no forecast; the statistics still can
    NotConfigured        no model, key or address was given: nothing was asked
    PriceUnknown         a limit in money cannot be held, since nobody told the price of this model
    BudgetExhausted      the next call might cost more than is left
    ProviderDown         the endpoint failed and kept failing, or could not be reached
    RequestRefused       the endpoint will never take this request: key, model name or size
      ContextTooLong     the conversation is longer than the model can read
    ModelRefused         the model, or a filter before it, declined to answer
    AnswerUnusable       the answer makes no forecast, also after one repair
"""

from __future__ import annotations

from records.errors import ScorecastError


class AgentError(ScorecastError):
    """The language model brought no forecast."""


class NotConfigured(AgentError):  # noqa: N818 - the sentence "raise NotConfigured" reads well without a suffix
    """No model, key or address was given."""


class PriceUnknown(AgentError):  # noqa: N818
    """A limit in money cannot be held: the price of the model is not known."""


class BudgetExhausted(AgentError):  # noqa: N818
    """The next call might cost more than is left.

    Attributes:
        budget: whose limit it is, such as ``question`` or ``run``.
        limit: which of ``usd``, ``tokens``, ``calls``, ``seconds``.
        allowed: the limit itself.
        spent: what had been spent of it.
    """

    def __init__(self, budget: str, limit: str, *, allowed: float, spent: float, worst: float = 0.0) -> None:
        self.budget, self.limit, self.allowed, self.spent = budget, limit, allowed, spent
        next_call = f" and the next call may take {worst:.6g}" if worst else ""
        super().__init__(
            f"The budget of this {budget} is used up: {spent:.6g} of {allowed:.6g} {limit} are spent{next_call}. "
            "Raise the limit or lower the effort."
        )


class ProviderDown(AgentError):  # noqa: N818
    """The endpoint failed and kept failing, or could not be reached.

    Attributes:
        host: host and port of the endpoint.
        status: the last HTTP status, or None where no reply came.
        attempts: how often it was asked.
    """

    def __init__(self, host: str, reason: str, *, status: int | None = None, attempts: int = 1) -> None:
        self.host, self.status, self.attempts = host, status, attempts
        told = f" (HTTP {status})" if status else ""
        tries = {0: "not at all", 1: "once"}.get(attempts, f"{attempts} times")
        super().__init__(f"{host} was asked {tries} and failed{told}: {reason}")


class RequestRefused(AgentError):  # noqa: N818
    """The endpoint will never take this request as it is.

    Attributes:
        host: host and port of the endpoint.
        status: the HTTP status.
    """

    def __init__(self, host: str, reason: str, *, status: int) -> None:
        self.host, self.status = host, status
        super().__init__(f"{host} refused the request (HTTP {status}): {reason}")


class ContextTooLong(RequestRefused):
    """The conversation is longer than the model can read."""


class ModelRefused(AgentError):  # noqa: N818
    """The model, or a filter before it, declined to answer."""


class AnswerUnusable(AgentError):  # noqa: N818
    """The answer makes no forecast, also after one repair."""
