"""Finds JSON objects and lists in characters that come piece by piece (RFC 8259, RFC 7464).

They show themselves where they end; a number or a word does not, so those are not looked for.
"""

from __future__ import annotations

import re
from typing import Any, Final

from workbench.payload.json_values import read_json
from workbench.texts import Problem

_OUTSIDE: Final = re.compile(r'["{}\[\]]')
_BRACKET: Final = re.compile(r"[{}\[\]]")
_INSIDE: Final = re.compile(r'["\\]')
_BEGIN: Final = re.compile(r'\{\s*["}]|\[\s*[\[\]{"\-0-9tfn]')
_UNTOLD: Final = re.compile(r"[{\[]\s*\Z")
_BLANK: Final = " \t\r\n\x1e"
"""What may come between two of them; 1E is the record separator of RFC 7464."""
_DEEPEST: Final = 200
"""Brackets in one another; what contains more is taken for none."""
_CLOSES: Final = {"}": "{", "]": "["}


class JsonTexts:
    """Finds one value after the other; characters are counted from the first one fed.

    However often something begins that turns out to be none, each character is looked at about as
    often as brackets are open around it.

    Attributes:
        begin: where the next one can still begin; everything before it is done with.
    """

    def __init__(self) -> None:
        self.begin = 0
        self._text = ""  # from `begin` on, whenever nothing is being looked for
        self._place = 0
        self._blank = 0  # where blanks before the next one begin at the earliest
        self._open: list[int] = []  # the places of open brackets; the first may begin a value
        self._quoted = False
        self._none: set[int] = set()  # brackets that begin none, as those around them showed

    def feed(self, text: str) -> None:
        """Take the next characters."""
        self._text += text

    def next(self) -> tuple[int, int, Any] | None:
        """Where it is, including the blanks before it, and its value; None: none is complete
        yet.
        """
        while True:
            if not self._open and not self._begins():
                return None
            closed = self._through()
            if closed is None:
                first = self._open[0]
                self._drop(self._blanks_before(first))
                return None
            first, end = self._open[0], self._place
            self._quoted = False
            if closed:
                self._open.clear()
                try:
                    value = read_json(self._text[first:end])
                except Problem:
                    pass
                else:
                    place = self._blanks_before(first)
                    found = self.begin + place, self.begin + end, value
                    self._blank = end
                    self._drop(end)
                    return found
            else:  # the others that are open do not close either
                self._none.update(self._open)
                self._open.clear()
            self._place = self._blank = first + 1  # it was not one; another may begin in it

    def _begins(self) -> bool:
        """Advance to the next bracket that can begin a value; False: there is none yet."""
        while True:
            found = _OUTSIDE.search(self._text, self._place)
            if found is None or _UNTOLD.match(self._text, found.start()):
                self._place = len(self._text) if found is None else found.start()
                self._drop(self._blanks_before(self._place))
                return False
            if found.start() not in self._none and _BEGIN.match(self._text, found.start()):
                self._open = [found.start()]
                self._place = found.end()
                return True
            self._none.discard(found.start())
            self._place = self._blank = found.end()

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
                if self._text[self._open[-1]] != _CLOSES[char]:
                    return False
                if len(self._open) == 1:
                    return True
                self._open.pop()
            else:
                self._open.append(found.start())
                if len(self._open) > _DEEPEST and not self._leave_outermost():
                    self._open = self._open[:1]  # of the others nothing is known
                    return False

    def _leave_outermost(self) -> bool:
        """Go on with the next one that is open and can begin a value: the first has too many in it.
        False: something else may begin before that, be it in quotes, and has to be looked for.
        """
        first = self._open[0]
        for count, at in enumerate(self._open[1:], 1):
            if _BRACKET.search(self._text, self._open[count - 1] + 1, at):
                return False
            if _BEGIN.match(self._text, at):
                del self._open[:count]
                self._blank = first + 1
                return True
        return False

    def _blanks_before(self, place: int) -> int:
        """Where the blanks right before a place begin."""
        while place > self._blank and self._text[place - 1] in _BLANK:
            place -= 1
        return place

    def _drop(self, upto: int) -> None:
        """Drop everything before a character."""
        self._text = self._text[upto:]
        self.begin += upto
        self._place -= upto
        self._blank = max(self._blank - upto, 0)
        self._open = [at - upto for at in self._open]
        self._none = {at - upto for at in self._none if at >= upto}


def values_in(text: str) -> list[Any]:
    """Every value that is complete in a text."""
    texts = JsonTexts()
    texts.feed(text)
    found = []
    while (one := texts.next()) is not None:
        found.append(one[2])
    return found
