"""The window's sentences and ways out fit the kind of socket that they are about."""

from __future__ import annotations

import re
import sys
from dataclasses import replace
from itertools import product

import pytest

from tests.snapshots import fresh
from tests.test_family import NOT_ABSTRACT, NOT_DATAGRAM, NOT_UNIX
from tests.ui.conftest import Hand
from workbench.engine.model import commands as c
from workbench.engine.model.settings import EndpointSettings, GateMode, Role
from workbench.engine.model.snapshot import CloseCause, ConnectionSnapshot, Phase
from workbench.texts import LANGUAGES, set_language, tr
from workbench.ui.style.retranslatable import use_language
from workbench.viewmodel import client_status, server_status
from workbench.viewmodel.log_columns import place
from workbench.viewmodel.message import StatusMessage, msg

linux = pytest.mark.skipif(sys.platform != "linux", reason="claims about Linux")


def configured(hand: Hand, family: str, address: str, type_: str = "SOCK_STREAM") -> None:
    session = hand.window.controller.session
    datagram = type_ == "SOCK_DGRAM"
    server = EndpointSettings(
        "server-1",
        Role.DATAGRAM if datagram else Role.LISTENER,
        family,
        type_,
        address=address,
        accept=GateMode.PAUSED,
    )
    client = EndpointSettings(
        "client-1", Role.DATAGRAM if datagram else Role.STREAM, family, type_, address="@server-1"
    )
    for settings in (server, client):
        assert session.perform(c.Configure(settings.name, settings)).wait(60)
    for side in ("server", "client"):  # the fields follow with the next picture
        box = hand.find(f"{side}.family")
        hand.wait(lambda box=box: box.value() == family)


@linux
@pytest.mark.parametrize("language", LANGUAGES)
def test_an_abstract_name_that_nobody_has(hand: Hand, language: str) -> None:
    configured(hand, "AF_UNIX", "abstract:swb-test-nobody")
    use_language(language)
    hand.press("client.connect")
    hand.wait_says("client.message", "ECONNREFUSED")
    hand.press("client.why")
    model = hand.window.log.model
    cells = [str(model.data(model.index(row, place("data")))) for row in range(model.rowCount())]
    shown = "\n".join([hand.text("client.message"), hand.text_of_explain(), *cells])
    assert not re.search(f"{NOT_UNIX}|{NOT_ABSTRACT}", shown, re.IGNORECASE), shown


@linux
def test_a_path_that_nobody_has_bound_has_a_way_out(hand: Hand) -> None:
    configured(hand, "AF_UNIX", "temp:nobody")
    hand.press("client.connect")
    hand.wait_says("client.message", "ENOENT. There is no such socket file")
    hand.wait_says("client.way_out", "Listen there first")


@pytest.mark.parametrize(
    ("family", "address"),
    [("AF_INET", "127.0.0.1:0"), pytest.param("AF_UNIX", "abstract:swb-test-closed", marks=linux)],
)
def test_a_server_closed_with_the_client_in_its_queue_is_named(
    hand: Hand, family: str, address: str
) -> None:
    configured(hand, family, address)
    session = hand.window.controller.session
    assert session.perform(c.Start("server-1")).wait(60)
    assert session.perform(c.Connect("client-1")).wait(60)
    assert session.perform(c.Stop("server-1")).wait(60)
    hand.wait_says(
        "client.message", "server-1 was closed while this connection waited in its accept queue"
    )
    hand.press("client.why")
    hand.wait(lambda: "nobody had accepted it" in hand.text_of_explain())


@linux
def test_an_abort_is_called_a_reset_where_it_is_one(hand: Hand) -> None:
    for family, address, key in (
        ("AF_UNIX", "abstract:swb-test-abort", "abort_unix"),
        ("AF_INET", "127.0.0.1:0", "abort"),
    ):
        configured(hand, family, address)
        for _ in LANGUAGES:
            for side in ("server", "client"):
                button = hand.find(f"{side}.abort")
                said = {tr(f"caption.{key}"), tr("caption.abort_short")}  # with little room
                hand.wait(lambda b=button, s=said: b.text() in s)
            assert "(RST)" not in hand.text("client.abort") or family == "AF_INET"
            hand.window.appearance.switch_language()


@linux
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("type_", ["SOCK_STREAM", "SOCK_SEQPACKET", "SOCK_DGRAM"])
def test_every_message_of_a_unix_endpoint(hand: Hand, type_: str, language: str) -> None:
    """Whatever the state, the message line speaks of no firewall, port or FIN."""
    datagram = type_ == "SOCK_DGRAM"
    configured(hand, "AF_UNIX", "abstract:swb-test-message", type_)
    set_language(language)
    session = hand.window.controller.session
    shown: set[str] = set()
    connection = ConnectionSnapshot(
        1,
        1,
        None,
        "abstract:x",
        "ESTABLISHED",
        False,
        0,
        0,
        1,
        None,
        None,
        None,
        0,
        0,
        0,
        0,
        0,
        False,
        None,
        None,
    )
    ends = [
        replace(connection, closed_ns=5, close_cause=cause, errno=errno)
        for cause in CloseCause
        for errno in (None, "ECONNRESET", "EPIPE", "ETIMEDOUT")
    ]
    living = [
        connection,
        replace(connection, peer_finished=True),
        replace(connection, peer_finished=True, deaf=True),
        replace(connection, connected_ns=None, errno="EAGAIN"),
        replace(connection, connected_ns=None),
        replace(connection, errno="ECONNRESET"),
    ]
    for name, phase in product(("server-1", "client-1"), Phase):
        base = replace(
            fresh(session, name),
            phase=phase,
            local="abstract:x",
            queue=None if datagram else (3, 2),
        )
        for item in (None, *ends, *living):
            snapshot = (
                base
                if item is None
                else replace(base, connections=(item,), open_count=int(item.closed_ns is None))
            )
            status = (
                server_status.status_of(snapshot)
                if name == "server-1"
                else client_status.status_of(
                    snapshot,
                    StatusMessage("info", msg("message.client_ready")),
                    None,
                    None,
                )
            )
            shown.add(status.text.show())
    bad = re.compile("|".join([NOT_UNIX, NOT_ABSTRACT] + [NOT_DATAGRAM] * datagram), re.IGNORECASE)
    ended = ("reset_after_fin", "error_after_fin", "reset_when_deaf", "error_when_deaf")
    notes = {tr(f"note.{key}", 104) for key in ended if not datagram}
    assert len(shown) > (2 if datagram else 12)
    assert [text for text in shown | notes if bad.search(text)] == []


def test_a_datagram_server_is_bound_not_listening(hand: Hand) -> None:
    hand.choose("server.type", "SOCK_DGRAM")
    hand.choose("client.type", "SOCK_DGRAM")
    hand.press("client.connect")
    hand.wait_says("client.message", "connect() has fixed the peer")
    hand.press("client.send")  # a second one might fail itself: then its own call is named
    hand.wait_says("client.message", "ECONNREFUSED: No socket has that port")
