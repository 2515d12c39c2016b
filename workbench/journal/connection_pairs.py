"""Finds the two connections that are the ends of one TCP connection: their addresses mirror."""

from __future__ import annotations

from typing import Final

SPARE: Final = 1_000
"""Closed connections without a partner that may be remembered in addition to the open ones."""

_Names = tuple[str | None, str | None]


class Pairs:
    """Learns the addresses of connections and pairs those whose addresses mirror each other.

    Ports are reused, so closed connections are forgotten.
    """

    def __init__(self) -> None:
        self._by_address: dict[_Names, int] = {}
        self._open: dict[int, _Names] = {}
        self._partner: dict[int, int] = {}
        self._begun: dict[int, int] = {}  # of the open ones: when they appeared, as a step count
        self._ended: dict[int, int] = {}  # of the closed ones that are still remembered
        self._step = 0

    def named(self, number: int, local: str | None, peer: str | None) -> int | None:
        """Note a connection's addresses (None: unchanged).

        Returns its other end, if that is known.
        """
        self._step += 1
        accepted = number not in self._begun and bool(local and peer)
        begun = self._begun.setdefault(number, self._step)
        before = self._open.get(number, (None, None))
        names = (local or before[0], peer or before[1])
        self._open[number] = names
        if names != before:
            self._forget(number, before)
            self._part(number)
        if not all(names):
            return None
        self._by_address[names] = number
        other = self._by_address.get((names[1], names[0]))
        if other is None or other == number:
            return None
        if self._partner.get(other, number) != number or self._partner.get(number, other) != other:
            return None  # one of them already has its other end
        if not accepted and self._ended.get(other, begun) < begun:
            return None  # it was gone before this one appeared
        self._partner[number], self._partner[other] = other, number
        if other not in self._open:
            self._by_address.pop((names[1], names[0]))
            self._ended.pop(other, None)
        return other

    def closed(self, number: int) -> None:
        """Forget a connection that was closed.

        Without a partner it is remembered for a while: a short-lived client may be gone before
        its accept is recorded.
        """
        self._step += 1
        names = self._open.pop(number, (None, None))
        self._begun.pop(number, None)
        other = self._partner.get(number)
        if other is None:
            self._ended[number] = self._step
            self._prune()
            return
        self._forget(number, names)
        if other not in self._open:
            self._part(number)

    def _part(self, number: int) -> None:
        other = self._partner.pop(number, None)
        if other is not None:
            self._partner.pop(other, None)

    def _forget(self, number: int, names: _Names) -> None:
        if self._by_address.get(names) == number:
            del self._by_address[names]

    def _prune(self) -> None:
        if len(self._ended) > 3 * len(self._open) + SPARE:
            self._ended.clear()
            self._by_address = {
                names: number for names, number in self._by_address.items() if number in self._open
            }
