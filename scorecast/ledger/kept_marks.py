"""Kept marks: what was read from the ledger once is kept in a file beside it, since entries are long and marks short.

The file may be deleted at any time. A mark is found by a hash of the entry's id and of its resolution, word for word,
so that none is taken for another's; a file that cannot be read, or written, costs time and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from records.errors import UsageError
from records.exporters.writing import write_whole
from scorecast.ledger.marks import Mark

FORMAT = 1
"""Changes whenever a mark of the same forecast may turn out otherwise."""

LARGEST = 64 * 2**20
"""Bytes of a file that is read."""

Marks = TypeAdapter(dict[str, Mark])


@dataclass(frozen=True)
class KeptMarks:
    """Marks in a folder; None keeps none."""

    folder: Path | None = None

    def read(self, keys: Iterable[str]) -> dict[str, Mark]:
        """Return what is kept under these keys."""
        if self.folder is None:
            return {}
        try:
            with self._path(self.folder).open("rb") as file:
                content = file.read(LARGEST + 1)
            kept = Marks.validate_json(content) if len(content) <= LARGEST else {}
        except (OSError, ValidationError):
            return {}
        return {key: kept[key] for key in keys if key in kept}

    def write(self, marks: Mapping[str, Mark]) -> None:
        """Keep these, and nothing else."""
        if self.folder is None:
            return
        content = Marks.dump_json(dict(marks))

        def fill(target: Path) -> None:
            target.write_bytes(content)

        with suppress(OSError, UsageError):
            write_whole(self._path(self.folder), fill)

    def _path(self, folder: Path) -> Path:
        return folder / f"marks-{FORMAT}.json"
