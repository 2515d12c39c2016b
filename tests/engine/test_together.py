"""One command, several calls: it ends with the last of them, and with the first error."""

from __future__ import annotations

import pytest

from workbench.engine import commands as c
from workbench.engine.ticket import Ticket
from workbench.engine.together import Together

REFUSED, LATE = ConnectionRefusedError(111, "refused"), TimeoutError("timed out")


@pytest.mark.parametrize(("errors", "class_"), [
    ([None, None, None], None), ([None, REFUSED, None], "ConnectionRefusedError"),
    ([LATE, REFUSED, None], "TimeoutError"), ([None, None, LATE], "TimeoutError"),
])
def test_the_ticket_ends_with_the_last_call(
    errors: list[Exception | None], class_: str | None
) -> None:
    ticket = Ticket(c.Stop("it"))
    together = Together(ticket, len(errors))
    for error in errors[:-1]:
        together(error)
        assert not ticket.done
    together(errors[-1])
    assert ticket.outcome is not None
    assert (ticket.outcome.ok, ticket.outcome.error) == (class_ is None, class_)
