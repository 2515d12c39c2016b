"""A file that is there whole or not at all: written beside its place, then put there."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO


def write_whole(path: Path, write: Callable[[BinaryIO], object], *, replace: bool) -> None:
    """Have `write` fill a file; whatever goes wrong, half of one is not left at `path`.

    A link is followed, a device or pipe is written to as it is, and a file that is replaced keeps
    its mode.

    Args:
        path: the file.
        write: writes all of it.
        replace: whether a file that is there may be replaced.

    Raises:
        FileExistsError: it is there, and was not to be replaced.
        OSError: it cannot be written.
    """
    if not replace and os.path.lexists(path):
        raise FileExistsError(path)
    place = Path(os.path.realpath(path))
    if place.exists() and not place.is_file():
        with place.open("wb") as out:
            write(out)
        return
    beside = place.with_name(f".{place.name[:40]}.{os.urandom(4).hex()}.part")
    try:
        with beside.open("xb") as out:
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


def _put(beside: Path, place: Path) -> None:
    """Name the file finally, unless somebody else has taken the name meanwhile."""
    try:
        os.link(beside, place)
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links: Windows refuses to rename onto a file
        if os.path.lexists(place):
            raise FileExistsError(place) from None
        beside.rename(place)
    else:
        beside.unlink()
