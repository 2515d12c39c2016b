"""The manual: Markdown pages in both languages, search in them, and the page about a control."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Final

from workbench.frozen import dataclass
from workbench.resources import resource

PAGES: Final = (
    "start", "server", "client", "send", "layers", "log", "explain", "scenario", "record",
)  # fmt: skip
"""Files `resources/manual/LANGUAGE/NAME.md`, in the order in which they are read."""
_TOPICS: Final = (
    ("send", "payload form encoding escapes placeholders append send repeat interval saved"),
    ("send", "checksum file target traffic values enter_sends expect_answer"),
    ("layers", "frame layers tls websocket type handshake certificate check_up"),
    ("log", "log filter search errors"),
    ("explain", "inspector bytes kernel"),
    ("scenario", "scenario repeat_until make_scenario check_all rules_try"),
    ("record", "status record recent note"),
)
"""Words in the object names of controls, whichever panel they are in."""
_EXCERPT: Final = 60
_PICTURE: Final = re.compile(r"!\[[^]]*\]\(([\w-]+)\)")
_LINK: Final = re.compile(r"\[([^]]+)\]\([^)]*\)")
_CODE: Final = re.compile(r"(`[^`]*`)")
_CELLS: Final = re.compile(r"(?<!\\)\|")
_HEAD: Final = re.compile(r"^[#>\s]+")


@dataclass(frozen=True, slots=True)
class Page:
    """One page.

    Attributes:
        text: Markdown; `![…](NAME)` is a picture of the gallery.
    """

    name: str
    title: str
    text: str


@dataclass(frozen=True, slots=True)
class Passage:
    """A paragraph that, with its heading, has all words that are looked for, at least one of them
    itself.

    Attributes:
        heading: the one above it, as it is in the page.
        excerpt: the paragraph, or as much of it as tells what it is about.
    """

    page: Page
    heading: str
    excerpt: str


def pages(language: str) -> tuple[Page, ...]:
    """All pages, in one language."""
    folder = resource("manual") / language
    return tuple(page(name, (folder / f"{name}.md").read_text("utf-8")) for name in PAGES)


def page(name: str, text: str) -> Page:
    """A page whose title is its first heading."""
    return Page(name, text.partition("\n")[0].removeprefix("# ").strip(), text)


def pictures(text: str) -> list[str]:
    """The names of the pictures in a page."""
    return _PICTURE.findall(text)


def find(among: Sequence[Page], typed: str) -> list[Passage]:
    """The paragraphs that contain every word of a search, ignoring case; none for an empty
    search.
    """
    words = typed.casefold().split()
    if not words:
        return []
    return [hit for item in among for hit in _hits(item, words)]


def _hits(item: Page, words: Iterable[str]) -> Iterable[Passage]:
    heading = item.title
    for line in item.text.splitlines():
        if line.startswith("#"):
            heading = line.lstrip("# ")
        plain = _plain(line)
        own, folded = plain.casefold(), f"{heading} {plain}".casefold()
        if all(word in folded for word in words) and any(word in own for word in words):
            first = min(own.find(word) for word in words if word in own)
            begin = max(0, first - _EXCERPT // 2)
            cut = plain[begin : begin + _EXCERPT]
            yield Passage(
                item,
                heading,
                f"{'…' if begin else ''}{cut}{'…' if begin + _EXCERPT < len(plain) else ''}",
            )


def _plain(line: str) -> str:
    """A line of Markdown as it is read: without markup and addresses, with code unchanged; the
    cells of a row of a table one after the other.
    """
    if line.startswith("|"):
        return " – ".join(filter(None, map(_plain, _CELLS.split(line))))
    parts = _CODE.split(_HEAD.sub("", _PICTURE.sub("", line)))
    return "".join(
        part.strip("`") if part.startswith("`") else _LINK.sub(r"\1", part).replace("*", "")
        for part in parts
    ).strip(" -")


def page_of(names: Iterable[str]) -> str:
    """The page about a control. `names`: its object name, and those of what contains it."""
    for name in names:
        side, _, control = name.partition(".")
        parts = {control or side, *(control or side).split("_")}
        for topic, words in _TOPICS:
            if parts & set(words.split()) or side in words.split():
                return topic
        if side in ("server", "client"):
            return side
    return "start"
