"""What is removed, cleared or replaced can be taken back, by the bar or by the key."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QRect, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QWidget

from tests.ui.conftest import Hand
from workbench.engine.model.responders.rules import Rules
from workbench.engine.model.snapshot import Phase
from workbench.ui.endpoint.client_panel import ClientPanel
from workbench.ui.endpoint.server_panel import ServerPanel
from workbench.ui.style.retranslatable import use_language
from workbench.ui.window.undo_bar import SHOWN_MS, UndoBar


def bar(hand: Hand) -> UndoBar:
    found = hand.window.undo_bar
    assert isinstance(found, UndoBar)
    return found


def said(hand: Hand) -> str:
    label = bar(hand).findChild(QLabel, "undo.text")
    assert label is not None
    return label.text()


def names(hand: Hand) -> list[str]:
    return [panel.name for panel in hand.window.tab_area.panels()]


def server(hand: Hand) -> ServerPanel:
    found = hand.window.tab_area.panel("server-1")
    assert isinstance(found, ServerPanel)
    return found


def focus(hand: Hand, name: str) -> None:
    panel = hand.window.tab_area.panel(name)
    assert panel is not None
    hand.window.tab_area.bring_to_front(panel)
    start = panel.address_line.primary  # off while a socket is open
    (start if start.isEnabled() else panel.table).setFocus()


def test_a_removed_tab_comes_back_with_all_that_is_in_it(hand: Hand) -> None:
    hand.window.endpoint_tabs.new_client()
    panel = hand.window.tab_area.panel("client-1")
    assert isinstance(panel, ClientPanel)
    panel.editor.text.setPlainText("a text of mine")
    focus(hand, "client-1")
    hand.window.menus.action("remove").trigger()
    assert names(hand) == ["server-1", "client-2"]
    assert "client-1" in said(hand)
    assert bar(hand).isVisible()
    bar(hand).button.click()
    assert names(hand) == ["server-1", "client-1", "client-2"]
    assert not bar(hand).isVisible()
    again = hand.window.tab_area.panel("client-1")
    assert isinstance(again, ClientPanel)
    assert again.editor.text.toPlainText() == "a text of mine"


def test_what_it_says_follows_the_language(hand: Hand) -> None:
    """Also of a new set-up, which has no name of its own: the word for it stayed."""
    hand.window.menus.action("new_set_up").trigger()
    assert said(hand) == "The tabs were replaced: a new set-up."
    use_language("zh_CN")
    assert bar(hand).isVisible()
    assert said(hand) == "标签页已替换为新配置。"
    use_language("en")
    assert said(hand) == "The tabs were replaced: a new set-up."


def test_a_running_one_is_stopped_and_comes_back_closed(hand: Hand) -> None:
    hand.press("server.listen")
    hand.wait_state("server", "LISTEN")
    focus(hand, "server-1")
    hand.window.menus.action("remove").trigger()
    hand.wait(lambda: not hand.window.controller.session.open_ones())
    hand.window.menus.action("undo").trigger()
    assert names(hand) == ["server-1", "client-1"]
    assert hand.window.controller.snapshot("server-1").phase is Phase.IDLE
    hand.press("server.listen")
    hand.wait_state("server", "LISTEN")


def test_its_name_may_have_been_given_away_meanwhile(hand: Hand) -> None:
    focus(hand, "client-1")
    hand.window.menus.action("remove").trigger()
    hand.window.endpoint_tabs.new_client()
    assert names(hand) == ["server-1", "client-1"]
    hand.window.menus.action("undo").trigger()
    assert sorted(names(hand)) == ["client-1", "client-2", "server-1"]


def test_a_cleared_log_is_shown_again(hand: Hand) -> None:
    hand.press("server.listen")
    hand.wait_state("server", "LISTEN")
    model = hand.window.log.model
    hand.wait(lambda: model.rowCount() > 3)
    hand.window.menus.action("clear_log").trigger()
    assert model.rowCount() == 0
    bar(hand).button.click()
    hand.wait(lambda: model.rowCount() > 3)


def test_the_log_s_own_button_takes_the_offer_along(hand: Hand) -> None:
    hand.press("server.listen")
    hand.wait_state("server", "LISTEN")
    hand.wait(lambda: hand.window.log.model.rowCount() > 3)
    hand.press("log.clear")
    assert bar(hand).isVisible()
    hand.press("log.clear")
    assert not bar(hand).isVisible()
    hand.window.menus.action("undo").trigger()
    assert "nothing" in hand.window.status_bar.word.text()


def test_another_reply_is_taken_back(hand: Hand) -> None:
    before = server(hand).reply.read()
    hand.choose("server.responder", "echo")
    assert bar(hand).isVisible()
    bar(hand).button.click()
    assert server(hand).reply.read() == before
    assert hand.window.endpoint_tabs.presenter("server-1").form.read(
        hand.window.controller.session.settings("server-1")
    )


def test_a_removed_rule_comes_back_at_its_place(hand: Hand) -> None:
    hand.choose("server.responder", "rules")
    rules = server(hand).reply.rules.part
    for value in ("one", "two", "three"):
        rules.new.click()
        rules.value.setText(value)
        rules.apply.click()
    before = list(rules.table.lines.rules)
    assert len(before) >= 3
    rules.table.selectRow(1)
    rules.remove.click()
    assert len(rules.table.lines.rules) == len(before) - 1
    hand.window.menus.action("undo").trigger()
    assert rules.table.lines.rules == before
    wished = hand.window.endpoint_tabs.presenter("server-1").wished().responder
    assert isinstance(wished, Rules)
    assert len(wished.rules) == len(before)


def test_a_panel_that_is_gone_has_nothing_to_take_back(hand: Hand) -> None:
    hand.choose("server.responder", "echo")
    focus(hand, "server-1")
    hand.window.menus.action("rename_tab").trigger()
    field = hand.window.focusWidget()
    assert field is not None
    field.setText("gateway")  # type: ignore[attr-defined]
    QTest.keyClick(field, Qt.Key.Key_Return)
    hand.wait(lambda: names(hand) == ["gateway", "client-1"])
    hand.wait(lambda: hand.window.findChildren(ServerPanel)[-1].name == "gateway")
    hand.window.menus.action("undo").trigger()
    assert names(hand) == ["gateway", "client-1"]


def test_in_a_text_field_the_key_is_the_field_s(hand: Hand) -> None:
    """The window's own has it only where no text is edited."""
    focus(hand, "client-1")
    hand.window.endpoint_tabs.new_client()
    focus(hand, "client-2")
    hand.window.menus.action("remove").trigger()
    hand.window.activateWindow()
    field = hand.find("server.host").lineEdit()  # type: ignore[attr-defined]
    field.setFocus()
    hand.wait(field.hasFocus)
    QTest.keyClicks(field, "x")
    QTest.keyClick(field, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    QTest.keyClick(field, Qt.Key.Key_Control)  # no modifier is left for the next test
    assert names(hand) == ["server-1", "client-1"]


def test_it_covers_nothing_that_one_watches(hand: Hand) -> None:
    window, undo = hand.window, bar(hand)
    hand.press("server.listen")
    hand.wait_state("server", "LISTEN")
    hand.wait(lambda: window.log.model.rowCount() > 3)
    before = window.log.geometry(), window.tab_area.geometry()
    window.menus.action("clear_log").trigger()
    hand.wait(undo.isVisible)

    def over(widget: QWidget) -> bool:
        seen = QRect(widget.mapTo(window, QPoint()), widget.size())
        return seen.intersects(undo.geometry())

    watched = [window.tab_area, window.log, window.inspector]
    watched += [hand.find(f"status.{name}") for name in ("record", "events", "lost", "target")]
    assert not [widget.objectName() for widget in watched if over(widget)]
    assert window.rect().contains(undo.geometry())
    window.resize(window.width() - 100, window.height() - 40)
    hand.wait(lambda: window.rect().contains(undo.geometry()))
    assert not over(window.log)
    window.resize(window.width() + 100, window.height() + 40)
    hand.wait(lambda: (window.log.geometry(), window.tab_area.geometry()) == before)


def test_on_a_projector_it_lies_beside_the_tabs(hand: Hand) -> None:
    window, undo = hand.window, bar(hand)
    window.projector_mode.switch()
    try:
        window.menus.action("clear_log").trigger()
        hand.wait(undo.isVisible)
        tabs = window.tab_area.right.tabBar()
        row = QRect(tabs.mapTo(window, QPoint()), tabs.size())
        hand.wait(lambda: row.contains(undo.geometry()))
        front = tabs.tabRect(tabs.count() - 1).translated(tabs.mapTo(window, QPoint()))
        assert not front.intersects(undo.geometry())
    finally:
        window.projector_mode.switch()


def test_the_bar_goes_by_itself_and_the_key_still_works(hand: Hand) -> None:
    focus(hand, "client-1")
    hand.window.menus.action("remove").trigger()
    timer = bar(hand)._timer
    assert timer.isActive()
    assert timer.interval() == SHOWN_MS == 10_000
    assert not bar(hand).button.hasFocus()
    bar(hand).setAttribute(Qt.WidgetAttribute.WA_UnderMouse, False)  # wherever it was left
    timer.timeout.emit()
    assert not bar(hand).isVisible()
    hand.window.menus.action("undo").trigger()
    assert names(hand) == ["server-1", "client-1"]
