"""The loader of prompts: Markdown files with a small head, filled in strictly.

In: a name. Out: a ``Prompt`` with its version, variables and digest. A file looks like this::

    ---
    name: forecaster
    version: 1
    variables: as_of, rounds
    ---
    Today is {{as_of}}.

A changed text is a new version: ``digests.txt`` keeps the digest of every version that was ever used.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from functools import cache
from importlib import resources

_HEAD = re.compile(r"\A---\n(?P<head>.*?)\n---\n(?P<text>.*)\Z", re.DOTALL)
_NAME = re.compile(r"[a-z][a-z_]*")
_VARIABLE = re.compile(r"\{\{([a-z_]+)\}\}")


class PromptError(ValueError):
    """A prompt file or the filling of a prompt is not what it must be."""


@dataclass(frozen=True)
class Prompt:
    """One version of a prompt.

    Attributes:
        name: of the file, without ``.md``.
        version: counted up with every change of the text.
        variables: what must be told to fill it in, no more and no less.
        text: with ``{{variable}}`` where a value goes.
    """

    name: str
    version: int
    variables: frozenset[str]
    text: str

    @property
    def digest(self) -> str:
        """Hash of the text, 12 hexadecimal digits."""
        return hashlib.sha256(self.text.encode()).hexdigest()[:12]

    @property
    def label(self) -> str:
        """Version and digest, as forecasts keep them: ``1-0123456789ab``."""
        return f"{self.version}-{self.digest}"

    def fill(self, **values: str) -> str:
        """Return the text with its variables replaced, once: what a value holds is not looked at.

        Raises:
            PromptError: a variable is missing or surplus.
        """
        missing, surplus = sorted(self.variables - values.keys()), sorted(values.keys() - self.variables)
        if missing or surplus:
            raise PromptError(f"prompt {self.name!r}: missing variables {missing}, surplus variables {surplus}")
        return _VARIABLE.sub(lambda match: values[match[1]], self.text)


@cache
def prompt(name: str) -> Prompt:
    """Return the prompt of this name.

    Raises:
        PromptError: there is none, or its file is malformed.
    """
    file = resources.files("prompts") / f"{name}.md"
    if not _NAME.fullmatch(name) or not file.is_file():
        raise PromptError(f"no prompt is called {name!r}; there are {', '.join(names())}")
    return read(name, file.read_text(encoding="utf-8"))


def names() -> list[str]:
    """Names of all prompts, in order."""
    files = resources.files("prompts").iterdir()
    return sorted(file.name.removesuffix(".md") for file in files if file.name.endswith(".md"))


def prompts() -> list[Prompt]:
    """All prompts, by name."""
    return [prompt(name) for name in names()]


def read(name: str, content: str) -> Prompt:
    """Read the content of a prompt file.

    Raises:
        PromptError: it has no head, another name, no version, or other variables than it tells.
    """
    match = _HEAD.match(content)
    if not match:
        raise PromptError(f"prompt {name!r}: expected a head between two lines of ---")
    head = dict(line.split(":", 1) for line in match["head"].splitlines() if ":" in line)
    told = {key.strip(): value.strip() for key, value in head.items()}
    if told.keys() != {"name", "version", "variables"} or told["name"] != name or not told["version"].isdigit():
        raise PromptError(f"prompt {name!r}: expected name, version (a number) and variables in the head, found {told}")
    variables = frozenset(filter(None, (variable.strip() for variable in told["variables"].split(","))))
    text = match["text"].strip() + "\n"
    if variables != frozenset(_VARIABLE.findall(text)):
        raise PromptError(
            f"prompt {name!r}: the head tells the variables {sorted(variables)}, "
            f"the text uses {sorted(set(_VARIABLE.findall(text)))}"
        )
    return Prompt(name=name, version=int(told["version"]), variables=variables, text=text)
