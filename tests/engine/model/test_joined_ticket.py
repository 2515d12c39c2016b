"""One command, several calls: it ends with the last of them, and with the first error."""

from __future__ import annotations

import pytest

from workbench.engine.model import commands as c
from workbench.engine.model.joined_ticket import JoinedTicket
from workbench.engine.model.ticket import Ticket

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
