"""The way back: what a blind model says, with real ids and names in place of pseudonyms.

Arguments of tools are read strictly: a pseudonym that stands for nothing and a real name are refused, since who asks
by real names would learn what the pseudonyms stand for. A final answer is read leniently: its reasons may say anything.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from agent.blinding.kinds import Kind, Named
from agent.blinding.masking import Mask
from agent.blinding.pseudonyms import RECORD
from agent.blinding.reading import plain
from records.errors import UsageError

_LETTERS = "".join(kind.letter for kind in Kind)
_CODE = re.compile(rf"\b(?:{'|'.join(kind.value for kind in Kind)})[ _:-]+(?P<code>[{_LETTERS}]\d+)\b", re.IGNORECASE)
_BARE = re.compile(rf"[{_LETTERS}]\d+", re.IGNORECASE)
_RECORD = re.compile(rf"\[?(?P<id>{RECORD}\d+)\]?", re.IGNORECASE)
_ABOUT = re.compile(rf"\[?(?P<kind>model|benchmark):(?:\w+ )?(?P<code>[{_LETTERS}]\d+)\]?", re.IGNORECASE)


class NotBlind(UsageError):  # noqa: N818 - reads like UnknownName
    """A blind model asks by a real name, or by a pseudonym or an id that it was never given."""


@dataclass(frozen=True, eq=False)
class Unmasking:
    """Reads pseudonyms.

    Attributes:
        mask: whose pseudonyms these are.
        titles: how a thing is called in a search by words; its id where nothing is told.
    """

    mask: Mask = field(repr=False)
    titles: Mapping[Named, str] = field(repr=False)

    def arguments(self, told: Mapping[str, object]) -> dict[str, object]:
        """Read the arguments of a tool.

        Raises:
            NotBlind: a pseudonym or id that stands for nothing, or a real name.
        """
        return {key: _each_text(value, self._strictly) for key, value in told.items()}

    def answer(self, told: Mapping[str, object]) -> dict[str, object]:
        """Read a final answer; what stands for nothing stays as it is."""
        return {key: _each_text(value, self._leniently) for key, value in told.items()}

    def record_id(self, shown: str) -> str:
        """Return the id that an opaque one stands for.

        Raises:
            NotBlind: no record and no thing is shown under it.
        """
        found = self._id(shown.strip())
        if found is None:
            raise NotBlind(
                f"{shown[:80]!r} is no id that was shown: cite ids such as R12 as they stand in the results."
            )
        return found

    def _strictly(self, text: str) -> str:
        told = plain(text).strip()
        if _RECORD.fullmatch(told) or _ABOUT.fullmatch(told):
            return self.record_id(told)
        if whole := _CODE.fullmatch(told):
            return self._behind(whole["code"]).id
        if _BARE.fullmatch(told):
            return self._behind(told).id
        if real := self.mask.names_in(_CODE.sub("|", told)):
            raise NotBlind(f"{real[0][:80]!r} is no pseudonym: ask by pseudonyms as the results have them.")
        return _CODE.sub(lambda found: self._title(self._behind(found["code"])), told)

    def _leniently(self, text: str) -> str:
        told = text.strip()
        if found := self._id(told):
            return found
        whole = _CODE.fullmatch(told)
        if whole and (thing := self._known(whole["code"])):
            return thing.id
        return _CODE.sub(lambda found: self._title(self._known(found["code"])) or found[0], text)

    def _id(self, shown: str) -> str | None:
        if record := _RECORD.fullmatch(shown):
            return self.mask.transparent.get(record["id"].upper())
        about = _ABOUT.fullmatch(shown)
        thing = self._known(about["code"]) if about else None
        return f"{about['kind'].lower()}:{thing.id}" if about and thing else None

    def _known(self, code: str) -> Named | None:
        return self.mask.pseudonyms.behind.get(code.casefold())

    def _behind(self, code: str) -> Named:
        found = self._known(code)
        if found is None:
            raise NotBlind(f"{code[:40]!r} stands for nothing here: use pseudonyms as the results have them.")
        return found

    def _title(self, thing: Named | None) -> str:
        return self.titles.get(thing, thing.id) if thing else ""


def _each_text(value: object, change: Callable[[str], str]) -> object:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, Mapping):
        return {key: _each_text(one, change) for key, one in value.items()}
    return [_each_text(one, change) for one in value] if isinstance(value, list | tuple) else value
