"""Finds where bytes differ from what was wanted, and shows it in the form that was asked for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from workbench.journal.reader import Row
from workbench.named_tuple import NamedTuple
from workbench.payload.characters import canonical, codec, decoded
from workbench.payload.hex_patterns import compile_hex, is_pattern
from workbench.payload.masking import Masker
from workbench.payload.notation import encode, show
from workbench.payload.pattern_parting import Stuck, stuck, stuck_text
from workbench.payload.patterns import RULE_TIME, TooSlow
from workbench.scenario.needle import Needle
from workbench.scenario.steps import Expect
from workbench.texts import Problem

SHOWN_BYTES: Final = 40
"""Bytes shown of what came, and of what was wanted."""
NEAR_MOST: Final = 200
"""Messages among which the nearest is looked for, the newest; `NEAR_BYTES`: of each, so many."""
NEAR_BYTES: Final = 200


class Parted(NamedTuple):
    """How many bytes are right, what is missing after them, and how many there are in all."""

    same: int
    missing: str
    wanted: int | None


def parting(data: bytes, needle: Needle) -> Parted | None:
    """Where bytes diverge from what was wanted; None: they do not, or it is unknown."""
    if needle.parts is not None:
        try:
            found = needle.parts(data)
        except (TooSlow, Problem):
            return None
        most = 2 * SHOWN_BYTES
        missing = found.missing if len(found.missing) <= most else f"{found.missing[:most]}…"
        return Parted(found.same, missing, None) if missing or found.same < len(data) else None
    exact = max(needle.exact, key=lambda item: _same(item, data), default=b"")
    same = _same(exact, data)
    if not exact or same == len(exact) == len(data):
        return None
    begin = same if same in {len(data), len(exact)} else _boundary(exact, same, needle)
    if needle.masker is not None:
        begin = _before_secret(exact, needle.masker.data(exact), begin)
    return Parted(begin, shown(exact[begin:], needle) if same < len(exact) else "", len(exact))


class Partly(NamedTuple):
    """How much of a pattern or text was there.

    Attributes:
        fits: what of the bytes is as wanted. behind: what follows it; "": nothing.
        missing: what should follow it.
        size: characters that fit.
    """

    fits: str
    behind: str
    missing: str
    size: int


def partly(data: bytes, needle: Needle) -> Partly | None:
    """How far bytes match what is looked for in them; None: unknown."""
    pattern = needle.pattern
    if pattern is None:
        return None
    text = decoded(data, needle.encoding)
    found = _stuck(needle, text)
    if found is None:
        return None
    fits, behind = text[found.start : found.end], text[found.end :]
    missing = _form(found.missing, needle)
    if not isinstance(pattern, str):  # as one would write it
        cut = found.missing[: 2 * SHOWN_BYTES]
        missing = f"'{cut}'" if cut == found.missing else f"'{cut}…'"
    shown_fits = _form(fits[-SHOWN_BYTES:], needle)
    if len(fits) > SHOWN_BYTES:
        shown_fits = f"…{shown_fits}"
    return Partly(shown_fits, _form(behind, needle) if behind else "", missing, len(fits))


def _stuck(needle: Needle, text: str) -> Stuck | None:
    pattern = needle.pattern
    if pattern is None:
        return None
    if not isinstance(pattern, str):
        return stuck(pattern, text)
    found = stuck_text(pattern, text)
    if found is None or needle.masker is None:
        return found
    good = found.end - found.start
    kept = _before_secret(pattern, needle.masker.text(pattern), good)
    return Stuck(found.start, found.start + kept, pattern[kept:])


def _form(text: str, needle: Needle) -> str:
    """Characters as `shown`; those of bytes that are not text in the encoding, as their escapes."""
    try:
        return shown(encode(text, needle.encoding), needle)
    except Problem:
        return shown(encode(text, "utf-8"), needle._replace(encoding="utf-8"))


def tells_nearest(needle: Needle) -> bool:
    """Whether one message can be nearer to what is wanted than another."""
    return bool(needle.exact) or needle.parts is not None or needle.pattern is not None


def nearest(rows: Sequence[Row], needle: Needle) -> Row:
    """The message most like what was wanted: the one that begins like it for longest, or contains
    most of it; of several such, the newest.
    """
    if not tells_nearest(needle):
        return rows[-1]

    def begins(row: Row) -> int:
        data = row.payload or b""
        if not needle.exact and needle.pattern is not None:
            there = _stuck(needle, decoded(data, needle.encoding))
            return there.end - there.start if there is not None else 0
        found = parting(data, needle)
        return found.same if found is not None else 0

    some = rows[-NEAR_MOST:]
    alike = [begins(row) for row in some]
    if max(alike):
        return max(zip(alike, range(len(some)), some, strict=True))[2]
    if not needle.exact:
        return some[-1]
    wanted = needle.exact[0][:NEAR_BYTES]

    def holds(row: Row) -> float:
        other = (row.payload or b"")[:NEAR_BYTES]
        return difflib.SequenceMatcher(None, wanted, other, autojunk=False).ratio()

    import difflib  # shown in place of what did not come

    return max(zip(map(holds, some), range(len(some)), some, strict=True))[2]


def _same(one: bytes, other: bytes) -> int:
    """How many bytes two texts have in common at their beginning."""
    return next(
        (place for place, (a, b) in enumerate(zip(one, other, strict=False)) if a != b),
        min(len(one), len(other)),
    )


def is_inside(expect: Expect, data: bytes, needle: Needle) -> bool:
    """Whether a message contains what was wanted after something else, and so is another one."""
    if expect.absent:
        return False
    if expect.hex is None or not is_pattern(expect.hex):
        return any(item and data.find(item) > 0 for item in needle.exact)
    try:
        return compile_hex(expect.hex).matches(data.decode("latin-1"), RULE_TIME)
    except TooSlow:
        return False


def keeping_secrets(needle: Needle, expect: Expect, masker: Masker | None) -> Needle:
    """The needle, modified so that no part of a secret is shown: a part is not recognized as
    secret.
    """
    if masker is None:
        return needle
    source = expect.regex or expect.hex or ""
    if masker.text(source) != source:
        return needle._replace(pattern=None, parts=None, masker=masker)
    return needle._replace(masker=masker)


def _before_secret(wanted: str | bytes, masked: str | bytes, place: int) -> int:
    """The place, or the beginning of the secret that contains it; what is masked keeps its
    length.
    """
    while 0 < place < len(wanted) and all(wanted[at] != masked[at] for at in (place - 1, place)):
        place -= 1
    return place


def _boundary(exact: bytes, same: int, needle: Needle) -> int:
    """The beginning of the character in which two texts diverge, since half of one cannot be
    shown.
    """
    if needle.as_hex:
        return same
    for back in range(min(same, 4)):
        try:
            exact[: same - back].decode(codec(needle.encoding))
        except (UnicodeError, LookupError):
            continue
        return same - back
    return same


def shown(data: bytes, needle: Needle, *, whole: bool = False) -> str:
    """Bytes in the form in which they were asked for; of many, the beginning, or both ends.

    A mark of UTF-8 is shown: each send of such a text begins with one, which is what differs.
    """
    encoding = "utf-8" if canonical(needle.encoding) == "utf-8-sig" else needle.encoding

    def form(part: bytes) -> str:
        return part.hex(" ") if needle.as_hex else f'"{show(part, encoding)}"'

    if len(data) <= 2 * SHOWN_BYTES:
        return form(data)
    if not whole:
        return f"{form(data[:SHOWN_BYTES])}…"
    return f"{form(data[:SHOWN_BYTES])}…{form(data[-SHOWN_BYTES:])}"
