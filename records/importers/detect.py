"""Which format a file or folder is in, told by its content and never by its name alone.

In: a path. Out: what it is, with its parsed document where there is one, so that nothing is parsed twice.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from records.errors import ImportRefused
from records.importers import benchpress, every_eval_ever, helm, inspect_log, lm_eval
from records.importers.bounded import LIMITS, check_size, parse_json, read_text
from records.importers.rows import is_json_lines
from records.importers.untrusted import fields

ZIP_MAGIC = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
SPREADSHEETS = (".xlsx", ".xlsm", ".xls", ".ods")
_SNIFFED = 4096


class Kind(StrEnum):
    """The formats that are known, by the names that reports use."""

    EVERY_EVAL_EVER = every_eval_ever.FORMAT
    LM_EVAL = lm_eval.FORMAT
    INSPECT = inspect_log.FORMAT
    HELM = helm.FORMAT
    BENCHPRESS = benchpress.FORMAT
    BENCHPRESS_SCORES = "benchpress scores"
    TABLE = "table"
    """Never detected: a table is read through a mapping only."""


KNOWN = (
    "Every Eval Ever (JSON), lm-evaluation-harness (results JSON), Inspect (.eval or JSON log), HELM (run folder), "
    "BenchPress (matrix.json, or scores.csv with scores.meta.json), and tables through --mapping"
)


@dataclass(frozen=True)
class Found:
    """What a path holds."""

    kind: Kind
    document: object = None


def detect(path: Path) -> Found:
    """Recognise one file, or one run folder.

    Raises:
        ImportRefused: damaged, or of no known format; the message names what was found and what is known.
    """
    if path.is_dir():
        if helm.looks_like(path):
            return Found(Kind.HELM)
        raise ImportRefused(f"{path}: is a folder, but no run of HELM.")
    check_size(path, most=LIMITS.file_bytes)
    with path.open("rb") as stream:
        start = stream.read(_SNIFFED)
    if path.suffix.lower() in SPREADSHEETS:
        raise _unknown(path, f"a spreadsheet ({path.suffix}), whose sheet must be saved as CSV in UTF-8")
    if start.startswith(ZIP_MAGIC):
        return Found(Kind.INSPECT, inspect_log.header_of(path))
    if start.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"{":
        return _json_kind(path)
    if _is_scores_table(path, start):
        return Found(Kind.BENCHPRESS_SCORES)
    raise _unknown(path, _outline(start))


def _json_kind(path: Path) -> Found:
    text = read_text(path)
    if is_json_lines(text):
        raise _unknown(path, "a table of JSON lines")
    document = parse_json(text, where=str(path))
    looks = (
        (Kind.EVERY_EVAL_EVER, every_eval_ever.looks_like),
        (Kind.INSPECT, inspect_log.looks_like),
        (Kind.LM_EVAL, lm_eval.looks_like),
        (Kind.BENCHPRESS, benchpress.looks_like),
    )
    for kind, looks_like in looks:
        if looks_like(document):
            return Found(kind, document)
    keys = ", ".join(list(fields(document))[:6])
    raise _unknown(path, f"a JSON object with the keys {keys}"[:200])


def _is_scores_table(path: Path, start: bytes) -> bool:
    return start.removeprefix(b"\xef\xbb\xbf").startswith(b"model,") and benchpress.meta_of(path).is_file()


def _outline(start: bytes) -> str:
    if start[:4] == b"PAR1":
        return "a Parquet table"
    if start.lstrip()[:1] == b"[":
        return "a JSON list"
    try:
        first = start.decode("utf-8-sig", errors="strict" if len(start) < _SNIFFED else "ignore").splitlines()[0]
    except (UnicodeDecodeError, IndexError):
        return "binary or wrongly encoded data"
    return f"a text that begins with {first[:60]!r}"


def _unknown(path: Path, outline: str) -> ImportRefused:
    return ImportRefused(f"{path}: is of no known format: it is {outline}. Known are {KNOWN}.")
