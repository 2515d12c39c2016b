"""Words in braces that name no value: mostly typing errors, though braces may be meant
literally.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Final

from workbench.late_pattern import late_pattern
from workbench.named_tuple import NamedTuple
from workbench.payload.templates import BUILT_IN, WITH_ARGUMENT, gives_other_text

_GAP: Final = late_pattern(
    r"(?<!\{)(?<!\\[pPN])\{(?:(base64|len):)?([A-Za-z_][\w.-]*(?:[+*-]\w+)*)\}", re.ASCII
)
_OF_LANGUAGE: Final = late_pattern(
    r"(?<!\{)\{((?:base64|len):[A-Za-z_][\w.-]*|(?:random|random_bytes):\d{1,4}|[A-Za-z_][\w.-]*)\}",
    re.ASCII,
)
_IN_PLACE: Final = late_pattern(r"(?<!\{)\{([\w.:+*-]*[A-Za-z_][\w.:+*-]*)\}(?!\})", re.ASCII)
_QUOTED: Final = late_pattern(r'"([^"]*)"')
_COUNTED: Final = late_pattern(r"[+*-]\w", re.ASCII)
_TERMS: Final = late_pattern(r"[A-Za-z_]\w*", re.ASCII)


class UnknownGap(NamedTuple):
    """A word in braces.

    Attributes:
        begin, end: where the braces are in the text.
        near: the most similar known name; "": there is none.
        unfilled: it is a name or a function of the language, where nothing is filled in.
        quoted: likewise, between the quotes of a template of hex, where everything is text.
    """

    begin: int
    end: int
    word: str
    near: str
    unfilled: bool = False
    quoted: bool = False


def unknown_gaps(text: str, known: Collection[str]) -> Iterator[UnknownGap]:
    """The gaps of a text that name nothing; `known`: every name that they may have."""
    nearest: dict[str, str] = {}  # the same word is often wrong in many places
    for gap in _GAP.finditer(text):
        wrong = _unknown(gap[2], known)
        if wrong is None:
            continue
        if wrong not in nearest:
            import difflib  # with the first one that is unknown

            nearest[wrong] = next(iter(difflib.get_close_matches(wrong, known, 1, 0.3)), "")
        yield UnknownGap(gap.start(), gap.end(), wrong, nearest[wrong])


def unfilled_gaps(text: str, names: Collection[str] = ()) -> Iterator[UnknownGap]:
    """What would be filled in but stays, in a text where braces are just braces.

    These are names and functions of the language, and `names`; any other word in braces is taken
    literally: JSON, style sheets and programs are full of them.
    """
    for gap in _OF_LANGUAGE.finditer(text):
        if ":" in gap[1] or gap[1] in BUILT_IN or gap[1] in names:
            yield UnknownGap(gap.start(), gap.end(), gap[1], "", unfilled=True)


def gaps_in_place(text: str) -> Iterator[UnknownGap]:
    """The gaps of an address or a file's name, where a brace is hardly ever meant literally."""
    for gap in _IN_PLACE.finditer(text):
        yield UnknownGap(gap.start(), gap.end(), gap[1], "", unfilled=True)


def quoted_gaps(source: str, names: Collection[str] = ()) -> Iterator[UnknownGap]:
    """What would be filled in but stays, since it is in the text part of a template of hex."""
    for text in _QUOTED.finditer(source):
        for gap in unfilled_gaps(text[1], names):
            begin = text.start(1)
            yield gap._replace(begin=gap.begin + begin, end=gap.end + begin, quoted=True)


def _unknown(inside: str, known: Collection[str]) -> str | None:
    if inside in known or inside in WITH_ARGUMENT:
        return None
    if "." in inside and _COUNTED.search(inside) and gives_other_text(f"{{{inside}}}", known):
        return None  # {server.port+1}: the name of an endpoint may contain a dash as well
    counted = "." not in inside and re.search(r"[+*-]", inside)
    terms = _TERMS.findall(inside) if counted else [inside]
    wrong = [term for term in terms if term not in known]
    if len(terms) > 1 and len(wrong) == len(terms):
        return None  # not a calculation with values, just text with a dash in it
    return wrong[0] if wrong else None
