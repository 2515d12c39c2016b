"""What a panel asked for is under way until its ticket ends, and told when a snapshot shows it."""

from __future__ import annotations

from workbench.engine.model import commands as c
from workbench.engine.model.ticket import Ticket
from workbench.viewmodel.asked_commands import AskedCommands


def ticket(command: c.Command, revision: int = 7) -> Ticket:
    """One whose effect the snapshot of this revision is the first to show."""
    return Ticket(command, upcoming=lambda: revision)


def test_it_is_told_once_and_by_the_first_snapshot_that_shows_it() -> None:
    commands = AskedCommands()
    early, late = ticket(c.Stop("a"), 7), ticket(c.Stop("a"), 9)
    for one in (early, late):
        commands.ask(one)
        one.finish()
        assert commands.end(one)
    assert not commands.under_way
    assert commands.take_shown(6) == []
    assert commands.take_shown(8) == [early]
    assert commands.take_shown(8) == []
    assert commands.take_shown(9) == [late]


def test_it_is_under_way_until_it_ends() -> None:
    commands = AskedCommands()
    first, second = ticket(c.Stop("a")), ticket(c.Stop("a"))
    commands.ask(first)
    commands.ask(second)
    assert list(commands.under_way) == [first, second]
    first.finish()
    assert commands.end(first)
    assert not commands.end(first)  # it is told once
    assert list(commands.under_way) == [second]
    assert commands.take_shown(99) == [first]


def test_what_another_panel_asked_for_is_none_of_them() -> None:
    commands = AskedCommands()
    other = ticket(c.Stop("a"))
    other.finish()
    assert not commands.end(other)
    assert commands.take_shown(99) == []


def test_a_start_is_one_until_it_ends() -> None:
    commands = AskedCommands()
    start = ticket(c.Start("a"))
    commands.ask(ticket(c.Stop("a")))
    assert not commands.starting
    commands.ask(start)
    assert commands.starting
    start.finish()
    commands.end(start)
    assert not commands.starting


def test_a_connect_is_known_before_a_snapshot_shows_it() -> None:
    """Whether its end was told already or not."""
    commands = AskedCommands()
    connect = ticket(c.Connect("a"), 7)
    commands.ask(connect)
    assert not commands.connected_after(6)  # it has not come back
    connect.finish()
    assert commands.connected_after(6)
    commands.end(connect)
    assert commands.connected_after(6)
    assert not commands.connected_after(7)
    failed = ticket(c.Connect("a"), 8)
    commands.ask(failed)
    failed.fail(ConnectionRefusedError(111, "refused"))
    assert not commands.connected_after(7)
