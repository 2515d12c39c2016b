"""Many clients in one tab: what became of each, whom the actions hit, and what was said."""

from __future__ import annotations

import pytest

from tests.resolver import lead
from tests.ui.conftest import Hand
from tests.ui.test_tables import cell, panel, table
from workbench import texts
from workbench.ui.endpoint.client_panel import ClientPanel
from workbench.ui.endpoint.send_scope import ALL, CHOSEN
from workbench.ui.style.retranslatable import use_language
from workbench.ui.window.tab_area import PanelScrollArea


def six(hand: Hand) -> None:
    hand.press("server.listen")
    hand.wait_state("server", "LISTEN")
    hand.type("client.count", "6")
    hand.press("client.connect")
    hand.wait_says("client.message", "6 connected")


def outcomes(hand: Hand) -> list[str]:
    rows = table(hand, "client")
    return [cell(hand, row, "outcome", "client") for row in range(len(rows.lines.lines))]


def three_that_wait(hand: Hand, timeout: str) -> None:
    """Six clients of a server that accepts nothing and has room for three."""
    hand.choose("server.accept_gate", "paused")
    hand.find("server.backlog").setEditText("2")  # type: ignore[attr-defined]
    hand.press("server.listen")
    hand.wait_state("server", "LISTEN")
    hand.type("client.timeout", timeout)
    hand.type("client.count", "6")
    hand.press("client.connect")


def test_those_that_wait_are_counted(hand: Hand) -> None:
    three_that_wait(hand, "600")
    hand.wait_says("client.message", "3 connected, 3 waiting")


def test_each_has_its_outcome_and_the_message_counts_them(hand: Hand) -> None:
    three_that_wait(hand, "0.4")
    hand.wait_says("client.message", "3 connected, 3 timed out")
    hand.wait(lambda: outcomes(hand) == ["connected"] * 3 + ["timed out"] * 3)
    assert hand.find("client.why").isVisible()
    hand.press("client.why")
    hand.wait(lambda: hand.window.controller.selection.seq is not None)
    seq = hand.window.controller.selection.seq
    assert seq is not None
    row = hand.window.controller.reader.row(seq)
    assert row is not None
    assert row.error == "TimeoutError"


def test_refused_ones_are_counted_and_the_way_out_is_offered(hand: Hand) -> None:
    hand.type("client.count", "3")
    hand.press("client.connect")
    hand.wait_says("client.message", "3 refused")
    hand.wait(lambda: outcomes(hand) == ["refused ECONNREFUSED"] * 3)
    assert hand.find("client.why").isVisible()
    hand.press("client.way_out")
    hand.wait_state("server", "LISTEN")
    hand.press("client.connect")
    hand.wait_says("client.message", "3 connected.")  # of the newest Connect alone


def test_an_address_that_was_tried_in_vain_is_counted_for_nobody(
    hand: Hand,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lead(monkeypatch, {"two.test": ("127.0.0.2", "127.0.0.1")})
    hand.press("server.listen")
    hand.wait_state("server", "LISTEN")
    hand.type("client.host", "two.test")
    hand.type("client.port", hand.text("server.port"))
    hand.type("client.count", "3")
    hand.press("client.connect")
    hand.wait_says("client.message", "3 connected.")


def closed(hand: Hand) -> list[int]:
    return [int(line.key) for line in table(hand, "client").lines.lines if line.closed]


def test_actions_hit_the_chosen_one_some_or_all(hand: Hand) -> None:
    six(hand)
    scope = hand.find("client.scope")
    assert scope.currentData() == ALL  # type: ignore[attr-defined]
    assert scope.currentText() == "on all (6)"  # type: ignore[attr-defined]
    hand.choose_rows("client", 2)
    assert scope.currentText() == "only on #2"  # type: ignore[attr-defined]
    hand.wait(lambda: "#2" in hand.find("client.close").toolTip())
    hand.press("client.close")
    hand.wait(lambda: closed(hand) == [2])
    hand.choose_rows("client", 3, 4, 5)
    assert scope.currentText() == "on chosen (3)"  # type: ignore[attr-defined]
    hand.wait(lambda: "#3, #4, #5" in hand.find("client.abort").toolTip())
    hand.press("client.abort")
    hand.wait(lambda: closed(hand) == [2, 3, 4, 5])
    hand.wait(lambda: outcomes(hand)[2] == "aborted by us")
    hand.choose("client.scope", ALL)
    hand.wait(lambda: "all 2 open" in hand.find("client.close").toolTip())
    hand.press("client.close")
    hand.wait(lambda: closed(hand) == [1, 2, 3, 4, 5, 6])
    hand.wait_says("client.message", "3 closed by us, 3 aborted by us")


def test_send_goes_to_the_chosen_ones(hand: Hand) -> None:
    six(hand)
    hand.choose_rows("client", 1, 6)
    hand.wait_says("client.message", "Send goes to the chosen (2)")
    assert hand.find("client.scope").currentData() == CHOSEN  # type: ignore[attr-defined]
    hand.press("client.send")
    hand.wait(
        lambda: (
            [item.bytes_out > 0 for item in hand.window.controller.snapshot("client-1").connections]
            == [True, False, False, False, False, True]
        )
    )


def test_the_conversation_is_folded_and_names_the_clients(hand: Hand) -> None:
    six(hand)
    assert not hand.find("client.conversation").isVisible()
    hand.press("client.talk")
    assert hand.find("client.conversation").isVisible()
    hand.wait(
        lambda: all(
            f"#{number}  -  connected" in hand.text("client.conversation") for number in range(1, 7)
        )
    )
    hand.choose_rows("client", 3)
    hand.wait(lambda: "#" not in hand.text("client.conversation"))
    hand.wait(lambda: hand.text("client.conversation").count("连接已创建") == 1)
    hand.choose_rows("client", 3, 4)
    hand.wait(lambda: "#4" in hand.text("client.conversation"))
    assert "#5" not in hand.text("client.conversation")


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_six_rows_are_in_sight_and_nothing_scrolls(hand: Hand, language: str) -> None:
    window = hand.window
    window.resize(1280, 800)
    use_language(language)
    hand.press("server.listen")
    hand.type("client.count", "6")
    hand.press("client.connect")
    rows = table(hand, "client")
    hand.wait(lambda: len(rows.lines.lines) == 6)
    hand.wait(lambda: len(rows.seen()) == 6)

    def whole() -> bool:
        roll = panel(hand, "client-1").parentWidget()
        while not isinstance(roll, PanelScrollArea):
            assert roll is not None
            roll = roll.parentWidget()
        send = hand.find("client.send")
        inside = send.mapTo(roll, send.rect().bottomRight()).y() <= roll.height()
        return roll.verticalScrollBar().maximum() == 0 and inside

    hand.wait(whole)
    hand.wait(lambda: rows.visualRect(rows.lines.index(5, 0)).bottom() <= rows.viewport().height())


def test_columns_are_those_of_clients(hand: Hand) -> None:
    six(hand)
    assert table(hand, "client").lines.keys == (
        "number",
        "local_port",
        "state",
        "connect",
        "in",
        "out",
        "outcome",
    )
    assert cell(hand, 0, "local_port", "client").startswith(":")
    assert cell(hand, 0, "connect", "client").endswith(" ms")


def test_send_to_a_chosen_one_that_is_gone_says_so(hand: Hand) -> None:
    six(hand)
    table(hand, "client").choose(1)
    hand.press("client.abort")
    hand.wait(lambda: closed(hand) == [1])
    send = hand.find("client.send")
    hand.wait(lambda: not send.isEnabled())
    assert "None of the chosen ones is open." in send.toolTip()
    hand.wait_says("client.message", "None of the chosen ones is open")
    found = panel(hand, "client-1")
    assert isinstance(found, ClientPanel)
    found.editor.text.submitted.emit()  # Ctrl+Enter
    hand.wait_says("client.message", "Nothing was sent")
    hand.choose("client.scope", ALL)
    hand.press("client.send")
    hand.wait(
        lambda: (
            [item.bytes_out > 0 for item in hand.window.controller.snapshot("client-1").connections]
            == [False] + [True] * 5
        )
    )


def test_send_pressed_before_the_picture_knows_says_so(hand: Hand) -> None:
    six(hand)
    table(hand, "client").choose(1)
    found = panel(hand, "client-1")
    assert isinstance(found, ClientPanel)
    controller = hand.window.controller
    hand.press("client.abort")
    hand.wait(lambda: any(item.closed_ns for item in controller.snapshot("client-1").connections))
    hand.window.endpoint_tabs.presenter("client-1").look()
    found.editor.send.setEnabled(True)
    found.editor.send.click()
    hand.wait_says("client.message", "Nothing was sent")
