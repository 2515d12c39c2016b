"""A session holds endpoints and their record, and leaves nothing behind."""

from __future__ import annotations

import socket
import stat
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from workbench.engine.model import commands as c
from workbench.engine.model.settings import EndpointSettings, GateMode, Role
from workbench.journal.reader import Reader, Row
from workbench.journal.records import new_path
from workbench.session import Session
from workbench.texts import Problem

BOUND = 60.0
SERVER = EndpointSettings("server", Role.LISTENER, address="127.0.0.1:0")
CLIENT = EndpointSettings("client", Role.STREAM, address="@server", timeout=BOUND)


def do(session: Session, *commands: c.Command) -> None:
    for command in commands:
        ticket = session.perform(command)
        assert ticket.wait(BOUND), command
        assert ticket.outcome is not None
        assert ticket.outcome.ok, (command, ticket.outcome)


def rows(path: Path) -> list[Row]:
    reader = Reader(path)
    found = reader.page(1, reader.count())
    reader.close()
    return found


def port_of(address: str) -> int:
    return int(address.rpartition(":")[2])


# -- endpoints --------------------------------------------------------------------------------


def test_endpoints_have_names_in_order(session: Session) -> None:
    session.add(SERVER)
    session.add(CLIENT)
    assert session.endpoints == ("server", "client")
    assert session.settings("client") == CLIENT
    with pytest.raises(Problem, match="server"):
        session.add(SERVER)
    for ask in (session.settings, session.snapshot, session.link):
        with pytest.raises(Problem, match="nobody"):
            ask("nobody")
    with pytest.raises(Problem, match="nobody"):
        session.perform(c.Start("nobody"))


def test_a_removed_endpoint_is_closed_and_its_rows_stay(session: Session) -> None:
    session.add(SERVER)
    do(session, c.Start("server"))
    port = port_of(session.link("server"))
    assert session.remove("server").wait(BOUND)
    assert session.endpoints == ()
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0
    session.add(SERVER)  # the name is free again
    session.close()
    reader = Reader(session.record)
    assert [item.name for item in reader.endpoints()] == ["server", "server"]
    reader.close()


def said(session: Session) -> list[tuple[str | None, str]]:
    """Whose commands and notes are in the record, and what they are."""
    session.journal.flush()
    return [(row.endpoint, row.call) for row in rows(session.record) if row.kind != "call"]


def test_of_what_has_nothing_open_the_record_says_that_it_was_removed_and_no_more(
    session: Session,
) -> None:
    session.add(SERVER)
    session.add(CLIENT)
    do(session, c.Start("server"), c.Stop("server"))
    before = said(session)
    assert session.remove("server").done
    assert session.remove("client").done
    assert said(session)[len(before) :] == [("server", "removed"), ("client", "removed")]
    with pytest.raises(Problem, match="client"):
        session.remove("client")


def test_what_is_open_is_stopped_when_it_is_removed(session: Session) -> None:
    session.add(SERVER)
    do(session, c.Start("server"))
    assert session.remove("server").wait(BOUND)
    assert said(session)[-2:] == [("server", "removed"), ("server", "stop")]
    session.add(SERVER)
    assert not session.open_ones()
    assert session.settings("server") == SERVER


def test_a_removed_endpoint_comes_back_as_the_one_that_it_was(session: Session) -> None:
    session.add(SERVER)
    session.add(CLIENT)
    do(session, c.Start("server"), c.Connect("client"))
    identity = session.identity("client")
    assert session.remove("client").wait(BOUND)
    session.add(CLIENT)
    assert session.identity("client") != identity, "another one of this name"
    session.remove("client")
    session.add(CLIENT, again=identity)
    assert session.identity("client") == identity
    assert session.numbered("client") == 1
    do(session, c.Connect("client"))
    session.add(replace(CLIENT, name="twin"), again=identity)
    assert session.identity("twin") != identity, "it is there already"
    session.close()
    reader = Reader(session.record)
    own = [item.id for item in reader.connections() if item.endpoint == identity.id]
    assert [reader.number_of(number) for number in own] == [1, 2]
    reader.close()


def test_what_is_not_as_it_was_when_it_comes_back_stands_in_the_record(session: Session) -> None:
    """A name, and settings: without a row, what is read from the record would be by those of
    before.
    """
    session.add(SERVER)
    identity = session.identity("server")
    session.remove("server")
    session.add(SERVER)
    session.add(replace(SERVER, name="other", backlog=7), again=identity)
    assert session.settings("other").backlog == 7
    assert said(session)[-3:] == [
        ("other", "put_back"),
        ("other", "renamed"),
        ("other", "configure"),
    ]
    session.remove("other")
    session.add(replace(SERVER, name="other", backlog=7), again=identity)
    assert said(session)[-2:] == [("other", "removed"), ("other", "put_back")]


def test_of_another_session_none_comes_back(session: Session, tmp_path: Path) -> None:
    with Session(tmp_path / "other.swb") as other:
        other.add(SERVER)
        identity = other.identity("server")
    session.add(SERVER)
    session.remove("server")
    session.add(SERVER, again=identity)
    assert session.identity("server").id == 2


def test_an_endpoint_becomes_another_kind_only_while_it_is_closed(session: Session) -> None:
    session.add(SERVER)
    datagram = EndpointSettings("server", Role.DATAGRAM, type="SOCK_DGRAM", address="127.0.0.1:0")
    do(session, c.Configure("server", datagram), c.Start("server"))
    with pytest.raises(Problem):
        session.perform(c.Configure("server", SERVER))
    do(session, c.Stop("server"), c.Configure("server", SERVER), c.Start("server"))
    session.journal.flush()
    binds = [row.seq for row in rows(session.record) if row.call == "bind"]
    assert len(binds) == 2


# -- commands ---------------------------------------------------------------------------------


def test_every_command_is_recorded_and_its_calls_name_it(session: Session) -> None:
    session.add(SERVER)
    session.add(CLIENT)
    do(session, c.Start("server"), c.Connect("client"), c.Mark("here"))
    session.close()
    found = rows(session.record)
    commands = {row.seq: row for row in found if row.kind == "command"}
    assert [row.call for row in commands.values()][:3] == ["start", "connect", "note"]
    bind = next(row for row in found if row.call == "bind")
    assert bind.cause is not None
    assert commands[bind.cause].call == "start"


def test_a_failed_call_fails_the_ticket_and_raises_nothing(session: Session) -> None:
    session.add(SERVER)
    session.add(CLIENT)
    do(session, c.Start("server"))
    address = session.link("server")
    do(session, c.Stop("server"))
    session.add(EndpointSettings("other", Role.STREAM, address=address, timeout=BOUND))
    ticket = session.perform(c.Connect("other"))
    assert ticket.wait(BOUND)
    assert ticket.outcome is not None
    assert ticket.outcome.errno == "ECONNREFUSED"


def test_what_the_program_says_is_a_row(session: Session) -> None:
    session.add(SERVER)
    session.note("hello", "1", "server")
    session.journal.flush()
    last = rows(session.record)[-1]
    assert (last.kind, last.call, last.args, last.endpoint) == ("note", "hello", "1", "server")


# -- links and folders ------------------------------------------------------------------------


def test_a_link_is_where_the_other_listens(session: Session) -> None:
    session.add(SERVER)
    with pytest.raises(Problem, match="no port yet"):
        session.link("server")
    do(session, c.Start("server"))
    assert port_of(session.link("server")) > 0
    session.add(EndpointSettings("fixed", Role.LISTENER, address="127.0.0.1:23333"))
    assert session.link("fixed") == "127.0.0.1:23333"
    session.add(CLIENT)
    with pytest.raises(Problem, match="client"):
        session.link("client")  # its own address is a link: it has none before it connects


def test_temp_names_live_in_a_private_short_folder_that_goes(session: Session) -> None:
    folder = session.temp_dir()
    assert session.temp_dir() == folder
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert len(str(folder)) < 60
    session.add(EndpointSettings("talk", Role.LISTENER, "AF_UNIX", address="temp:talk"))
    do(session, c.Start("talk"))
    assert (folder / "talk").is_socket()
    session.close()
    assert not folder.exists()


def test_records_get_a_name_of_their_own() -> None:
    first = new_path()
    assert first.suffix == ".swb"
    assert stat.S_IMODE(first.parent.stat().st_mode) == 0o700
    with Session() as one, Session() as two:
        assert one.record != two.record
        assert one.record.parent == first.parent


def test_a_record_is_never_overwritten(tmp_path: Path) -> None:
    taken = tmp_path / "r.swb"
    taken.write_text("kept")
    with pytest.raises(Problem, match="overwrit"):
        Session(taken)
    assert taken.read_text() == "kept"


# -- the end ----------------------------------------------------------------------------------


def test_closing_closes_every_socket_and_ends_every_thread(tmp_path: Path) -> None:
    before = set(threading.enumerate())
    with Session(tmp_path / "r.swb") as session:
        session.add(SERVER)
        session.add(CLIENT)
        do(session, c.Start("server"), c.Connect("client", count=5))
        port = port_of(session.link("server"))
    assert set(threading.enumerate()) <= before
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", port)) != 0
    found = rows(session.record)
    calls = [row for row in found if row.kind == "call" and row.result is not None]
    opened = sum(row.call in {"socket", "accept"} for row in calls)
    assert opened >= 6  # how many were accepted in time differs
    assert sum(row.call == "close" for row in calls) == opened
    session.close()  # once more does nothing
    for refused in (lambda: session.add(CLIENT), lambda: session.perform(c.Mark("late"))):
        with pytest.raises(Problem):
            refused()


def test_closing_does_not_wait_for_what_waits_for_ever(tmp_path: Path) -> None:
    with Session(tmp_path / "r.swb") as session:
        session.add(SERVER)
        session.add(
            EndpointSettings("client", Role.STREAM, address="@server", receive=GateMode.PAUSED)
        )
        do(session, c.Start("server"), c.Connect("client"))
        waits = session.perform(c.Recv("client", 10))
    assert waits.done  # b"" where the server was closed first, else given up


def test_a_start_that_is_still_pending_is_stopped(tmp_path: Path) -> None:
    for number in range(30):
        with Session(tmp_path / f"{number}.swb") as session:
            session.add(SERVER)
            session.perform(c.Start("server"))
            session.stop_all_and_wait(BOUND)
            assert session.settle(BOUND)
        found = [row.call for row in rows(session.record) if row.kind == "call"]
        assert found.count("socket") == found.count("close"), found


def test_an_endpoint_that_is_about_to_open_stays_what_it_is(tmp_path: Path) -> None:
    """Else its socket would belong to nobody."""
    for number in range(30):
        with Session(tmp_path / f"{number}.swb") as session:
            session.add(SERVER)
            session.perform(c.Start("server"))
            with pytest.raises(Problem):
                session.perform(
                    c.Configure(
                        "server",
                        EndpointSettings(
                            "server", Role.DATAGRAM, type="SOCK_DGRAM", address="127.0.0.1:0"
                        ),
                    )
                )
            session.stop_all_and_wait(BOUND)
        found = [row.call for row in rows(session.record) if row.kind == "call"]
        assert found.count("socket") == found.count("close") == 1, found


def test_nothing_is_stopped_that_has_nothing_open(session: Session) -> None:
    session.add(SERVER)
    session.stop_all_and_wait()
    do(session, c.Start("server"), c.Stop("server"))
    session.stop_all_and_wait()
    session.journal.flush()
    assert [row.call for row in rows(session.record) if row.kind == "command"] == ["start", "stop"]


def test_all_endpoints_are_stopped_and_can_begin_again(session: Session) -> None:
    session.add(SERVER)
    session.add(CLIENT)
    for _ in range(2):
        do(session, c.Start("server"), c.Connect("client"))
        assert all(ticket.wait(BOUND) for ticket in session.stop_all())
        assert session.settle(BOUND)


def test_who_reads_the_record_is_told_before_it_closes(tmp_path: Path) -> None:
    session = Session(tmp_path / "r.swb")
    told: list[str] = []
    session.before_close(lambda: told.append("one"))
    end = session.before_close(lambda: told.append("two"))
    end()
    end()
    session.close()
    assert told == ["one"]


def test_beyond_loopback_is_asked_for(tmp_path: Path) -> None:
    everywhere = EndpointSettings("server", Role.LISTENER, address="0.0.0.0:0")
    with Session(tmp_path / "r.swb") as session:
        session.add(everywhere)
        ticket = session.perform(c.Start("server"))
        assert ticket.wait(BOUND)
        assert ticket.outcome is not None
        assert ticket.outcome.problem is not None
        assert "--beyond-loopback" in ticket.outcome.problem.text
    assert "socket" not in [row.call for row in rows(session.record)]


def test_an_endpoint_has_another_name_from_now_on_open_or_not(session: Session) -> None:
    session.add(SERVER)
    session.add(CLIENT)
    do(session, c.Start("server"))
    with pytest.raises(Problem, match="client"):
        session.rename("server", "client")
    session.rename("server", "gateway")
    assert session.endpoints == ("gateway", "client")
    assert session.settings("gateway").name == "gateway"
    with pytest.raises(Problem, match="server"):
        session.settings("server")
    # settings that were made before do not give it the old name again
    do(session, c.Configure("gateway", replace(SERVER, backlog=7)))
    assert session.snapshot_now("gateway", BOUND).name == "gateway"
    do(session, c.Stop("gateway"))
    do(session, c.Start("gateway"))
    session.journal.flush()
    found = [(row.call, row.endpoint) for row in rows(session.record) if row.call == "bind"]
    assert found == [("bind", "gateway"), ("bind", "gateway")]
    assert {row.endpoint for row in rows(session.record)} == {"gateway", None}


def test_a_client_follows_its_server_to_another_name(session: Session) -> None:
    session.add(SERVER)
    session.add(CLIENT)
    do(session, c.Start("server"))
    do(session, c.Connect("client"))
    session.rename("server", "gateway")
    do(session, c.Stop("client"))
    assert session.settings("client").address == "@gateway"
    do(session, c.Connect("client"))


def test_endpoints_may_come_while_another_thread_asks_which_are_open(session: Session) -> None:
    """A scenario adds its own while the window looks at all of them."""
    ended = threading.Event()
    found: list[BaseException] = []

    def ask() -> None:
        try:
            while not ended.is_set():
                session.open_ones()
        except BaseException as error:
            found.append(error)

    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    asking = threading.Thread(target=ask)
    asking.start()
    try:
        for number in range(300):
            session.add(EndpointSettings(f"e{number}", Role.LISTENER, address="127.0.0.1:0"))
    finally:
        sys.setswitchinterval(before)
        ended.set()
        asking.join()
    assert found == []
