"""What tokens cost: a table of list prices that the user can extend or overrule with a file of the same form.

The packaged ``prices.csv`` holds prices as their source, a third party's list, gave them in a month; where it gives
none for tokens from the provider's cache, they count in full, so a bill may be lower than ours and not higher. A row
is for a host and a model, both with ``*`` as a wildcard; the user's rows win, then the longest pattern. A model in no
row has no known price: nothing is guessed, and a limit in money is refused then.

``batch`` is the share of these prices that a request in a batch of the provider costs. OpenAI says one half for each of
its models (https://help.openai.com/en/articles/9197833-batch-api-faq); in a row that does not say, it is the whole.
"""

from __future__ import annotations

import csv
import datetime as dt
from collections.abc import Iterable
from fnmatch import fnmatchcase
from pathlib import Path

from pydantic import Field, ValidationError

from agent.access.usage import Usage
from records.base import Link, Value
from records.errors import DataError

MILLION = 1_000_000
PACKAGED = Path(__file__).with_name("prices.csv")


class Price(Value):
    """US dollars for a million tokens of one model at one host.

    Attributes:
        host: pattern of the host, with its port where it has one.
        model: pattern of the model's name.
        prompt: for tokens read.
        cached_prompt: for tokens read that the provider had in its cache.
        completion: for tokens written, reasoning included.
        listed: the day on which the source said so.
        source: where it is said.
        batch: share of these prices that a request in a batch of the provider costs.
    """

    host: str
    model: str
    prompt: float = Field(ge=0.0)
    cached_prompt: float = Field(ge=0.0)
    completion: float = Field(ge=0.0)
    listed: dt.date
    source: Link = ""
    batch: float = Field(default=1.0, gt=0.0, le=1.0)

    @property
    def in_batch(self) -> Price:
        """The same for requests in a batch of the provider."""
        shares = {name: getattr(self, name) * self.batch for name in ("prompt", "cached_prompt", "completion")}
        return self.model_copy(update=shares | {"batch": 1.0})

    def of(self, usage: Usage) -> float:
        """Return US dollars for a reply."""
        fresh = usage.prompt - usage.cached_prompt
        return (
            fresh * self.prompt + usage.cached_prompt * self.cached_prompt + usage.completion * self.completion
        ) / MILLION

    def worst(self, *, prompt: int, completion: int) -> float:
        """Return the most US dollars that so many tokens can cost."""
        return (prompt * max(self.prompt, self.cached_prompt) + completion * self.completion) / MILLION


def read_prices(path: Path) -> tuple[Price, ...]:
    """Read a table of prices.

    Raises:
        DataError: a row does not say what it must; the message names the line.
    """
    with path.open(encoding="utf-8", newline="") as file:
        return tuple(_row(row, path=path, line=number) for number, row in enumerate(csv.DictReader(file), start=2))


def _row(row: dict[str, str], *, path: Path, line: int) -> Price:
    try:
        return Price.model_validate({name: cell for name, cell in row.items() if name != "batch" or cell})
    except ValidationError as error:
        wrong = "; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors())
        raise DataError(f"{path}, line {line}: {wrong}. Columns: {', '.join(Price.model_fields)}.") from None


def price_of(model: str, *, host: str, own: Path | None) -> Price | None:
    """Return the price of a model at a host, or None where no row tells it.

    Raises:
        DataError: a table cannot be read.
    """
    tables = [read_prices(own)] if own is not None and own.is_file() else []
    for table in [*tables, read_prices(PACKAGED)]:
        if found := list(_matching(table, model=model, host=host)):
            return max(found, key=lambda price: (len(price.model), len(price.host)))
    return None


def _matching(table: Iterable[Price], *, model: str, host: str) -> Iterable[Price]:
    return (price for price in table if fnmatchcase(model, price.model) and fnmatchcase(host, price.host))
