"""How long it took until what was expected came, by the stamps of the record."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from workbench.named_tuple import NamedTuple
from workbench.scenario.connections import RunConnection, Since, ended_ns
from workbench.scenario.report import title_of
from workbench.scenario.search import RowMatch
from workbench.scenario.steps import Expect
from workbench.texts import Problem


class Took(NamedTuple):
    """The time of a match, and from when it is counted.

    Attributes:
        number: that of the connection; 0: a listening socket.
        since: what the time is counted from.
        seconds: up to the row of the match.
    """

    number: int
    seq: int
    since: Since
    seconds: float


def times_of(expect: Expect, matches: Iterable[tuple[RunConnection, RowMatch]]) -> list[Took]:
    """The time of the last match or, with `each`, of the last one in each connection, before they
    are used up. Empty if no time is wanted.
    """
    if not expect.timed:
        return []
    last: dict[RunConnection | None, Took] = {}
    for connection, match in matches:
        since = connection.since(match.place)
        seconds = (ended_ns(connection.row(match.place)) - since.ns) / 1e9
        took = Took(connection.number, match.seq, since, seconds)
        last[connection if expect.each else None] = took
    return list(last.values())


def out_of_time(expect: Expect, took: Sequence[Took]) -> Problem | None:
    """Why what came was too late or too early; None: it came in time."""
    for item in took:
        early = expect.not_before is not None and item.seconds < expect.not_before
        if early or (expect.at_most is not None and item.seconds > expect.at_most):
            return Problem(
                "scenario.too_early" if early else "scenario.too_slow",
                what=title_of(expect),
                took=told(item),
                wanted=expect.not_before if early else expect.at_most,
            )
    return None


def told(took: Took) -> Problem:
    """A time, and what it is counted from, in words."""
    return Problem(
        f"scenario.took_{took.since.what}",
        seconds=round(took.seconds, 6),
        seq=took.seq,
        since=took.since.seq,
    )
