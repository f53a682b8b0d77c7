"""Back-up and restore: the whole state in one file, from either database into either.

The file is a ZIP archive: ``manifest.json`` (format, version of the schema, tables with columns, rows and SHA-256) and
``tables/NAME.jsonl``, a row a line. It holds records, the ledger with its outcomes, receipts, jobs, and access keys as
hashes, and the user's table of prices; no address or password. Fits and indexes are not in it: they are made again.

Restoring trusts nothing: names and sizes are those of the manifest, every byte is counted and hashed, and the store
changes in one transaction after all was found in order, or not at all.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from pydantic import AwareDatetime, Field, ValidationError

from records.base import Value
from records.errors import DataError
from records.exporters.writing import refuse_overwriting, write_whole
from records.store import Store
from records.store.dump import Dump, Plain, dumping, restore
from records.store.schema import HEAD
from scorecast.settings import Settings

FORMAT = "scorecast-backup/1"
MANIFEST = "manifest.json"
PRICES = "prices.csv"
MOST_BYTES = 16 << 30
"""Of all that a back-up holds, unpacked."""
MOST_LINE = 64 << 20
"""Bytes of one row."""
MOST_MANIFEST = 1 << 20

Progress = Callable[[str, int], None]
"""Told of a table and of the rows that were written or read of it since the last call."""


class Part(Value):
    """One table of a back-up."""

    columns: tuple[str, ...] = Field(min_length=1)
    rows: int = Field(ge=0)
    bytes: int = Field(ge=0)
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")


class Manifest(Value):
    """What a back-up holds."""

    format: str
    version: str = Field(pattern=r"^\d{4}$")
    """Of the schema of the store."""
    program: str
    made_at: AwareDatetime
    embeddings: str = ""
    """How records were searched; for information."""
    tables: dict[str, Part]
    prices: str = Field(default="", max_length=1 << 19)
    """The user's own table of prices, as it is."""


def back_up(
    settings: Settings, path: Path, *, now: dt.datetime, program: str, overwrite: bool, progress: Progress
) -> Manifest:
    """Write the state into a file; the store may be used meanwhile, and one state of it is written.

    Args:
        settings: say where the state is.
        path: of the file.
        now: the present moment.
        program: version of this program.
        overwrite: whether a file of this name may be replaced.
        progress: told of the rows written.

    Raises:
        UsageError: the file exists, or cannot be written.
        StoreError: the store cannot be read.
    """
    refuse_overwriting(path, overwrite=overwrite)
    with Store.open(settings.database_url):
        pass  # a store of an older program is brought up to date
    made: list[Manifest] = []

    def write(partial: Path) -> None:
        with dumping(settings.database_url) as dump, zipfile.ZipFile(partial, "w", zipfile.ZIP_DEFLATED) as archive:
            manifest = Manifest(
                format=FORMAT,
                version=dump.version,
                program=program,
                made_at=now,
                embeddings=settings.embeddings,
                tables={
                    name: _write(archive, dump, name, columns, progress) for name, columns in dump.tables().items()
                },
                prices=_prices(settings),
            )
            archive.writestr(MANIFEST, manifest.model_dump_json(indent=1))
            made.append(manifest)

    write_whole(path, write)
    return made[0]


def bring_back(settings: Settings, path: Path, *, overwrite: bool, progress: Progress) -> Manifest:
    """Replace the state by that of a file, whole or not at all.

    Args:
        settings: say where the state is.
        path: of the file.
        overwrite: whether what the store holds may go.
        progress: told of the rows read.

    Raises:
        UsageError: the store holds something, and it may not go.
        DataError: the file is no back-up, damaged, or of a newer program.
        StoreError: the store cannot be written.
    """
    with _opened(path) as archive:
        manifest = _manifest(archive, path)
        counts = dict.fromkeys(manifest.tables, 0)

        def rows(name: str) -> Iterator[list[Plain]]:
            for row in _read(archive, name, manifest.tables[name]):
                counts[name] += 1
                progress(name, 1)
                yield row

        def check() -> None:
            wrong = [name for name, part in manifest.tables.items() if counts[name] != part.rows]
            if wrong:
                raise DataError(f"{path.name}: {', '.join(wrong)} have not the rows that the manifest tells of.")

        columns = {name: part.columns for name, part in manifest.tables.items()}
        restore(settings.database_url, columns, rows, version=manifest.version, replace=overwrite, check=check)
    _bring_back_prices(settings, manifest.prices, overwrite=overwrite)
    return manifest


def _bring_back_prices(settings: Settings, text: str, *, overwrite: bool) -> None:
    path = settings.home / PRICES

    def write(partial: Path) -> None:
        partial.write_text(f"{text}\n", encoding="utf-8")

    if text and (overwrite or not path.exists()):
        write_whole(path, write)


def _write(archive: zipfile.ZipFile, dump: Dump, name: str, columns: list[str], progress: Progress) -> Part:
    digest, size, count = hashlib.sha256(), 0, 0
    with archive.open(_place(name), "w", force_zip64=True) as file:
        for row in dump.rows(name):
            line = json.dumps(row, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode() + b"\n"
            file.write(line)
            digest.update(line)
            size += len(line)
            count += 1
            progress(name, 1)
    return Part(columns=tuple(columns), rows=count, bytes=size, sha256=digest.hexdigest())


def _prices(settings: Settings) -> str:
    path = settings.home / PRICES
    return path.read_text(encoding="utf-8") if path.is_file() else ""


@contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        with zipfile.ZipFile(path) as archive:
            yield archive
    except (zipfile.BadZipFile, zipfile.LargeZipFile, EOFError, NotImplementedError) as error:
        raise DataError(f"{path.name} is no back-up, or is damaged: {error}.") from error
    except OSError as error:
        raise DataError(f"{path.name} cannot be read: {error.strerror or error}.") from error


def _manifest(archive: zipfile.ZipFile, path: Path) -> Manifest:
    """Read the manifest, and make sure that the archive holds what it tells of and nothing else."""
    names = archive.namelist()
    if names.count(MANIFEST) != 1 or archive.getinfo(MANIFEST).file_size > MOST_MANIFEST:
        raise DataError(f"{path.name} is no back-up: it has no sound {MANIFEST}.")
    with archive.open(MANIFEST) as file:
        text = file.read(MOST_MANIFEST + 1)
    try:
        manifest = Manifest.model_validate_json(text)
    except ValidationError as error:
        why = error.errors(include_input=False)[0]
        place = "/".join(map(str, why["loc"]))
        raise DataError(f"{path.name}: the manifest is wrong at {place}: {why['msg']}.") from error
    if manifest.format != FORMAT or manifest.version > HEAD:
        raise DataError(
            f"{path.name} was written by Scorecast {manifest.program} (version {manifest.version} of the schema, this "
            f"program knows {HEAD}): upgrade with `pip install --upgrade scorecast`."
        )
    if sorted(names) != sorted([MANIFEST, *map(_place, manifest.tables)]):
        raise DataError(f"{path.name} does not hold exactly the files that its manifest tells of.")
    if sum(part.bytes for part in manifest.tables.values()) > MOST_BYTES:
        raise DataError(f"{path.name} would unpack to more than {MOST_BYTES >> 30} GiB.")
    return manifest


def _read(archive: zipfile.ZipFile, name: str, part: Part) -> Iterator[list[Plain]]:
    """Read the rows of a table, no more bytes than the manifest tells of, and check them by their hash."""
    digest, left = hashlib.sha256(), part.bytes
    with archive.open(_place(name)) as file:
        for line in _lines(file):
            left -= len(line)
            if left < 0 or len(line) > MOST_LINE:
                raise DataError(f"The back-up's table {name} is larger than its manifest tells.")
            digest.update(line)
            yield _row(line, name)
    if left or digest.hexdigest() != part.sha256:
        raise DataError(f"The back-up's table {name} is damaged: it has not the SHA-256 that its manifest tells of.")


def _lines(file: IO[bytes]) -> Iterator[bytes]:
    while line := file.readline(MOST_LINE + 1):
        yield line


def _row(line: bytes, name: str) -> list[Plain]:
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise DataError(f"The back-up's table {name} holds a line that is no JSON.") from error
    if not isinstance(row, list) or any(isinstance(value, list | dict) for value in row):
        raise DataError(f"The back-up's table {name} holds a line that is no row.")
    return row


def _place(name: str) -> str:
    return f"tables/{name}.jsonl"
