"""Writes a file completely or not at all: first beside its place, then renamed."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO


def write_whole(path: Path, write: Callable[[BinaryIO], object], *, replace: bool) -> None:
    """Have `write` fill a file; whatever goes wrong, no partial file is left at `path`.

    A link is followed, a device or pipe is written to directly, and a file that is replaced keeps
    its mode. A file in a folder where no other can be created is written in place, and empty if
    that fails.

    Args:
        path: the file.
        write: writes all of it.
        replace: whether an existing file may be replaced.

    Raises:
        FileExistsError: it exists, and was not to be replaced.
        OSError: it cannot be written.
    """
    if not replace and os.path.lexists(path):
        raise FileExistsError(path)
    if _is_stream(path):
        with path.open("wb") as out:
            write(out)
        return
    place = Path(os.path.realpath(path))
    beside = place.with_name(f".{place.name[:40]}.{os.urandom(4).hex()}.part")
    try:
        file = beside.open("xb")
    except PermissionError:
        if not replace or not place.exists():
            raise
        _write_over(place, write)
        return
    try:
        with file as out:
            write(out)
            out.flush()
            os.fsync(out.fileno())
        if replace:
            with suppress(FileNotFoundError):
                beside.chmod(place.stat().st_mode & 0o777)
            beside.replace(place)
        else:
            _put(beside, place)
    except BaseException:
        with suppress(OSError):
            beside.unlink(missing_ok=True)
        raise


def write_text(path: Path, text: str) -> None:
    """Write a UTF-8 text with its own line ends; an existing file is replaced.

    Raises:
        OSError: it cannot be written.
    """
    write_whole(path, lambda out: out.write(text.encode()), replace=True)


def _is_stream(path: Path) -> bool:
    """Whether it is a device, a pipe, or the name of a descriptor (/dev/stdout, proc(5)), whatever
    that is.
    """
    if path.exists() and not path.is_file():
        return True
    _root, *parts = path.absolute().parts
    return parts[:1] == ["proc"] or parts[:2] in (
        ["dev", "fd"],
        ["dev", "stdout"],
        ["dev", "stderr"],
    )


def _write_over(place: Path, write: Callable[[BinaryIO], object]) -> None:
    with place.open("wb") as out:
        try:
            write(out)
            out.flush()
        except BaseException:
            with suppress(OSError):
                out.truncate(0)  # what is left in the buffer is refused as well
            raise


def _put(beside: Path, place: Path) -> None:
    """Give the file its final name, unless somebody else has taken the name meanwhile."""
    try:
        os.link(beside, place)
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links; Windows refuses to rename onto a file
        if os.path.lexists(place):
            raise FileExistsError(place) from None
        beside.rename(place)
    else:
        beside.unlink()
