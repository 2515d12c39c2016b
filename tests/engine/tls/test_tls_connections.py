"""TLS on real sockets, both ends ours: tickets, ends, STARTTLS, long sends."""

from __future__ import annotations

import socket
import ssl
import threading
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from tests.engine.conftest import Do, Rows, Until
from tests.snapshots import fresh
from workbench.certificates import resolve
from workbench.engine.model import commands as c
from workbench.engine.model.family import TCP
from workbench.engine.model.message_ends import Delimiter
from workbench.engine.model.responders.echo import Echo
from workbench.engine.model.responders.greet import Greet
from workbench.engine.model.responders.nothing import Nothing
from workbench.engine.model.responders.reply import Then
from workbench.engine.model.responders.rule import Match, Rule
from workbench.engine.model.responders.rules import Rules
from workbench.engine.model.settings import EndpointSettings, Role
from workbench.engine.model.ticket import Outcome
from workbench.engine.model.tls_settings import AskClient, TlsSettings
from workbench.explain.explain import what_failed
from workbench.scenario.outcome import failure_text
from workbench.session import Session
from workbench.viewmodel.command_outcome import failure_sentence

BOUND = 60.0
"""Only catches a hang."""
TLS = ("tls",)
MUCH = 32 << 20
"""Bytes: more than two kernels take of a peer that does not read (tcp(7), tcp_wmem, tcp_rmem)."""


def serve(session: Session, do: Do, tls: TlsSettings | None = None, **more: Any) -> None:
    values: dict[str, Any] = {"responder": Echo(), "layers": TLS} | more
    session.add(
        EndpointSettings(
            "server",
            Role.LISTENER,
            address="127.0.0.1:0",
            tls=tls or TlsSettings(cert="test:good"),
            **values,
        )
    )
    assert do(c.Start("server")).ok


def client(session: Session, tls: TlsSettings | None = None, **more: Any) -> None:
    session.add(
        EndpointSettings(
            "client",
            Role.STREAM,
            timeout=BOUND,
            tls=tls or TlsSettings(ca="test:root"),
            **({"address": "@server", "layers": TLS} | more),
        )
    )


def port(session: Session) -> int:
    return int((fresh(session, "server").local or "").rpartition(":")[2])


def believing() -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(resolve.trusted_file("test:root")))


def showing(cert: str = "test:good") -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with resolve.to_show(cert) as found:
        made.load_cert_chain(found.chain, found.key)
    return made


def test_connect_ends_with_the_handshake_and_an_echo_comes_back(
    session: Session, do: Do, until: Until
) -> None:
    serve(session, do)
    client(session)
    assert do(c.Connect("client")).ok
    assert do(c.Send("client", text="hello")).ok
    assert until("client", call="tls.recv", args="'data'").payload == b"hello"
    assert do(c.CloseTls("client")).ok
    until("client", call="tls.end", args="'close_notify'")
    until("server", call="close")


@pytest.mark.parametrize(
    ("cert", "verify"), [("test:expired", 10), ("test:wronghost", 62), ("test:untrusted", 20)]
)
def test_ticket_row_and_connection_say_the_same(
    session: Session, do: Do, until: Until, cert: str, verify: int
) -> None:
    serve(session, do, TlsSettings(cert=cert))
    client(session)
    outcome = do(c.Connect("client"))
    assert outcome.error == "CERTIFICATE_VERIFY_FAILED"
    row = until("client", call="tls.handshake")
    assert row.errno == outcome.error
    assert what_failed(row) in failure_text(outcome).text
    assert what_failed(row) in failure_sentence(outcome, "connect", TCP).show()
    assert f"verify={verify}" in row.args
    until("client", call="close")
    assert fresh(session, "client").connections[-1].errno == outcome.error
    until("server", call="tls.handshake", errno=until("server", call="tls.handshake").errno)


def test_one_whose_handshake_failed_is_in_nobodys_way_until_its_peer_closes(
    session: Session, do: Do
) -> None:
    """It waits for the peer's FIN, so that close() does not reset its last words."""
    context = showing("test:untrusted")
    held: list[ssl.SSLSocket] = []

    def shake_hands() -> None:
        for _ in range(2):
            accepted, _peer = listener.accept()
            held.append(context.wrap_socket(accepted, True, do_handshake_on_connect=False))
            with suppress(ssl.SSLError):
                held[-1].do_handshake()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        peer = threading.Thread(target=shake_hands)
        peer.start()
        client(session, address=f"127.0.0.1:{listener.getsockname()[1]}")
        for _ in range(2):
            assert do(c.Connect("client")).error == "CERTIFICATE_VERIFY_FAILED"
        peer.join(BOUND)
    for each in held:
        each.close()


def test_a_certificate_that_cannot_be_loaded_stops_the_start(session: Session, do: Do) -> None:
    session.add(EndpointSettings("server", Role.LISTENER, address="127.0.0.1:0", layers=TLS))
    outcome = do(c.Start("server"))
    assert outcome.problem is not None
    assert outcome.problem.key == "engine.tls_no_cert"


def test_the_chain_is_kept_whole_however_little_is_kept(tmp_path: Path) -> None:
    with Session(tmp_path / "small.swb", capture=16) as session:

        def do(command: c.Command) -> Outcome:
            ticket = session.perform(command)
            assert ticket.wait(BOUND)
            assert ticket.outcome is not None
            return ticket.outcome

        serve(session, do, TlsSettings(cert="test:chained"))
        client(session)
        assert do(c.Connect("client")).ok
        session.journal.flush()
        reader = session.journal.reader()
        try:
            found = [row for row in reader.page(1, 10_000) if row.args == "'certificate'"]
        finally:
            reader.close()
        assert found
        assert all(len(row.payload or b"") == row.size for row in found)
        assert (found[0].size or 0) > 1000


def test_a_server_says_the_end_before_it_closes(session: Session, do: Do, until: Until) -> None:
    serve(session, do, responder=Greet("bye", then=Then.CLOSE))
    with (
        socket.create_connection(("127.0.0.1", port(session)), timeout=BOUND) as plain,
        believing().wrap_socket(
            plain, server_hostname="localhost", suppress_ragged_eofs=False
        ) as secure,
    ):
        assert secure.recv(100) == b"bye"
        assert secure.recv(100) == b""  # said, not cut


def test_the_kernels_close_cuts(session: Session, do: Do, until: Until) -> None:
    serve(session, do, responder=Nothing())
    client(session)
    assert do(c.Connect("client")).ok
    until("server", call="tls.handshake")
    assert do(c.Close("server", connection=1)).ok
    row = until("client", call="tls.end")
    assert (row.args, row.errno) == ("'truncated'", "UNEXPECTED_EOF_WHILE_READING")


def test_what_is_sent_after_the_end_is_refused(session: Session, do: Do) -> None:
    serve(session, do)
    client(session)
    assert do(c.Connect("client")).ok
    assert do(c.CloseTls("client")).ok
    outcome = do(c.Send("client", text="more"))
    assert not outcome.ok


def test_a_client_without_certificate_is_told_when_it_reads(
    session: Session, do: Do, until: Until
) -> None:
    serve(session, do, TlsSettings("test:good", ca="test:root", ask_client=AskClient.REQUIRED))
    client(session)
    assert do(c.Connect("client")).ok
    row = until("client", call="tls.end")
    assert row.errno == "TLSV13_ALERT_CERTIFICATE_REQUIRED"


def test_messages_in_tls_have_their_own_bytes(session: Session, do: Do, until: Until) -> None:
    serve(session, do, messages=Delimiter("\n"))
    client(session, messages=Delimiter("\n"))
    assert do(c.Connect("client")).ok
    assert do(c.Send("client", text="one\ntwo\n")).ok
    assert until("server", call="messages.recv", payload=b"one")
    assert until("client", call="messages.recv", payload=b"two")


# -- STARTTLS ---------------------------------------------------------------------------------

STARTTLS = Rules(
    (
        Rule(Match.EXACT, "STARTTLS\r\n", "220 go ahead\r\n", then=Then.TLS),
        Rule(Match.CONTAINS, "EHLO", "250 secure\r\n"),
    )
)


def test_a_rule_starts_tls_once_its_reply_has_left_in_the_clear(
    session: Session, do: Do, until: Until
) -> None:
    serve(session, do, layers=(), responder=STARTTLS)
    with socket.create_connection(("127.0.0.1", port(session)), timeout=BOUND) as plain:
        plain.sendall(b"STARTTLS\r\n")
        assert plain.recv(100) == b"220 go ahead\r\n"
        with believing().wrap_socket(plain, server_hostname="localhost") as secure:
            secure.sendall(b"EHLO me\r\n")
            assert secure.recv(100) == b"250 secure\r\n"
    assert until("server", call="tls.handshake").errno is None


def test_a_greeting_starts_tls_though_nothing_answers_after_it(
    session: Session, do: Do, until: Until
) -> None:
    serve(session, do, layers=(), responder=Greet("220 hello\r\n", then=Then.TLS))
    with socket.create_connection(("127.0.0.1", port(session)), timeout=BOUND) as plain:
        assert plain.recv(100) == b"220 hello\r\n"
        with believing().wrap_socket(plain, server_hostname="localhost") as secure:
            secure.sendall(b"EHLO me\r\n")
            came = until("server", call="tls.recv", args="'data'")
    assert came.payload == b"EHLO me\r\n"


def test_a_delayed_reply_starts_tls_though_nothing_answers_any_more(
    session: Session, do: Do, until: Until
) -> None:
    late = Rules((Rule(Match.EXACT, "STARTTLS\r\n", "220\r\n", delay=0.2, then=Then.TLS),))
    serve(session, do, layers=(), responder=late)
    with socket.create_connection(("127.0.0.1", port(session)), timeout=BOUND) as plain:
        plain.sendall(b"STARTTLS\r\n")
        until("server", call="recv", payload=b"STARTTLS\r\n")
        assert do(c.Respond("server", Nothing(), connection=1)).ok
        assert plain.recv(100) == b"220\r\n"
        with believing().wrap_socket(plain, server_hostname="localhost"):
            assert until("server", call="tls.handshake").errno is None


def test_a_client_starts_tls_when_it_is_asked_to(session: Session, do: Do, until: Until) -> None:
    serve(session, do, layers=(), responder=STARTTLS)
    client(session, layers=())
    assert do(c.Connect("client")).ok
    assert do(c.Send("client", text="STARTTLS\r\n")).ok
    until("client", call="recv", payload=b"220 go ahead\r\n")
    assert do(c.StartLayer("client")).ok
    assert do(c.Send("client", text="EHLO me\r\n")).ok
    assert until("client", call="tls.recv", args="'data'").payload == b"250 secure\r\n"
    again = do(c.StartLayer("client"))
    assert again.problem is not None
    assert again.problem.key == "engine.layer_there"


def test_a_layer_that_fails_fails_the_command(session: Session, do: Do, until: Until) -> None:
    serve(session, do, layers=(), responder=STARTTLS)
    client(session, TlsSettings(ca="test:root", server_name="other.example"), layers=())
    assert do(c.Connect("client")).ok
    assert do(c.Send("client", text="STARTTLS\r\n")).ok
    until("client", call="recv", payload=b"220 go ahead\r\n")
    assert do(c.StartLayer("client")).error == "CERTIFICATE_VERIFY_FAILED"


def test_both_ends_of_ours_by_command(session: Session, do: Do, until: Until) -> None:
    serve(session, do, layers=(), responder=Echo())
    client(session, layers=())
    assert do(c.Connect("client")).ok
    until("server", call="accept")
    serving = session.perform(c.StartLayer("server", connection=1))
    assert do(c.GetOption("server", "SO_ERROR", connection=1)).ok  # its thread has come to it
    assert do(c.StartLayer("client")).ok
    assert serving.wait(BOUND)
    assert serving.outcome is not None
    assert serving.outcome.ok
    assert do(c.Send("client", text="hello")).ok
    assert until("client", call="tls.recv", args="'data'").payload == b"hello"


@pytest.mark.parametrize("rest", [b"EHLO evil\r\n", b"EHLO ev"])
def test_what_came_before_the_layer_is_a_fault_and_no_input(
    session: Session, do: Do, until: Until, rows: Rows, rest: bytes
) -> None:
    """STARTTLS injection, CVE-2011-0411."""
    rules = Rules((Rule(Match.EXACT, "STARTTLS", "220\r\n", then=Then.TLS), Rule(reply="250\r\n")))
    serve(session, do, layers=(), responder=rules, messages=Delimiter("\r\n"))
    with socket.create_connection(("127.0.0.1", port(session)), timeout=BOUND) as plain:
        plain.sendall(b"STARTTLS\r\n" + rest)
        assert plain.recv(100) == b"220\r\n"
        assert plain.recv(100) == b""
    assert until("server", call="tls.fault").errno == "BYTES_BEFORE_LAYER"
    assert fresh(session, "server").connections[-1].errno == "BYTES_BEFORE_LAYER"


def test_a_command_before_which_bytes_came_is_refused(
    session: Session, do: Do, until: Until
) -> None:
    serve(session, do, layers=(), responder=Nothing(), messages=Delimiter("\n"))
    with socket.create_connection(("127.0.0.1", port(session)), timeout=BOUND) as plain:
        plain.sendall(b"half")
        until("server", call="recv", payload=b"half")
        outcome = do(c.StartLayer("server", connection=1))
        assert outcome.problem is not None
        assert outcome.problem.key == "engine.bytes_before_layer"


# -- what is long -----------------------------------------------------------------------------


def test_a_long_file_goes_through_in_pieces_and_what_was_asked_behind_it_comes_behind_it(
    session: Session, do: Do, tmp_path: Path, rows: Rows
) -> None:
    size = 20 << 20
    path = tmp_path / "big"
    path.write_bytes(b"a" * size)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        client(session, address=f"127.0.0.1:{listener.getsockname()[1]}")
        connecting = session.perform(c.Connect("client"))
        accepted, _ = listener.accept()
        with showing().wrap_socket(accepted, server_side=True) as secure:
            assert connecting.wait(BOUND)
            file = session.perform(c.Send("client", file=str(path)))
            behind = session.perform(c.Send("client", text="behind"))
            closing = session.perform(c.CloseTls("client"))
            found = 0
            tail = b""
            while came := secure.recv(1 << 16):
                found += len(came)
                tail = (tail + came)[-6:]
            for ticket in (file, behind, closing):
                assert ticket.wait(BOUND)
                assert ticket.outcome is not None
                assert ticket.outcome.ok
    assert found == size + 6
    assert tail == b"behind"
    sent = [row for row in rows("client", "layer") if row.call == "tls.send" and "data" in row.args]
    assert max(row.size or 0 for row in sent) <= 1 << 18
    assert sum(row.size or 0 for row in sent) == size + 6


def test_a_long_send_that_is_cut_short_fails_once(session: Session, do: Do, tmp_path: Path) -> None:
    path = tmp_path / "big"
    path.write_bytes(b"a" * (20 << 20))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        client(session, address=f"127.0.0.1:{listener.getsockname()[1]}")
        connecting = session.perform(c.Connect("client"))
        accepted, _ = listener.accept()
        with showing().wrap_socket(accepted, server_side=True) as secure:
            assert connecting.wait(BOUND)
            file = session.perform(c.Send("client", file=str(path)))
            behind = session.perform(c.Send("client", text="behind"))
            assert secure.recv(10)
            assert do(c.Close("client")).ok
            for ticket in (file, behind):
                assert ticket.wait(BOUND)
                assert ticket.outcome is not None
                assert not ticket.outcome.ok


@pytest.mark.parametrize("timeout", [0.3, 0])
def test_a_send_that_times_out_cuts_no_record(
    session: Session, do: Do, rows: Rows, timeout: float
) -> None:
    """The peer reads every record whole: what was begun goes first, the rest is counted."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        client(session, address=f"127.0.0.1:{listener.getsockname()[1]}")
        connecting = session.perform(c.Connect("client"))
        accepted, _ = listener.accept()
        with showing().wrap_socket(accepted, server_side=True) as secure:
            assert connecting.wait(BOUND)
            assert do(c.Call("client", "settimeout", (timeout,))).ok
            outcome = do(c.Send("client", text="x" * MUCH))
            assert outcome.error == ("TimeoutError" if timeout else "BlockingIOError")
            assert do(c.Call("client", "settimeout", (None,))).ok
            behind = session.perform(c.Send("client", text="behind"))
            closing = session.perform(c.CloseTls("client"))
            found = b""
            while came := secure.recv(1 << 20):  # raises SSLError where a record is cut
                found += came
            for ticket in (behind, closing):
                assert ticket.wait(BOUND)
                assert ticket.outcome is not None
                assert ticket.outcome.ok
    notes = {row.call: int(row.args) for row in rows("client", "note") if "unsent" in row.call}
    assert notes["unsent_kept"] > 0
    assert found == b"x" * (MUCH - notes["unsent_dropped"]) + b"behind"
    ends = [row for row in rows("client", "end") if row.call == "sendall"]
    assert len(ends) == (1 if timeout else 0)
