"""Completion in templates: names in braces and, in hex, numbers and lengths."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Final

from workbench.late_pattern import late_pattern
from workbench.named_tuple import NamedTuple
from workbench.payload.templates import BUILT_IN

_BRACE: Final = late_pattern(r"(?<!\{)\{([A-Za-z_][\w:.-]*)?\Z", re.ASCII)
_WORD: Final = late_pattern(r"(?<![\w{:])([uvbpa][\w]*)\Z", re.ASCII)
_LEAST: Final = {"b": 3, "a": 2}
"""Letters of a word that may be pairs of digits too, before it is taken for a word."""
WIDTHS: Final = (
    "u8[]", "u16[]", "u24[]", "u32[]", "u64[]", "u16le[]", "u24le[]", "u32le[]", "u64le[]",
    "var7[]", "ber[]", "pad16[]", "align4[]",
    "u8()", "u16()", "u24()", "u32()", "u64()", "u16le()", "u32le()",
)  # fmt: skip
"""Lengths of what is in brackets, and numbers of a width."""


class Completion(NamedTuple):
    """The choices for what is before the cursor.

    Attributes:
        begin: where it begins.
        words: what may replace it; the cursor then goes before a closing bracket of a
            length or number.
    """

    begin: int
    words: tuple[str, ...]


NOTHING: Final = Completion(0, ())


def complete(
    text: str, place: int, names: Collection[str], *, as_hex: bool, built_in: bool = True
) -> Completion:
    """What the characters before `place` may be completed to; `names`: those of values, besides
    built-in ones if they are filled in too.

    A brace alone offers everything, except in text that is not a template.
    """
    before = text[max(0, place - 80) : place]
    begin = place - len(before)
    brace = _BRACE.search(before)
    if brace is not None:
        typed = brace[0].lower()
        found = tuple(word for word in _gaps(names, built_in) if word.lower().startswith(typed))
        return _unless_done(Completion(begin + brace.start(), found), text[:place])
    word = _WORD.search(before) if as_hex else None
    if word is None or len(word[1]) < _LEAST.get(word[1][0], 1):
        return NOTHING
    found = tuple(each for each in WIDTHS if each.startswith(word[1]))
    return _unless_done(Completion(begin + word.start(), found), text[:place])


def _unless_done(found: Completion, before: str) -> Completion:
    """The completions, unless one of them is there already."""
    return NOTHING if found.words in ((), (before[found.begin :],)) else found


def _gaps(names: Collection[str], built_in: bool) -> Iterator[str]:
    own = sorted(names)
    for name in (*own, *(BUILT_IN if built_in else ())):
        yield f"{{{name}}}"
    if not built_in:
        return
    yield "{random:8}"
    yield "{random_bytes:8}"
    for name in own:
        yield f"{{base64:{name}}}"
        yield f"{{len:{name}}}"


def cursor_in(word: str) -> int:
    """Where the cursor goes in a word that was chosen: between its brackets."""
    return len(word) - 1 if word[-1:] in {"]", ")"} else len(word)
