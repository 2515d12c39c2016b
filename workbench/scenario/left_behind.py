"""What a stream had brought when a step failed that others follow.

The next text of a stream has to be what comes next. After a wrong answer it would be compared with
the rest of that answer, and so would every later one: each difference would be found in all steps
from there on. So where it does not begin with what was left, it is what comes after that. What is
looked for anywhere finds the rest as before.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress

from workbench.scenario.connections import RunConnection, ended_ns
from workbench.scenario.needle import Needle
from workbench.scenario.steps import Expect
from workbench.texts import Problem


class LeftBehind:
    """How far streams had come when steps waited in vain for bytes."""

    def __init__(self) -> None:
        self._until: dict[RunConnection, int] = {}  # the last place that had come in time

    def note(self, expect: Expect, meant: Iterable[RunConnection], until_ns: int) -> None:
        """Note what had come by the deadline of an expectation that others follow."""
        early = expect.absent or expect.exact or expect.next  # these may fail before it
        if early or not expect.wants_bytes or expect.call is not None:
            return
        for connection in meant:
            places = (place for place in _came(connection) if _in_time(connection, place, until_ns))
            last = max(places, default=None) if connection.stream else None
            if last is not None:
                self._until[connection] = last

    def pass_by(
        self, expect: Expect, meant: Iterable[RunConnection], needle: Needle | None
    ) -> None:
        """Use up what was left, where a text that has to come next does not begin with it."""
        if needle is None or expect.absent or expect.call is not None or not _comes_next(expect):
            return
        for connection in meant:
            last = self._until.pop(connection, -1)
            if last >= connection.used and not _begins(connection, last, needle):
                connection.use_up(last, None)

    def __bool__(self) -> bool:
        return bool(self._until)


def _comes_next(expect: Expect) -> bool:
    if expect.regex is not None:
        return expect.regex.startswith(("^", r"\A"))
    return expect.text is not None or expect.hex is not None


def _came(connection: RunConnection) -> Iterable[int]:
    """The places of reads that are not used up."""
    for place in range(connection.used, connection.end):
        row = connection.row(place)
        if connection.came(row) and row.size:
            yield place


def _in_time(connection: RunConnection, place: int, until_ns: int) -> bool:
    return ended_ns(connection.row(place)) <= until_ns


def _begins(connection: RunConnection, last: int, needle: Needle) -> bool:
    """Whether what is wanted is there already, or begins there and may still be completed."""
    start = connection.used
    places = [place for place in _came(connection) if place <= last]
    if not places:
        return True
    data = b"".join(connection.data(place, start) for place in places)
    if any(whole.startswith(data) for whole in needle.exact):
        return True
    with suppress(Problem):  # a pattern that takes too long: the search reports it
        finder = needle.finder(connection.place_of(connection.row(places[0]).call, start))
        finder.feed(data)
        return finder.find() is not None
    return True
