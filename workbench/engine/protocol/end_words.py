"""The words {NAME.port} and {NAME.address} in answers: they stand for another
endpoint's address.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection
from typing import Final

from workbench.engine.model.address import part_of
from workbench.named_tuple import NamedTuple
from workbench.payload.templates import Value, Values
from workbench.texts import Problem

_WORD: Final = re.compile(r"([A-Za-z0-9_-]+)\.(port|address)(?![\w.-])", re.ASCII)
_UNKNOWN: Final = "engine.unknown_endpoint"


class EndWords(NamedTuple):
    """The endpoints that such words may name, and how to find their addresses.

    Attributes:
        link: returns the address of one, as of now; raises Problem. None: it is not known yet which
            exist, so any word may be correct.
    """

    link: Callable[[str], str] | None = None

    def of(self, source: str) -> tuple[str, ...]:
        """The words in a text that name an existing endpoint."""
        if ".port" not in source and ".address" not in source:
            return ()
        return tuple({word[0] for word in _WORD.finditer(source) if self._knows(word[1])})

    def _knows(self, name: str) -> bool:
        if self.link is None:
            return True
        try:
            self.link(name)
        except Problem as problem:
            return problem.key != _UNKNOWN
        return True

    def filled(self, names: Collection[str], values: Values) -> Values:
        """The given values, with the addresses for the words among `names` added.

        Raises:
            Problem: an endpoint has no address yet, or no port at all.
        """
        found = {}
        for word in names:
            name, dot, part = word.rpartition(".")
            if dot and word not in values and self.link is not None:
                found[word] = Value(part_of(self.link(name), part).encode(), encoding="utf-8")
        return {**values, **found} if found else values
