"""The fold: rows of the record become clients, in whatever order two threads wrote them."""

from __future__ import annotations

from typing import Any

import pytest

from workbench.engine.model.kernel_reading import Reading
from workbench.journal.reader import Row
from workbench.labs.backlog_clients import Clients
from workbench.labs.backlog_data import ClientState, EndedBy

S = ClientState
HERE = "127.0.0.1:40000"


def row(call: str, endpoint: str = "client", **more: Any) -> Row:
    values: dict[str, Any] = dict.fromkeys(Row._fields)
    values.update(
        seq=1,
        t_ns=1_000_000_000,
        duration_ns=0,
        kind="call",
        endpoint=endpoint,
        connection=2,
        call=call,
        args="",
    )
    values.update(more)
    return Row(**values)


def failed(call: str, errno: str | None, error: str = "OSError", **more: Any) -> Row:
    return row(call, errno=errno, error=error, **more)


@pytest.fixture
def clients() -> Clients:
    made = Clients("client", "server")
    made.take(row("socket", result=5))
    return made


def under_way(clients: Clients) -> None:
    clients.take(failed("connect", "EINPROGRESS", "BlockingIOError", local=HERE))


def test_a_connect_under_way_is_silent(clients: Clients) -> None:
    under_way(clients)
    (view,) = clients.views
    assert (view.state, view.syns, view.local, view.port) == (S.SILENT, (1.0,), HERE, 40000)
    assert clients.silent() == [2]


@pytest.mark.parametrize(
    ("errno", "error", "state", "by"),
    [(None, "TimeoutError", S.TIMED_OUT, EndedBy.OURS),
     ("ETIMEDOUT", "TimeoutError", S.TIMED_OUT, EndedBy.KERNEL),
     ("ECONNREFUSED", "ConnectionRefusedError", S.REFUSED, None),
     ("ECONNRESET", "ConnectionResetError", S.RESET, None),
     ("EAGAIN", "BlockingIOError", S.AGAIN, None),
     ("ENETUNREACH", "OSError", S.ERROR, None)],
)  # fmt: skip
def test_how_a_connect_ends(
    clients: Clients, errno: str | None, error: str, state: ClientState, by: EndedBy | None
) -> None:
    under_way(clients)
    clients.take(failed("connect", errno, error, kind="end", t_ns=3_000_000_000))
    (view,) = clients.views
    assert (view.state, view.ended_by, view.errno, view.ended) == (state, by, errno, 3.0)
    assert clients.silent() == []


def test_in_the_queue_then_accepted(clients: Clients) -> None:
    under_way(clients)
    clients.take(row("connect", kind="end", result=0, duration_ns=5_000, local=HERE))
    assert clients.views[0].state is S.QUEUED
    assert clients.views[0].connect_seconds == 5e-6
    clients.take(row("accept", "server", connection=1, result=7, peer=HERE, t_ns=2_000_000_000))
    assert clients.views[0].state is S.ACCEPTED
    assert clients.views[0].accepted == 2.0


def test_the_accept_may_be_recorded_first(clients: Clients) -> None:
    clients.take(row("accept", "server", connection=1, result=7, peer=HERE, t_ns=900_000_000))
    assert clients.views[0].state is S.SILENT
    clients.take(row("connect", result=0, local=HERE))
    assert clients.views[0].state is S.ACCEPTED
    assert clients.views[0].accepted == 0.9


def test_the_accept_may_come_between_name_and_end(clients: Clients) -> None:
    under_way(clients)
    clients.take(row("accept", "server", connection=1, result=7, peer=HERE))
    assert clients.views[0].state is S.SILENT  # connect() has not told its outcome yet
    clients.take(row("connect", kind="end", result=0, local=HERE))
    assert clients.views[0].state is S.ACCEPTED


def test_reset_while_it_waited(clients: Clients) -> None:
    clients.take(row("connect", result=0, local=HERE))
    clients.take(failed("recv", "ECONNRESET", "ConnectionResetError"))
    assert clients.views[0].state is S.RESET
    assert clients.views[0].connected is not None


def test_a_socket_that_cannot_be_made_is_an_error() -> None:
    clients = Clients("client", "server")
    clients.take(failed("socket", "EMFILE", connection=None))
    (view,) = clients.views
    assert (view.state, view.errno) == (S.ERROR, "EMFILE")


def test_a_refused_accept_and_strangers_change_nothing(clients: Clients) -> None:
    clients.take(failed("accept", "EMFILE", endpoint="server", connection=1))
    clients.take(row("accept", "server", connection=1, result=7, peer="127.0.0.1:9"))
    clients.take(row("connect", "somebody", result=0))
    clients.take(row("call", kind="command", connection=None))
    assert clients.views[0].state is S.SILENT
    assert clients.accepted == 1


def test_repeats_come_from_readings_only(clients: Clients) -> None:
    under_way(clients)
    clients.read(2, Reading(state="SYN_SENT", retransmits=0), 1_500_000_000)
    assert clients.views[0].syns == (1.0,)
    clients.read(2, Reading(state="SYN_SENT", retransmits=2), 3_000_000_000)
    clients.read(2, Reading(state="SYN_SENT", retransmits=2), 4_000_000_000)
    assert clients.views[0].syns == (1.0, 3.0, 3.0)
    assert clients.views[0].repeats == 2
    clients.read(99, Reading(state="SYN_SENT", retransmits=9), 5_000_000_000)
    assert len(clients.views) == 1


def test_no_syn_is_said_to_have_gone_out_after_the_answer(clients: Clients) -> None:
    """A reading may be quicker than the row that says when connect() came back."""
    under_way(clients)
    clients.read(2, Reading(state="ESTABLISHED", total_retrans=1), 3_500_000_000)
    clients.take(row("connect", kind="end", result=0, t_ns=3_000_000_000, local=HERE))
    view = clients.views[0]
    assert view.connected is not None
    assert len(view.syns) == 2
    assert view.syns[-1] <= view.connected < 3.5
