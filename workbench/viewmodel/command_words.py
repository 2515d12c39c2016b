"""Splits a command line into words as a shell does, without expanding or running anything."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Mapping
from typing import Final

from workbench.frozen import dataclass
from workbench.texts import Problem

_OPERATOR: Final = re.compile(r"\d*[<>]|\|\|?\Z|;\Z|&&?\Z")
_FILLED_IN: Final = re.compile(r"\$[A-Za-z_{(]|`")
_ANSI: Final = re.compile(
    r"\\(?:([abefnrtv\\'\"?])|x([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{1,4})|U([0-9a-fA-F]{1,8})|([0-7]{1,3}))"
)
_LETTERS: Final = dict(zip("abefnrtv\\'\"?", "\a\b\x1b\f\n\r\t\v\\'\"?", strict=True))
_PART: Final = re.compile(
    r"""(?P<blank>(?:\s|\\\r?\n)+)
    |\$'(?P<ansi>(?:[^'\\]|\\.)*)'
    |'(?P<single>[^']*)'
    |\$?"(?P<double>(?:[^"\\]|\\.)*)"
    |\\(?P<escaped>.)
    |(?P<plain>[^\s'"\\$]+|\$)
    |(?P<open>['"\\])""",
    re.VERBOSE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class CommandWords:
    """The words of one command.

    Attributes:
        words: the program and its arguments; a byte beyond ASCII in $'…' becomes a surrogate.
        rest: what follows, from where the shell would do something else with it.
        filled_in: the first word in which a shell would expand something; "": there is none.
    """

    words: tuple[str, ...]
    rest: str = ""
    filled_in: str = ""


def command_words(text: str) -> CommandWords:
    """Split a command line. Raises Problem: a quote is not closed."""
    text = text.strip().removeprefix("$ ")
    words: list[str] = []
    filled_in = ""
    at = 0
    while at < len(text):
        found = _PART.match(text, at)
        if found is not None and found.lastgroup == "blank":
            at = found.end()
            continue
        begin = at
        word, quoted, fills, at = _word(text, at)
        if not quoted and _OPERATOR.match(word):
            return CommandWords(tuple(words), text[begin:], filled_in)
        words.append(word)
        filled_in = filled_in or (word if fills else "")
    return CommandWords(tuple(words), "", filled_in)


def options_of(
    words: Iterable[str], names: Mapping[str, str], valued: Container[str], others: list[str]
) -> Iterator[tuple[str, str, str]]:
    """Name, value and spelling of each option, letters that stand together one by one.

    Args:
        names: of a letter, or of a word behind two dashes, where it is not its own name.
        valued: names that take a value, in the same word or the next.
        others: where words that are no options are put.
    """
    rest = iter(words)
    for word in rest:
        if word.startswith("--") and len(word) > 2:
            spelled, _, value = word[2:].partition("=")
            name = names.get(spelled, spelled)
            if name in valued and not value:
                value = next(rest, "")
            yield name, value, f"--{spelled}"
        elif word.startswith("-") and len(word) > 1:
            cluster = word[1:]
            while cluster:
                letter, cluster = cluster[0], cluster[1:]
                name, value = names.get(letter, letter), ""
                if name in valued:
                    value, cluster = cluster or next(rest, ""), ""
                yield name, value, f"-{letter}"
        else:
            others.append(word)


def _word(text: str, at: int) -> tuple[str, bool, bool, int]:
    """A word, whether a part of it is quoted, whether a shell would expand something, and its
    end.
    """
    parts: list[str] = []
    quoted = fills = False
    while at < len(text):
        found = _PART.match(text, at)
        if found is None or found.lastgroup == "open":
            raise Problem("pasted.quote")
        kind, part = found.lastgroup, found[found.lastgroup or 0]
        if kind == "blank":
            break
        if kind in {"plain", "double"}:
            piece = re.sub(r"\\.", "", text[found.start() : found.end() + 1])
            fills = fills or _FILLED_IN.search(piece) is not None
        quoted = quoted or kind != "plain"
        if kind == "ansi":
            part = _ANSI.sub(_meant, part)
        elif kind == "double":
            part = re.sub(r"\\(?:\r?\n|([\\\"$`]))", r"\1", part)
        parts.append(part)
        at = found.end()
    return "".join(parts), quoted, fills, at


def _meant(found: re.Match[str]) -> str:
    letter, byte, short, long, octal = found.groups()
    if letter is not None:
        return _LETTERS[letter]
    if short is not None or long is not None:
        number = int(short or long, 16)
        return chr(number) if number < 0x110000 and not 0xD800 <= number < 0xE000 else "\ufffd"
    number = int(byte, 16) if byte is not None else int(octal, 8) & 0xFF
    return chr(number) if number < 0x80 else chr(0xDC00 + number)
