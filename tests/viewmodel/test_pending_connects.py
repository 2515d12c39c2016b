"""A pending connect and its end are one row, also where a socket connects more than once."""

from __future__ import annotations

from workbench.journal.reader import ConnectRow
from workbench.viewmodel.pending_connects import ConnectRows


def rows(*items: tuple[int, int, bool]) -> list[ConnectRow]:
    return [ConnectRow(seq, connection, ended) for seq, connection, ended in items]


def test_an_end_belongs_to_the_begin_of_its_connection() -> None:
    pending = ConnectRows()
    assert pending.take(rows((5, 1, False), (6, 2, False))) == ([5, 6], [])
    assert pending.end_of(5) is None
    assert pending.take(rows((9, 2, True))) == ([], [6])
    assert (pending.end_of(6), pending.end_of(5)) == (9, None)
    assert (pending.shown_as(9), pending.shown_as(5), pending.shown_as(7)) == (6, 5, 7)


def test_a_second_connect_of_the_same_socket_has_its_own_end() -> None:
    pending = ConnectRows()
    assert pending.take(rows((1, 1, False), (2, 1, True), (3, 1, False), (4, 1, True))) == (
        [1, 3],
        [1, 3],
    )
    assert (pending.end_of(1), pending.end_of(3)) == (2, 4)


def test_an_end_whose_begin_is_out_of_view_is_a_row_of_its_own() -> None:
    assert ConnectRows().take(rows((8, 3, True))) == ([8], [])


def test_what_was_looked_at_before_changes_nothing() -> None:
    pending = ConnectRows()
    pending.take(rows((1, 1, False), (2, 1, True)))
    assert pending.take(rows((1, 1, False), (2, 1, True))) == ([1], [])
    assert pending.end_of(1) == 2
