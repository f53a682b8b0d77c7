"""The arguments by which a model narrows records down, and their translation into the conditions of a search."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from agent.tools.desk import ToolError
from records.search import Where
from records.setting import Setting

MOST = 30
"""Records that one call may show."""

Name = Annotated[str, StringConstraints(max_length=200)]
Names = Annotated[list[Name], Field(max_length=20)]


class Arguments(BaseModel):
    """Arguments of a tool; unknown ones are refused, so that a condition is never overlooked."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)


class Cells(Arguments):
    """Models and benchmarks by any of their names."""

    models: Names = Field(default=[], description="Names or ids of models.")
    benchmarks: Names = Field(default=[], description="Names or ids of benchmarks.")

    def where(self) -> Where:
        """Return these as the conditions of a search."""
        return _where(self.model_dump(include=set(Where.model_fields), exclude_defaults=True))


class Conditions(Cells):
    """Everything by which records can be told apart; all that is given must hold."""

    families: Names = Field(default=[], description="Families of models, such as qwen3.")
    organisations: Names = Field(default=[], description="Makers of models.")
    domains: Names = Field(default=[], description="Domains of benchmarks, such as math or coding.")
    metrics: Names = Field(default=[], description="Names of metrics; empty means the headline metric.")
    sources: Names = Field(default=[], description="Ids of sources.")
    setting: dict[str, str | int] = Field(
        default={}, max_length=10, description=f"Exact setting, by {', '.join(Setting.model_fields)}."
    )
    params_b_from: float | None = Field(default=None, description="Smallest size, in billions of parameters.")
    params_b_to: float | None = Field(default=None, description="Largest size, in billions of parameters.")
    released_from: dt.date | None = Field(default=None, description="Earliest release of the model, YYYY-MM-DD.")
    released_to: dt.date | None = Field(default=None, description="Latest release of the model.")
    published_from: dt.date | None = Field(default=None, description="Earliest publication of the record.")
    published_to: dt.date | None = Field(default=None, description="Latest publication of the record.")
    reasoning: bool | None = Field(default=None, description="Only models that reason at length, or only others.")


def _where(told: dict[str, object]) -> Where:
    try:
        return Where.model_validate(told)
    except ValidationError as error:
        raise ToolError("; ".join(problems(error))) from None


def problems(error: ValidationError, *, known: type[BaseModel] | None = None) -> list[str]:
    """Say what is wrong with arguments, each with its place; where some do not exist, also which do."""
    wrong = error.errors(include_url=False)
    told = [f"{'.'.join(map(str, one['loc'])) or 'arguments'}: {one['msg']}" for one in wrong[:4]]
    if known is not None and any(one["type"] == "extra_forbidden" for one in wrong):
        told.append(f"the arguments are {', '.join(known.model_fields) or 'none'}")
    return told
