"""One command, several calls: it ends with the last of them, and with the first error."""

from __future__ import annotations

import pytest

from workbench.engine.model import commands as c
from workbench.engine.model.joined_ticket import JoinedTicket
from workbench.engine.model.ticket import OK, Ticket
from workbench.texts import Problem

REFUSED, LATE = ConnectionRefusedError(111, "refused"), TimeoutError("timed out")


@pytest.mark.parametrize(
    ("errors", "class_"),
    [
        ([None, None, None], None),
        ([None, REFUSED, None], "ConnectionRefusedError"),
        ([LATE, REFUSED, None], "TimeoutError"),
        ([None, None, LATE], "TimeoutError"),
    ],
)
def test_the_ticket_ends_with_the_last_call(
    errors: list[Exception | None], class_: str | None
) -> None:
    ticket = Ticket(c.Stop("it"))
    together = JoinedTicket(ticket, len(errors))
    for error in errors[:-1]:
        together(error)
        assert not ticket.done
    together(errors[-1])
    assert ticket.outcome is not None
    assert (ticket.outcome.ok, ticket.outcome.error) == (class_ is None, class_)


def test_which_of_several_did_not_get_it() -> None:
    ticket = Ticket(c.Send("it", connection=c.ALL))
    together = JoinedTicket(ticket, 3)
    together.of(7)(REFUSED)
    together.of(2)(None)
    together.of(5)(Problem("engine.closed_meanwhile"))
    assert ticket.outcome is not None
    reached = ticket.outcome.reached
    assert reached is not None
    assert (reached.good, reached.meant) == (1, 3)
    assert [number for number, _ in reached.failures] == [5, 7]
    assert str(reached).endswith("; #7 ECONNREFUSED")


def test_of_one_it_is_said_as_ever() -> None:
    ticket = Ticket(c.Send("it", connection=c.ALL))
    JoinedTicket(ticket, 1).of(1)(None)
    assert ticket.outcome == OK
