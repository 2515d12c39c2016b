"""Patterns of hex: pairs of digits, "text", ?? any byte, * any run; what is taken as a value.

{id:2} takes two bytes, {name:*} a run.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from enum import Enum
from typing import Final

from workbench.payload.characters import BYTES
from workbench.payload.notation import parse_hex
from workbench.payload.patterns import Pattern, compile_pattern
from workbench.texts import Problem

_SPECIAL: Final = re.compile(
    r'"([\x20-\x21\x23-\x7e]*)"|\?\?|\*|\{([A-Za-z_]\w*):(\d{1,4}|\*)\}|[?{"]', re.ASCII
)
"""Text is in ASCII, which is the same bytes in every encoding that a protocol mixes with bytes."""


_GAP: Final = re.compile(r"\{([A-Za-z_][\w.-]*)\}", re.ASCII)


def is_pattern(source: str) -> bool:
    """Whether there is more in it than bytes."""
    return _SPECIAL.search(source) is not None


class Extent(Enum):
    """What of the bytes a pattern has to be: the regular expression round it."""

    ANYWHERE = "{}"
    START = r"\A{}"
    WHOLE = r"\A{}\Z"


def compile_hex(
    source: str, extent: Extent = Extent.ANYWHERE, *, names: Collection[str] = ()
) -> Pattern:
    """A pattern over bytes; a run is as short as it can be.

    `names`: those whose gaps, {name}, will be filled in later; here they are any run.

    Raises:
        Problem: a character that is no hex (with its position), a name that is there twice.
    """
    source = _GAP.sub(lambda gap: "*" if gap[1] in names else gap[0], source)
    parts: list[str] = []
    taken: set[str] = set()
    place = 0
    for found in _SPECIAL.finditer(source):
        parts.append(_bytes(source, place, found.start()))
        place = found.end()
        text, name, count = found.groups()
        if found[0] in {"?", "{", '"'}:
            raise Problem("payload.bad_hex_pattern", position=found.start() + 1)
        if text is not None:
            parts.append(re.escape(text))
        elif name is not None:
            if name in taken:
                raise Problem("payload.hex_name_twice", name=name)
            taken.add(name)
            parts.append(f"(?P<{name}>{'.*?' if count == '*' else f'.{{{count}}}'})")
        else:
            parts.append("." if found[0] == "??" else ".*?")
    parts.append(_bytes(source, place, len(source)))
    return compile_pattern(extent.value.replace("{}", "".join(parts)), BYTES)


def _bytes(source: str, begin: int, end: int) -> str:
    try:
        data = parse_hex(source[begin:end])
    except Problem as problem:
        where = {**problem.args_, "position": begin + int(str(problem.args_["position"]))}
        raise Problem(problem.key, **where) from problem
    return "".join(f"\\x{byte:02x}" for byte in data)
