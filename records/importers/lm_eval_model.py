"""Which model a result file of lm-evaluation-harness is about.

A checkpoint other than the main revision and an adapter are models of their own, and say so in their names.
"""

from __future__ import annotations

import re

from records.importers.claim import ModelClaim, Overrides
from records.importers.untrusted import dig, fields, number, text

_NAMING = ("pretrained", "model", "path", "engine")
_MAIN = ("", "main", "none")
_LOCAL = re.compile(r"[/~.\\]|[A-Za-z]:[\\/]")
_CACHED = re.compile(r"models--[^-].*?--(?P<name>.+)")
_STAGE = re.compile(
    r"(?:checkpoint|step|epoch|iter)[-_]?\d+|final|best|last|merged|hf|model|weights|output", re.IGNORECASE
)
"""What a folder inside that of a model is called: no name by itself."""


def model_claim(document: object, overrides: Overrides) -> ModelClaim:
    """Return the model; its name is empty when neither the file nor the user tells it."""
    arguments = model_arguments(dig(document, "config", "model_args"))
    name = overrides.model or _name(document, arguments)
    revision = arguments.get("revision", "")
    if name and not overrides.model:
        name += f"@{revision}" if revision.casefold() not in _MAIN else ""
        name += f"+{_without_folders(arguments['peft'])}" if arguments.get("peft") else ""
    parameters = number(document, "config", "model_num_parameters")
    return ModelClaim(name=name, params_b=round(parameters / 1e9, 6) if parameters and parameters > 0 else None)


def _name(document: object, arguments: dict[str, str]) -> str:
    if told := text(document, "model_name"):
        return _without_folders(told)
    if told := next((arguments[key] for key in _NAMING if arguments.get(key)), ""):
        return _without_folders(told)
    tasks = fields(document, "configs").values()
    return next((told for task in tasks if (told := text(task, "metadata", "pretrained"))), "")


def _without_folders(told: str) -> str:
    """Return the name of a model in a folder of somebody's machine; a name of the hub as it is.

    ``/srv/runs/mine/checkpoint-500`` is ``mine-checkpoint-500``, and the hub's cache names what it keeps.
    """
    if not _LOCAL.match(told):
        return told
    parts = [part for part in re.split(r"[\\/]+", told) if part.strip("~. ")]
    cached = next((found for part in parts if (found := _CACHED.fullmatch(part))), None)
    if cached or not parts:
        return cached["name"] if cached else told
    return "-".join(parts[-2:]) if _STAGE.fullmatch(parts[-1]) else parts[-1]


def model_arguments(told: object) -> dict[str, str]:
    """Read ``model_args``: newer files keep a mapping, older ones ``key=value,key=value``."""
    if isinstance(told, str):
        pairs = (part.partition("=") for part in told.split(","))
        return {key.strip(): value.strip() for key, _, value in pairs if key.strip()}
    return {key: value.strip() for key, value in fields(told).items() if isinstance(value, str)}
