"""Writing files whole: to a temporary name beside the target, then renamed over it in one step."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from records.errors import UsageError


def refuse_overwriting(path: Path, *, overwrite: bool) -> None:
    """Make sure that nothing is lost.

    Raises:
        UsageError: something stands at the path already.
    """
    if not overwrite and (path.exists() or path.is_symlink()):
        raise UsageError(f"{path} exists already: choose another name, or allow overwriting with --force.")


def write_whole(path: Path, write: Callable[[Path], None], *, waits: bool = True) -> None:
    """Let ``write`` fill a temporary file and rename it to ``path``; on any failure the old state remains.

    The bytes are on the disk before the file has its name: not even a power cut leaves half of it. Who can do without
    that, since a damaged file is passed over, need not wait for the disk.

    Raises:
        UsageError: the folder cannot be written to.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(prefix=f".{path.name[:60]}.", suffix=".partial", dir=path.parent)
    except OSError as error:
        raise UsageError(f"{path}: cannot be written ({error.strerror}).") from error
    os.close(handle)
    partial = Path(name)
    try:
        write(partial)
        partial.chmod(0o644)
        if waits:
            _to_disk(partial)
        partial.replace(path)
    except OSError as error:
        raise UsageError(f"{path}: cannot be written ({error.strerror}).") from error
    finally:
        partial.unlink(missing_ok=True)


def _to_disk(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())
