"""A name with several addresses: each is tried, each connect is a row, the sentence names all."""

from __future__ import annotations

import select
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from tests.engine.conftest import HANG, Do, Rows, Until, why
from tests.resolver import lead
from tests.snapshots import fresh
from workbench.engine.model import commands as c
from workbench.engine.model.settings import EndpointSettings, GateMode, Pace, Role
from workbench.engine.model.snapshot import ChipState, EndpointSnapshot, Phase
from workbench.scenario.outcome import failure_text
from workbench.session import Session

FIRST, SECOND, THIRD = "127.0.0.2", "127.0.0.3", "127.0.0.4"
SECOND_TRY = ["socket", "connect", "close", "socket", "connect"]
"""Calls of a client whose first address refuses."""


@pytest.fixture(autouse=True)
def _names(monkeypatch: pytest.MonkeyPatch) -> None:
    """`many` has three addresses, `twice` one that the resolver names twice, `both` one of each
    family, `else` is elsewhere.

    203.0.113.7 is kept for documentation (RFC 5737): no machine has it.
    """
    known = {
        "many": (FIRST, SECOND, THIRD), "twice": (FIRST, FIRST), "both": ("::1", FIRST),
        "else": ("203.0.113.7", SECOND),
    }  # fmt: skip
    lead(monkeypatch, known)


@pytest.fixture
def port() -> Iterator[int]:
    """A port where nobody listens, at any of the addresses."""
    with socket.socket() as holder:
        holder.bind(("0.0.0.0", 0))
        yield holder.getsockname()[1]


@pytest.fixture
def silent() -> Iterator[int]:
    """The port of a listener at the first address whose queue is full: it says nothing."""
    if sys.platform != "linux":
        pytest.skip("elsewhere a full queue answers, or is longer")
    with socket.socket() as full, socket.socket() as one:
        full.bind((FIRST, 0))
        full.listen(0)
        one.connect(full.getsockname())
        assert select.select([full], [], [], HANG)[0]  # now it is in the queue
        yield full.getsockname()[1]


def serve(session: Session, do: Do, where: str, **more: object) -> int:
    """A server at one of the addresses; its port."""
    session.add(EndpointSettings("server", Role.LISTENER, address=f"{where}:0", **more))  # type: ignore[arg-type]
    assert do(c.Start("server")).ok
    return int(session.link("server").rpartition(":")[2])


def client(session: Session, name: str, port: int, **more: object) -> None:
    values: dict[str, object] = {"timeout": 5.0, **more}
    session.add(EndpointSettings("client", Role.STREAM, address=f"{name}:{port}", **values))  # type: ignore[arg-type]


def picture(session: Session, shows: Callable[[EndpointSnapshot], bool]) -> None:
    """Wait for a picture of the client that shows this: they are drawn now and then."""
    limit = time.monotonic() + HANG
    while not shows(fresh(session, "client")):
        assert time.monotonic() < limit, fresh(session, "client")
        _turn(session)


def _turn(session: Session) -> None:
    """Wait until the client's thread has come round."""
    done = threading.Event()
    session.look("client", None, lambda _reading: done.set())
    assert done.wait(HANG)


def tried(rows: Rows) -> list[str]:
    """The addresses of the client's connect calls, in order."""
    return [row.args.split("'")[1] for row in rows("client") if row.call == "connect"]


def test_the_next_address_is_tried_with_a_new_socket(session: Session, do: Do, rows: Rows) -> None:
    client(session, "many", serve(session, do, SECOND))
    assert do(c.Connect("client")).ok
    assert [row.call for row in rows("client")] == SECOND_TRY
    assert tried(rows) == [FIRST, SECOND]
    refused = [row for row in rows("client", "end") if row.call == "connect"]
    assert [(row.errno, row.connection) for row in refused] == [
        ("ECONNREFUSED", rows("client")[0].connection),
        (None, rows("client")[3].connection),
    ]
    assert [row.args for row in rows("client", "note") if row.call == "several_addresses"]
    whole = [row.call for row in rows("client", None) if row.connection == refused[0].connection]
    assert whole[-3:] == ["connect", "next_address", "close"]  # said before its socket goes
    picture(session, lambda shown: shown.phase is Phase.OPEN)


def test_the_sentence_names_every_address_and_its_error(
    session: Session,
    do: Do,
    rows: Rows,
    port: int,
) -> None:
    client(session, "many", port)
    outcome = do(c.Connect("client"))
    assert (outcome.ok, outcome.errno) == (False, "ECONNREFUSED")
    text = failure_text(outcome).text
    assert f"3 addresses of many:{port}" in text
    for each in (FIRST, SECOND, THIRD):
        assert f"{each}:{port} ECONNREFUSED" in text
    (note,) = [row for row in rows("client", "note") if row.call == "none_answered"]
    assert f"{THIRD}:{port} ECONNREFUSED" in note.args
    picture(session, lambda shown: shown.phase is Phase.FAILED)


def test_an_address_named_twice_is_tried_once(
    session: Session, do: Do, rows: Rows, port: int
) -> None:
    client(session, "twice", port)
    outcome = do(c.Connect("client"))
    assert outcome.tried is None
    assert tried(rows) == [FIRST]


def test_each_of_many_sockets_tries_them_all(session: Session, do: Do, rows: Rows) -> None:
    client(session, "many", serve(session, do, THIRD), count=3)
    assert do(c.Connect("client")).ok
    assert sorted(tried(rows)) == sorted([FIRST, SECOND, THIRD] * 3)
    picture(session, lambda shown: (shown.open_count, shown.closed_count) == (3, 6))


def test_the_socket_that_start_made_is_the_first(session: Session, do: Do, rows: Rows) -> None:
    client(session, "many", serve(session, do, SECOND))
    assert do(c.Start("client")).ok
    assert do(c.Connect("client")).ok
    assert [row.call for row in rows("client")] == SECOND_TRY


def test_every_connect_has_the_whole_timeout(
    session: Session,
    do: Do,
    rows: Rows,
    silent: int,
) -> None:
    session.add(EndpointSettings("server", Role.LISTENER, address=f"{SECOND}:{silent}"))
    assert do(c.Start("server")).ok
    client(session, "many", silent, timeout=0.2)
    assert do(c.Connect("client")).ok
    ends = [row for row in rows("client", "end") if row.call == "connect"]
    assert [row.error for row in ends] == ["TimeoutError", None]


@pytest.mark.parametrize(
    "command",
    [c.Stop("client"), c.Abort("client"), c.Close("client"), c.Close("client", 1)],
    ids=str,
)
def test_what_ends_a_pending_connect_ends_the_trying(
    session: Session,
    do: Do,
    rows: Rows,
    until: Until,
    silent: int,
    command: c.Command,
) -> None:
    client(session, "many", silent, timeout=None)
    pending = session.perform(c.Connect("client"))
    until("client", call="connect", errno="EINPROGRESS")
    assert do(command).ok
    assert pending.wait(60)
    assert pending.outcome is not None
    assert pending.outcome.problem is not None
    assert session.settle()
    assert tried(rows) == [FIRST]
    picture(session, lambda shown: shown.phase is Phase.CLOSED)


def test_a_timeout_of_zero_waits_for_none(
    session: Session, do: Do, rows: Rows, until: Until
) -> None:
    client(session, "many", serve(session, do, FIRST), timeout=0.0)
    outcome = do(c.Connect("client"))
    assert (outcome.errno, outcome.tried) == ("EINPROGRESS", None)
    until("client", call="connect", kind="end", errno=None)
    assert tried(rows) == [FIRST]
    picture(session, lambda shown: shown.phase is Phase.OPEN)
    assert do(c.Send("client", text="a")).ok


def test_call_by_call_each_socket_and_connect_is_a_step(
    session: Session,
    do: Do,
    rows: Rows,
    until: Until,
) -> None:
    client(session, "many", serve(session, do, SECOND), calls=Pace.STEP)
    connecting = session.perform(c.Connect("client"))
    until("client", call="several_addresses")
    step = c.Step("client", c.Gate.CALLS)
    assert do(step).ok
    assert do(step).ok
    until("client", call="close")
    assert [row.call for row in rows("client")] == ["socket", "connect", "close"]
    assert not connecting.done
    assert do(step).ok
    assert do(step).ok
    assert connecting.wait(60)
    assert tried(rows) == [FIRST, SECOND]


def test_the_strip_keeps_the_address_that_failed(session: Session, do: Do) -> None:
    client(session, "many", serve(session, do, SECOND))
    assert do(c.Connect("client")).ok
    picture(
        session,
        lambda shown: (
            [chip.call for chip in shown.strip]
            == ["getaddrinfo", "socket", "connect", "socket", "connect"]
        ),
    )
    assert fresh(session, "client").strip[0].state is ChipState.DONE


def test_a_connect_ends_with_the_socket_it_was_to_use(
    session: Session, do: Do, until: Until
) -> None:
    """Closed between socket() and connect(): nothing is left that could end it later."""
    client(session, "localhost", 1, calls=Pace.STEP)
    connecting = session.perform(c.Connect("client"))
    until("client", call="getaddrinfo")
    assert do(c.Step("client", c.Gate.CALLS)).ok
    assert do(c.Abort("client")).ok
    assert connecting.wait(60)
    assert why(connecting.outcome) == "engine.closed_meanwhile"
    assert why(do(c.Step("client", c.Gate.CALLS))) == "engine.nothing_planned"


def test_a_name_is_bound_at_its_first_address_that_is_ours(
    session: Session,
    do: Do,
    rows: Rows,
) -> None:
    session.beyond_loopback = True
    session.add(EndpointSettings("server", Role.LISTENER, address="else:0"))
    assert do(c.Start("server")).ok
    binds = [(row.args.split("'")[1], row.errno) for row in rows("server") if row.call == "bind"]
    assert binds == [("203.0.113.7", "EADDRNOTAVAIL"), (SECOND, None)]


def test_of_a_name_only_what_stays_on_this_machine_is_bound(
    session: Session,
    do: Do,
    rows: Rows,
) -> None:
    session.add(EndpointSettings("server", Role.LISTENER, address="else:0"))
    assert do(c.Start("server")).ok
    assert [row.args for row in rows("server") if row.call == "bind"] == [f"('{SECOND}', 0)"]


def test_an_address_in_use_is_not_passed_over(session: Session, do: Do, port: int) -> None:
    session.add(EndpointSettings("server", Role.LISTENER, address=f"many:{port}"))
    assert do(c.Start("server")).errno == "EADDRINUSE"


def test_a_datagram_socket_takes_the_first_address_with_a_way(
    session: Session,
    do: Do,
    rows: Rows,
) -> None:
    session.add(EndpointSettings("client", Role.DATAGRAM, type="SOCK_DGRAM", address="many:9"))
    assert do(c.Connect("client")).ok
    assert tried(rows) == [FIRST]


def test_a_client_binds_before_every_try(session: Session, do: Do, rows: Rows) -> None:
    client(session, "many", serve(session, do, SECOND, accept=GateMode.PAUSED), bind="127.0.0.1:0")
    assert do(c.Connect("client")).ok
    assert [row.call for row in rows("client")] == [
        "socket",
        "bind",
        "connect",
        "close",
        "socket",
        "bind",
        "connect",
    ]


def test_either_family_makes_each_socket_for_its_address(
    session: Session,
    do: Do,
    rows: Rows,
) -> None:
    client(session, "both", serve(session, do, FIRST), family="AF_UNSPEC")
    assert do(c.Connect("client")).ok
    made = [row.args for row in rows("client") if row.call == "socket"]
    assert made == ["AF_INET6, SOCK_STREAM", "AF_INET, SOCK_STREAM"]
    assert tried(rows) == ["::1", FIRST]


def test_a_family_takes_only_its_addresses_of_a_name(session: Session, do: Do, rows: Rows) -> None:
    client(session, "both", serve(session, do, FIRST))
    assert do(c.Connect("client")).ok
    assert tried(rows) == [FIRST]


def test_the_sentence_spells_addresses_of_both_families(
    session: Session,
    do: Do,
    port: int,
) -> None:
    client(session, "both", port, family="AF_UNSPEC")
    tried_all = do(c.Connect("client")).tried
    assert tried_all is not None
    assert [address for address, _ in tried_all.failures] == [f"[::1]:{port}", f"{FIRST}:{port}"]


@pytest.mark.parametrize("command", [c.Start("client"), c.Call("client", "socket")], ids=str)
def test_a_socket_without_an_address_needs_a_family(
    session: Session,
    do: Do,
    command: c.Command,
) -> None:
    client(session, "both", 1, family="AF_UNSPEC")
    assert why(do(command)) == "engine.family_needed"


@pytest.mark.parametrize("role", [Role.LISTENER, Role.DATAGRAM])
def test_only_a_client_may_leave_the_family_open(session: Session, do: Do, role: Role) -> None:
    session.add(EndpointSettings("server", role, "AF_UNSPEC", address="127.0.0.1:0"))
    assert why(do(c.Start("server"))) == "engine.family_needed"


def test_literal_addresses_of_either_family_tell_it(session: Session, do: Do, rows: Rows) -> None:
    where = serve(session, do, FIRST)
    client(session, FIRST, where, family="AF_UNSPEC")
    assert do(c.Connect("client")).ok
    session.add(EndpointSettings("six", Role.STREAM, "AF_UNSPEC", address="[::1]:1"))
    do(c.Connect("six"))
    made = [row.args for row in rows(None) if row.call == "socket" and row.endpoint != "server"]
    assert made == ["AF_INET, SOCK_STREAM", "AF_INET6, SOCK_STREAM"]
