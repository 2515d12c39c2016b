"""Call by call to the end: after the set-up each accept, recv and send is a press of Next call."""

from __future__ import annotations

from PySide6.QtWidgets import QToolButton

from tests.ui.conftest import Hand
from workbench.engine.model.settings import GateMode


def strip(hand: Hand, side: str) -> list[str]:
    calls = hand.find(f"{side}.calls")
    buttons = [x for x in calls.findChildren(QToolButton) if x.isVisible()]
    return [x.text() for x in sorted(buttons, key=lambda x: x.x())]


def calls_of(hand: Hand, endpoint: str) -> list[str]:
    journal = hand.window.controller.session.journal
    journal.flush()
    rows = hand.window.controller.reader.page(1, 1000)
    return [
        row.call
        for row in rows
        if row.endpoint == endpoint
        and row.kind == "call"
        and row.errno not in {"EINPROGRESS", "EAGAIN"}
    ]


def test_a_whole_talk_by_hand(hand: Hand) -> None:
    hand.choose("server.pace", "step")
    hand.choose("client.pace", "step")
    hand.press("server.listen")
    for count in range(4):  # socket, setsockopt, bind, listen
        hand.press("server.next_call")
        hand.wait(lambda count=count: len(calls_of(hand, "server-1")) == count + 1)
    hand.wait_state("server", "LISTEN")
    hand.wait(lambda: strip(hand, "server")[-1] in {"accept", "accept()"})  # as there is room
    hand.press("server.next_call")
    hand.wait(lambda: strip(hand, "server")[-1].startswith("accept "))  # it waits for somebody
    hand.wait(lambda: not hand.find("server.next_call").isEnabled())
    hand.press("client.connect")
    hand.press("client.next_call")
    hand.press("client.next_call")
    hand.wait_state("client", "ESTABLISHED")
    hand.wait(lambda: strip(hand, "server")[-1].startswith("send"))  # the greeting waits
    assert calls_of(hand, "server-1")[-1] == "accept"
    hand.press("client.send")
    hand.wait(lambda: strip(hand, "client")[-1].startswith("send(18 B"))
    assert "send" not in calls_of(hand, "client-1")
    hand.press("client.next_call")
    hand.wait(lambda: calls_of(hand, "client-1")[-1] == "send")
    for expected in ("send", "recv", "send"):  # greeting, what came, its echo
        hand.wait(lambda expected=expected: strip(hand, "server")[-1].startswith(expected))
        before = len(calls_of(hand, "server-1"))
        hand.press("server.next_call")
        hand.wait(lambda before=before: len(calls_of(hand, "server-1")) > before)
        assert calls_of(hand, "server-1")[-1] == expected
    hand.wait(lambda: strip(hand, "client")[-1].startswith("recv"))
    hand.press("client.next_call")
    hand.wait(lambda: "连接已创建" in hand.text("client.conversation"))


def test_another_pace_opens_what_call_by_call_has_held(hand: Hand) -> None:
    panel = hand.window.tab_area.panel("server-1")
    assert panel is not None
    panel.more.part.receive_gate.mode.setFocus()
    hand.choose("server.receive_gate", "paused")  # by the user: it stays so
    hand.choose("server.pace", "step")
    hand.wait(lambda: hand.window.controller.snapshot("server-1").accept is GateMode.PAUSED)
    hand.choose("server.pace", "at once")
    hand.wait(lambda: hand.window.controller.snapshot("server-1").accept is GateMode.AUTO)
    snapshot = hand.window.controller.snapshot("server-1")
    assert (snapshot.receive, snapshot.send) == (GateMode.PAUSED, GateMode.AUTO)


def test_what_was_typed_stays_when_the_pace_changes(hand: Hand) -> None:
    hand.type("server.port", "0")
    hand.choose("server.pace", "step")
    assert hand.text("server.port") == "0"
    hand.window.endpoint_tabs.refresh()
    assert hand.text("server.port") == "0"
