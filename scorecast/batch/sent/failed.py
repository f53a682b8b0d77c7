"""Errors of ours on their way from one process to another."""

from __future__ import annotations

from dataclasses import dataclass

from records.errors import ScorecastError


@dataclass(frozen=True)
class Failed:
    """An error as it travels: the name of its class, and what it says."""

    kind: str
    told: str

    @classmethod
    def of(cls, error: ScorecastError) -> Failed:
        """Tell an error."""
        return cls(type(error).__name__, str(error))

    def again(self) -> ScorecastError:
        """Return the same error as far as anybody looks at it: the class, and the sentence."""
        import agent.errors

        found = getattr(agent.errors, self.kind, None)
        kind = found if isinstance(found, type) and issubclass(found, agent.errors.AgentError) else ScorecastError
        error = kind.__new__(kind, self.told)
        error.args = (self.told,)
        return error
