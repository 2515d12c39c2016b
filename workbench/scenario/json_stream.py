"""Finds JSON objects and lists in characters that come piece by piece (RFC 8259, RFC 7464).

They show themselves where they end; a number or a word does not, so those are not looked for.
"""

from __future__ import annotations

import re
from typing import Any, Final

from workbench.payload.json_values import read_json
from workbench.texts import Problem

_OUTSIDE: Final = re.compile(r'["{}\[\]]')
_INSIDE: Final = re.compile(r'["\\]')
_BEGIN: Final = re.compile(r'\{\s*["}]|\[\s*[\[\]{"\-0-9tfn]')
_UNTOLD: Final = re.compile(r"[{\[]\s*\Z")
_BLANK: Final = " \t\r\n\x1e"
"""What may come between two of them; 1E is the record separator of RFC 7464."""
_DEEPEST: Final = 200
"""Brackets in one another; beyond, it is taken for none."""
_CLOSES: Final = {"}": "{", "]": "["}


class JsonTexts:
    """Finds one value after the other; characters are counted from the first one fed.

    Attributes:
        begin: where the next one can still begin; everything before it is done with.
    """

    def __init__(self) -> None:
        self.begin = 0
        self._text = ""  # from `begin` on
        self._place = 0
        self._open: list[str] = []
        self._quoted = False

    def feed(self, text: str) -> None:
        """Take the next characters."""
        self._text += text

    def next(self) -> tuple[int, int, Any] | None:
        """Where it is, including the blanks before it, and its value; None: none is complete
        yet.
        """
        blank = 0  # where blanks before it begin
        while True:
            if not self._open:
                found = _OUTSIDE.search(self._text, self._place)
                if found is None or _UNTOLD.match(self._text, found.start()):
                    self._drop(len(self._text) if found is None else found.start(), blank)
                    return None
                if not _BEGIN.match(self._text, found.start()):
                    self._place = blank = found.end()
                    continue
                self._drop(found.start(), blank)
                blank = len(self._text) - len(self._text.lstrip(_BLANK))
                self._place = blank + 1
                self._open = [self._text[blank]]
            closed = self._through()
            if closed is None:
                return None
            end = self._place
            begin = len(self._text) - len(self._text.lstrip(_BLANK))
            self._open, self._quoted = [], False
            if closed:
                try:
                    value = read_json(self._text[begin:end])
                except Problem:
                    pass
                else:
                    first = self.begin
                    self._drop(end, end)
                    return first, first + end, value
            self._place = blank = begin + 1  # it was not one; another may begin in it

    def _through(self) -> bool | None:
        """Advance to the bracket that closes the first one; False: this is not JSON."""
        while True:
            found = (_INSIDE if self._quoted else _OUTSIDE).search(self._text, self._place)
            if found is None:
                self._place = len(self._text)
                return None
            char, self._place = found[0], found.end()
            if char == "\\":
                if self._place == len(self._text):  # the character it escapes is still to come
                    self._place = found.start()
                    return None
                self._place += 1
            elif char == '"':
                self._quoted = not self._quoted
            elif char in _CLOSES:
                if self._open.pop() != _CLOSES[char]:
                    return False
                if not self._open:
                    return True
            else:
                self._open.append(char)
                if len(self._open) > _DEEPEST:
                    return False

    def _drop(self, upto: int, blank: int) -> None:
        """Drop everything before a character except the blanks right before it, from `blank` on."""
        kept = self._text[blank:upto]
        upto -= len(kept) - len(kept.rstrip(_BLANK))
        self._text = self._text[upto:]
        self.begin += upto
        self._place = len(self._text) if not self._text.strip(_BLANK) else 0


def values_in(text: str) -> list[Any]:
    """Every value that is complete in a text."""
    texts = JsonTexts()
    texts.feed(text)
    found = []
    while (one := texts.next()) is not None:
        found.append(one[2])
    return found
