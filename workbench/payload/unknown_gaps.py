"""Words in braces that name nothing: mostly a typing error, though a brace may stand for itself."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Iterator
from typing import Final, NamedTuple

from workbench.payload.templates import WITH_ARGUMENT

_GAP: Final = re.compile(
    r"(?<!\{)(?<!\\[pPN])\{(?:(base64|len):)?([A-Za-z_][\w.-]*(?:[+*-]\w+)*)\}", re.ASCII
)
_TERMS: Final = re.compile(r"[A-Za-z_]\w*", re.ASCII)


class UnknownGap(NamedTuple):
    """A word in braces.

    Attributes:
        begin, end: where the braces stand in the text.
        near: the known name that is most like it; "": none is.
    """

    begin: int
    end: int
    word: str
    near: str


def unknown_gaps(text: str, known: Collection[str]) -> Iterator[UnknownGap]:
    """Those of a text; `known`: every name that a gap of it may have."""
    for gap in _GAP.finditer(text):
        wrong = _unknown(gap[2], known)
        if wrong is not None:
            near = difflib.get_close_matches(wrong, known, 1, 0.3)
            yield UnknownGap(gap.start(), gap.end(), wrong, near[0] if near else "")


def _unknown(inside: str, known: Collection[str]) -> str | None:
    if inside in known or inside in WITH_ARGUMENT:
        return None
    counted = "." not in inside and re.search(r"[+*-]", inside)
    terms = _TERMS.findall(inside) if counted else [inside]
    wrong = [term for term in terms if term not in known]
    if len(terms) > 1 and len(wrong) == len(terms):
        return None  # no sum of values, just text with a dash in it
    return wrong[0] if wrong else None
