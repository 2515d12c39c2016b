"""What is chosen of connections, and what of it stays chosen when snapshots come."""

from __future__ import annotations

from dataclasses import replace

import pytest

from tests.viewmodel.conftest import Talk
from workbench.engine.model.snapshot import EndpointSnapshot
from workbench.viewmodel.chosen_rows import ChosenRows


@pytest.fixture
def three(talk: Talk) -> EndpointSnapshot:
    """Of a server with three open connections."""
    snapshot = talk.until("server", lambda snapshot: bool(snapshot.connections))
    item = replace(snapshot.connections[0], closed_ns=None)
    items = tuple(replace(item, number=number, id=100 + number) for number in (1, 2, 3))
    return replace(snapshot, connections=items)


def closed(snapshot: EndpointSnapshot, *numbers: int) -> EndpointSnapshot:
    return replace(
        snapshot,
        connections=tuple(
            replace(item, closed_ns=1) if item.number in numbers else item
            for item in snapshot.connections
        ),
    )


def one_more(snapshot: EndpointSnapshot) -> EndpointSnapshot:
    items = snapshot.connections
    return replace(snapshot, connections=(*items, replace(items[0], number=4, id=104)))


def without(snapshot: EndpointSnapshot, number: int) -> EndpointSnapshot:
    kept = tuple(item for item in snapshot.connections if item.number != number)
    return replace(snapshot, connections=kept)


def test_what_is_chosen_is_found_in_a_snapshot(three: EndpointSnapshot) -> None:
    chosen = ChosenRows()
    assert (chosen.only, chosen.only_in(three), chosen.current_id(three)) == (None, None, None)
    chosen.choose((2, 3), 3, three)
    assert (chosen.only, chosen.current_id(three)) == (None, 103)
    assert chosen.ids_in(three) == {102, 103}
    chosen.choose((2,), 2, three)
    assert chosen.only == 2
    found = chosen.only_in(three)
    assert found is not None
    assert found.id == 102


def test_what_is_gone_is_let_go_and_the_last_one_with_it(three: EndpointSnapshot) -> None:
    chosen = ChosenRows()
    chosen.choose((2, 3), 3, three)
    assert chosen.kept_in(three, hide_closed=False) is None
    assert chosen.kept_in(without(three, 3), hide_closed=False) == ((2,), 2)
    assert chosen.kept_in(without(three, 2), hide_closed=False) == ((3,), 3)
    assert chosen.kept_in(closed(three, 2), hide_closed=False) is None
    assert chosen.kept_in(closed(three, 2), hide_closed=True) == ((3,), 3)


def test_all_of_it_is_let_go_when_it_has_closed_and_something_new_came(
    three: EndpointSnapshot,
) -> None:
    chosen = ChosenRows()
    chosen.choose((1, 2), 2, three)
    assert chosen.kept_in(three, hide_closed=False) is None
    assert chosen.kept_in(closed(three, 1, 2), hide_closed=False) is None  # it may be looked at
    assert chosen.kept_in(one_more(closed(three, 1, 2)), hide_closed=False) == ((), None)


@pytest.mark.parametrize("numbers", [(1,), ()])
def test_but_what_was_closed_when_it_was_chosen_or_is_open_stays(
    three: EndpointSnapshot, numbers: tuple[int, ...]
) -> None:
    chosen = ChosenRows()
    chosen.kept_in(three, hide_closed=False)
    chosen.choose((1,), 1, closed(three, *numbers))
    assert chosen.kept_in(one_more(closed(three, *numbers)), hide_closed=False) is None
