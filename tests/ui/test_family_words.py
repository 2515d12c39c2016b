"""The window's sentences and ways out fit the kind of socket that they are about."""

from __future__ import annotations

import re
import sys

import pytest

from tests.test_family import NOT_ABSTRACT, NOT_UNIX
from tests.ui.conftest import Hand
from workbench.engine import commands as c
from workbench.engine.settings import EndpointSettings, GateMode, Role
from workbench.qt.log_model import Column
from workbench.texts import LANGUAGES, set_language

linux = pytest.mark.skipif(sys.platform != "linux", reason="claims about Linux")


def configured(hand: Hand, family: str, address: str, type_: str = "SOCK_STREAM") -> None:
    session = hand.window.controller.session
    server = EndpointSettings("server-1", Role.LISTENER, family, type_, address=address,
                              accept=GateMode.PAUSED)
    client = EndpointSettings("client-1", Role.STREAM, family, type_, address="@server-1")
    for settings in (server, client):
        assert session.perform(c.Configure(settings.name, settings)).wait(10)
    for side in ("server", "client"):  # the fields follow with the next picture
        box = hand.find(f"{side}.family")
        hand.wait(lambda box=box: box.value() == family)


@linux
@pytest.mark.parametrize("language", LANGUAGES)
def test_an_abstract_name_that_nobody_has(hand: Hand, language: str) -> None:
    configured(hand, "AF_UNIX", "abstract:swb-test-nobody")
    set_language(language)
    hand.window.retranslate()
    hand.press("client.connect")
    hand.wait_says("client.message", "ECONNREFUSED")
    hand.press("client.why")
    model = hand.window.log.model
    cells = [str(model.data(model.index(row, Column.DATA))) for row in range(model.rowCount())]
    shown = "\n".join([hand.text("client.message"), hand.text_of_explain(), *cells])
    assert not re.search(f"{NOT_UNIX}|{NOT_ABSTRACT}", shown, re.IGNORECASE), shown


@linux
def test_a_path_that_nobody_has_bound_has_a_way_out(hand: Hand) -> None:
    configured(hand, "AF_UNIX", "temp:nobody")
    hand.press("client.connect")
    hand.wait_says("client.message", "ENOENT. There is no such socket file")
    hand.wait_says("client.way_out", "Listen there first")


@pytest.mark.parametrize(("family", "address"), [
    ("AF_INET", "127.0.0.1:0"),
    pytest.param("AF_UNIX", "abstract:swb-test-closed", marks=linux)])
def test_a_server_closed_with_the_client_in_its_queue_is_named(
    hand: Hand, family: str, address: str
) -> None:
    configured(hand, family, address)
    session = hand.window.controller.session
    assert session.perform(c.Start("server-1")).wait(10)
    assert session.perform(c.Connect("client-1")).wait(10)
    assert session.perform(c.Stop("server-1")).wait(10)
    hand.wait_says("client.message", "server-1 was closed while this connection waited in its "
                                     "accept queue")
    hand.press("client.why")
    hand.wait(lambda: "nobody had accepted it" in hand.text_of_explain())


def test_a_datagram_server_is_bound_not_listening(hand: Hand) -> None:
    hand.choose("server.type", "SOCK_DGRAM")
    hand.choose("client.type", "SOCK_DGRAM")
    hand.press("client.connect")
    hand.wait_says("client.message", "connect() has fixed the peer")
    hand.press("client.send")
    hand.press("client.send")
    hand.wait_says("client.message", "ECONNREFUSED: No socket has that port")
