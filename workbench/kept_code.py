"""Keeps the bytecode of modules that others compile anew at each start.

PySide carries a dozen modules of its own as text in a library, and compiling them takes 20 ms of
each start. What they were compiled to is kept in a file where Python keeps that of this module, by
the rules that Python has for it: not where one may not write, and not with
PYTHONDONTWRITEBYTECODE.
"""

from __future__ import annotations

import builtins
import marshal
import os
import sys
from contextlib import contextmanager, suppress
from importlib.util import MAGIC_NUMBER, cache_from_source, source_hash
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import CodeType

    Kept = dict[tuple[bytes, str], CodeType]
    """By a hash of the source, as in a .pyc (PEP 552), and the name of its file."""


@contextmanager
def code_kept(file: Path | None = None) -> Iterator[None]:
    """A block in which whole modules that are compiled as bytes come from `file` if they are there.

    Those that are not there are added afterwards, and those that were not asked for left out.
    """
    usual = builtins.compile
    known = _read(file := file or _beside_this())
    asked: Kept = {}

    def compile_(*args: Any, **named: Any) -> Any:
        if named or len(args) != 3 or not isinstance(args[0], bytes) or args[2] != "exec":
            return usual(*args, **named)
        key = (source_hash(args[0]), str(args[1]))
        asked[key] = known.get(key) or usual(*args)
        return asked[key]

    builtins.compile = compile_
    try:
        yield
    finally:
        builtins.compile = usual
    if asked.keys() != known.keys():
        _write(file, asked)


def _beside_this() -> Path | None:
    try:
        return Path(cache_from_source(__file__)).with_suffix(".marshal")
    except NotImplementedError:  # an interpreter that keeps no bytecode
        return None


def _read(file: Path | None) -> Kept:
    """What is kept; nothing of another version of Python, and nothing of a damaged file."""
    if file is None:
        return {}
    try:
        kept = file.read_bytes()
        if not kept.startswith(MAGIC_NUMBER):
            return {}
        code = memoryview(kept)[len(MAGIC_NUMBER) :]  # marshal.load() reads item by item
        found = marshal.loads(code)  # noqa: S302 - trusted as the .pyc files beside it are
    except (OSError, EOFError, ValueError, TypeError):
        return {}
    return found if isinstance(found, dict) else {}


def _write(file: Path | None, code: Kept) -> None:
    if file is None or sys.dont_write_bytecode:
        return
    unfinished = file.with_name(f"{file.name}.{os.getpid()}")
    with suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        try:
            with unfinished.open("xb") as kept:
                kept.write(MAGIC_NUMBER)
                marshal.dump(code, kept)
            unfinished.replace(file)
        finally:
            unfinished.unlink(missing_ok=True)
