"""The caller: who asks, and what is open to them. Adapters find out; everything behind them only needs to know."""

from __future__ import annotations

from dataclasses import dataclass

from records.access_key import Scope


@dataclass(frozen=True)
class Caller:
    """Who asks.

    Attributes:
        id: of the key; empty for the user of the machine.
        name: under which forecasts are entered in the ledger.
        scope: what is open to them.
    """

    id: str = ""
    name: str = ""
    scope: Scope = Scope.ADMIN


LOCAL = Caller()
"""The user of the machine, who may do everything."""
