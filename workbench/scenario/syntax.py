"""Explains TOML syntax errors in the user's language, with the way out."""

from __future__ import annotations

import re
import tomllib
from typing import Final

from workbench.named_tuple import NamedTuple
from workbench.payload.signs import code_point, is_unseen, plain_sign
from workbench.texts import Problem

_STARTS: Final = {
    "Illegal character '\\n'": "line_end",
    "Illegal character": "character",
    "Found invalid character '\\n'": "line_end",
    "Found invalid character": "character",
    "Unterminated string": "unterminated",
    "Expected \"'": "unterminated",
    "Expected '\"": "unterminated",
    "Expected '=' after": "equals",
    "Expected ']": "bracket",
    "Expected newline": "after",
    "Invalid initial character": "key",
    "Invalid statement": "key",
    "Invalid value": "value",
    "Invalid date": "value",
    "Invalid hex": "escape",
    "Unescaped": "escape",
    "Escaped": "escape",
    "Unclosed array": "unclosed",
    "Unclosed": "inner",
    "Cannot": "twice",
    "Duplicate": "twice",
}
"""How tomllib's messages begin, and which of our texts (toml.*) says the same."""
_PLACE: Final = re.compile(r"line (\d+), column (\d+)")
_TOKEN: Final = re.compile(
    r'("""(?:[^\\"]|\\.|"(?!""))*+"{3,5}|\'\'\'(?:[^\']|\'(?!\'\'))*+\'{3,5}'
    r'|"(?:[^"\\\n]|\\[^\n])*+"|\'[^\'\n]*+\'|#[^\n]*)|[\[{]|[\]}]',
    re.DOTALL,
)
"""Strings and comments, in which brackets are passed over; then the brackets."""
_WORD: Final = re.compile(r"[^\s,\]}#=]+")
_STATEMENT: Final = re.compile(r"[ \t]*(?:\[\[?[ \t]*([\w.-]+)[ \t]*\]|([\w.-]+)[ \t]*=)", re.ASCII)
_BOOLEANS: Final = {
    **dict.fromkeys(("yes", "on", "true"), "true"),
    **dict.fromkeys(("no", "off", "false"), "false"),
}
_NOTHINGS: Final = frozenset({"none", "null", "nil", "undefined"})
_SHOWN_MOST: Final = 40


class _Broken(NamedTuple):
    """A text and the place where its syntax breaks."""

    text: str
    place: int

    @property
    def line(self) -> int:
        return self.line_at(self.place)

    def line_at(self, place: int) -> int:
        return self.text.count("\n", 0, place) + 1

    @property
    def sign(self) -> str:
        return self.text[self.place : self.place + 1]

    @property
    def before(self) -> str:
        """What is on the line before the place."""
        return self.text[self.text.rfind("\n", 0, self.place) + 1 : self.place]

    @property
    def rest(self) -> str:
        """What is on the line from the place on."""
        return self.text[self.place :].partition("\n")[0]

    @property
    def at_line_end(self) -> bool:
        rest = self.rest.strip()
        return not rest or rest.startswith("#")

    @property
    def word(self) -> str:
        found = _WORD.match(self.text, self.place)
        return found[0][:_SHOWN_MOST] if found else ""

    def opened(self) -> list[tuple[str, int]]:
        """The brackets that are open at the place, each with its line."""
        found: list[tuple[str, int]] = []
        for token in _TOKEN.finditer(self.text, 0, self.place):
            if token[0] in {"[", "{"}:
                found.append((token[0], self.line_at(token.start())))
            elif token[0] in {"]", "}"} and found:
                found.pop()
        return found


def explain_syntax(error: tomllib.TOMLDecodeError, text: str) -> tuple[int, Problem]:
    """The line (from 1) where the text breaks, and why."""
    message, text = str(error), text.replace("\r\n", "\n")
    broken = _Broken(text, _place(message, text))
    key = next((key for start, key in _STARTS.items() if message.startswith(start)), "other")
    line, reason = _why(key, broken, message)
    return line, Problem("scenario.not_toml", reason=reason)


def _place(message: str, text: str) -> int:
    found = _PLACE.search(message)
    if found is None:
        return len(text.rstrip("\n")) if "end of document" in message else 0
    lines = text.split("\n")
    begin = sum(len(line) + 1 for line in lines[: int(found[1]) - 1])
    return min(begin + int(found[2]) - 1, len(text))


def _why(key: str, broken: _Broken, message: str) -> tuple[int, Problem]:
    if "at end of document" in message and key != "twice":
        return _at_end(key, broken)
    foreign = _foreign(key, broken)
    if foreign is not None:
        return broken.line, foreign
    match key:
        case "value":
            return _no_value(broken)
        case "key" | "after" | "unclosed" | "inner":
            return broken.line, _not_here(key, broken)
        case "twice":
            return _twice(broken, message)
        case "character" if broken.sign:
            return broken.line, Problem("toml.control", code=code_point(broken.sign))
    return broken.line, Problem(f"toml.{key}")


def _foreign(key: str, broken: _Broken) -> Problem | None:
    """A character that only resembles TOML's, where one of these was expected."""
    if key in {"character", "escape", "twice"}:
        return None
    sign = broken.sign
    if key in {"line_end", "unterminated"}:  # a quote that ends no string
        line = broken.before + broken.rest
        sign = next((one for one in reversed(line) if plain_sign(one) in {'"', "'"}), "")
    if not sign or sign.isascii():
        return None
    plain = plain_sign(sign)
    if key == "equals" and plain == ":":
        plain = "="
    if plain:
        return Problem("toml.sign", sign=sign, plain=plain)
    if is_unseen(sign):
        return Problem("toml.unseen", code=code_point(sign))
    if key in {"key", "equals", "bracket"}:
        return Problem("toml.letters", word=broken.word or sign)
    return None


def _at_end(key: str, broken: _Broken) -> tuple[int, Problem]:
    if key == "unterminated":
        marks = [found.start() for found in re.finditer(r"\"{3}|'{3}", broken.text)]
        begun = broken.line_at(marks[-1] if marks else max(broken.text.rfind("'"), 0))
        return begun, Problem("toml.unterminated")
    opened = broken.opened()
    if opened:
        bracket, line = opened[0]
        what = Problem(
            "toml.open", bracket=bracket, line=line, close="]" if bracket == "[" else "}"
        )
        return broken.line, what
    return broken.line, Problem("toml.end" if key == "value" else f"toml.{_plainly(key)}")


def _plainly(key: str) -> str:
    return "unclosed" if key == "inner" else key


def _no_value(broken: _Broken) -> tuple[int, Problem]:
    """Explains a place where a value is expected and none begins."""
    line, word = broken.line, broken.word
    opened = [item for item in broken.opened() if item[1] < line]
    begins = broken.before.strip().strip("[") == "" and _STATEMENT.match(
        broken.before + broken.rest
    )
    if opened and begins and opened[-1][0] == "[":
        return line, Problem("toml.open_before", line=opened[-1][1])
    lowered = word.lower()
    if lowered in _BOOLEANS:
        return line, Problem("toml.boolean", word=word, plain=_BOOLEANS[lowered])
    if lowered in _NOTHINGS:
        return line, Problem("toml.nothing", word=word)
    if re.match(r"[+-]?\.\d", word):
        return line, Problem("toml.point")
    if broken.at_line_end:
        return line, Problem("toml.no_value")
    if re.match(r"[^\W\d]", word):
        return line, Problem("toml.quotes", word=word)
    return line, Problem("toml.value")


def _not_here(key: str, broken: _Broken) -> Problem:
    """Explains something that is neither an end nor a beginning."""
    last = broken.before.rstrip()[-1:]
    if broken.rest.startswith(("//", "/*", "--")) or (key == "key" and broken.sign in {";", "%"}):
        return Problem("toml.comment")
    if key in {"after", "unclosed", "inner"} and broken.before[-1:].isdigit():
        if broken.sign == ".":
            return Problem("toml.point")
        if broken.sign.isalpha():
            return Problem("toml.unit", word=broken.word)
        if broken.sign.isdigit() and re.search(r"(?<![\w.])[+-]?0\Z", broken.before):
            return Problem("toml.zero")
    if key == "key" and broken.sign == "}" and last == ",":
        return Problem("toml.last_comma")
    if key == "key" and not broken.before.strip() and broken.sign == "{":
        return Problem("toml.json")
    if (
        key in {"key", "inner"}
        and broken.at_line_end
        and any(bracket == "{" for bracket, _line in broken.opened())
    ):
        return Problem("toml.inline")
    if key in {"unclosed", "inner"} and not broken.at_line_end:
        close = "]" if key == "unclosed" else "}"
        if last in {'"', "'"} and broken.before.endswith(last) and broken.sign.isalnum():
            return Problem("toml.quote_inside", found=broken.word)
        return Problem("toml.comma", found=broken.word or broken.sign, close=close)
    return Problem(f"toml.{_plainly(key)}")


def _twice(broken: _Broken, message: str) -> tuple[int, Problem]:
    """The key or table that occurs twice, and where it is first."""
    lines = broken.text.split("\n")
    told = re.match(r"Duplicate inline table key '([^']*)'", message)
    if told is not None:
        return broken.line, Problem("toml.twice", name=told[1])
    for number in range(broken.line, 0, -1):  # a value may span several lines
        found = _STATEMENT.match(lines[number - 1])
        if found is None or (number < broken.line and not _begins_at(broken, number)):
            continue
        name = found[1] or found[2]
        first = _first(lines[: number - 1], name)
        if first:
            return number, Problem("toml.twice_at", name=name, line=first)
        return number, Problem("toml.twice", name=name)
    return broken.line, Problem("toml.twice", name=broken.word)


def _begins_at(broken: _Broken, number: int) -> bool:
    """Whether a statement begins on a line: no bracket is open before it."""
    place = sum(len(line) + 1 for line in broken.text.split("\n")[: number - 1])
    return not _Broken(broken.text, place).opened()


def _first(lines: list[str], name: str) -> int:
    """The line, from 1, on which a key or table of that name is first; 0: none is found."""
    for number, line in enumerate(lines, 1):
        found = _STATEMENT.match(line)
        if found is not None and name in {found[1], found[2]}:
            return number
    return 0
