"""Tabs get another name, a twin and another place; all of it comes back with the window."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QIcon, QImage
from PySide6.QtTest import QTest

from tests.ui.conftest import Hand
from workbench.engine.model.responders.rule import Match, Rule
from workbench.engine.model.responders.rules import Rules
from workbench.engine.model.snapshot import Phase
from workbench.ui.endpoint.client_panel import ClientPanel
from workbench.ui.endpoint.server_panel import ServerPanel
from workbench.ui.style import icons, theme
from workbench.ui.window.tab_copies import TabCopies
from workbench.ui.window.tab_name_field import TabNameField
from workbench.viewmodel.setup_form import ServerForm


def names(hand: Hand) -> list[str]:
    return [panel.name for panel in hand.window.tab_area.panels()]


def panel(hand: Hand, name: str) -> ServerPanel | ClientPanel:
    found = hand.window.tab_area.panel(name)
    assert isinstance(found, ServerPanel | ClientPanel)
    return found


def act(hand: Hand, name: str, command: str) -> None:
    """A command of the menu, on this endpoint."""
    target = panel(hand, name)
    hand.window.tab_area.bring_to_front(target)
    ways = [target.address_line.primary, target.table]  # some are folded while a socket is open
    if isinstance(target, ClientPanel):
        ways.append(target.editor.text)
    next(way for way in ways if way.isVisible() and way.isEnabled()).setFocus()
    hand.window.menus.action(command).trigger()


def drawn(icon: QIcon) -> QImage:
    return icon.pixmap(14, 14).toImage()


def test_a_tab_and_the_list_draw_what_kind_of_endpoint_it_is(hand: Hand) -> None:
    of = {
        kind: drawn(icons.icon(kind, theme.current().muted))
        for kind in ("server", "client", "datagram")
    }
    area = hand.window.tab_area
    assert [drawn(group.tabIcon(0)) for group in area.groups] == [of["server"], of["client"]]
    hand.choose("client.type", "SOCK_DGRAM")
    assert drawn(area.right.tabIcon(0)) == of["datagram"]
    hand.choose("client.type", "SOCK_STREAM")
    assert drawn(area.right.tabIcon(0)) == of["client"]
    hand.window.endpoint_list.switch()
    tree = hand.window.endpoint_list.part.tree
    hand.wait(lambda: tree.topLevelItemCount() == 2)
    items = [tree.topLevelItem(row) for row in range(2)]
    assert [drawn(item.icon(0)) for item in items if item] == [of["server"], of["client"]]


def name_field(hand: Hand) -> TabNameField:
    fields = hand.window.findChildren(TabNameField)
    return next(field for field in fields if not field.isHidden())


def rename(hand: Hand, name: str, wished: str) -> None:
    act(hand, name, "rename_tab")
    field = name_field(hand)
    assert field.selectedText() == name
    field.setText(wished)
    QTest.keyClick(field, Qt.Key.Key_Return)


def test_a_tab_gets_another_name_and_keeps_what_is_in_it(hand: Hand) -> None:
    hand.type("server.port", "45671")
    first = panel(hand, "server-1")
    assert isinstance(first, ServerPanel)
    first.send_line.payload.setText("an answer")
    rename(hand, "server-1", "gateway")
    assert names(hand) == ["gateway", "client-1"]
    made = panel(hand, "gateway")
    assert isinstance(made, ServerPanel)
    assert made.address_line.port.text() == "45671"
    assert made.send_line.payload.text() == "an answer"
    assert hand.window.tab_area.left.tabText(0) == "gateway"
    assert hand.window.controller.session.endpoints == ("gateway", "client-1")


def test_a_tab_that_was_removed_comes_back_with_its_conversation(hand: Hand) -> None:
    """Though another one has got its name meanwhile: the rows of before are shown by its new."""
    hand.exchange()
    act(hand, "client-1", "remove")
    hand.window.endpoint_tabs.new_client()
    session = hand.window.controller.session
    hand.wait(lambda: session.open_ones() == ["server-1"])
    session.journal.flush()
    talk = hand.window.endpoint_tabs.presenter("client-1").conversation
    hand.wait(lambda: not talk.behind)
    assert panel(hand, "client-1").talk.view.toPlainText() == ""
    hand.window.menus.action("undo").trigger()
    assert names(hand) == ["server-1", "client-2", "client-1"]
    hand.wait(lambda: "hello" in panel(hand, "client-2").talk.view.toPlainText())
    hand.wait(lambda: "client-2" in shown_names(hand))
    session.journal.flush()
    rows = hand.window.controller.reader.page(1, 1000)
    assert {row.endpoint for row in rows if row.call == "connect"} == {"client-2"}


def shown_names(hand: Hand) -> set[str | None]:
    """The endpoints of the rows that the log shows."""
    model = hand.window.log.model
    rows = map(model.record_row, range(model.rowCount()))
    return {row.endpoint for row in rows if row is not None}


def test_who_is_linked_to_it_follows(hand: Hand) -> None:
    rename(hand, "server-1", "gateway")
    assert panel(hand, "client-1").address_line.host.currentText() == "@gateway"
    hand.connect()


def test_rows_of_before_have_the_new_name_too(hand: Hand) -> None:
    hand.press("server.listen")
    hand.wait_state("server", "LISTEN")
    hand.press("server.stop")
    session = hand.window.controller.session
    hand.wait(lambda: not session.open_ones())
    hand.wait_state("server", "CLOSED")  # the panel gives the focus to what comes next by then
    rename(hand, "server-1", "gateway")
    session.journal.flush()
    reader = session.journal.reader()
    rows = reader.page(1, reader.count())
    reader.close()
    assert {row.endpoint for row in rows if row.call == "bind"} == {"gateway"}
    assert [row.args for row in rows if row.call == "renamed"] == ["'server-1', 'gateway'"]


def test_an_open_endpoint_is_renamed_and_goes_on(hand: Hand) -> None:
    """Its connections, its rows, what is chosen and what is linked to it stay what they are."""
    hand.connect()
    hand.press("client.send")
    hand.wait(lambda: "hello" in hand.text("client.conversation"))
    hand.choose_rows("server", 1)
    shown = panel(hand, "server-1")
    rename(hand, "server-1", "gateway")
    rename(hand, "client-1", "probe")
    assert panel(hand, "gateway") is shown
    session = hand.window.controller.session
    assert session.endpoints == ("gateway", "probe")
    assert session.settings("probe").address == "@gateway"
    hand.wait(lambda: hand.window.tab_area.left.tabText(0).startswith("gateway :"))
    hand.wait(lambda: "hello" in hand.text("client.conversation"))
    hand.press("client.send")
    hand.wait(lambda: hand.text("client.conversation").count("hello") == 4)  # two each way
    session.journal.flush()
    model = hand.window.log.model
    hand.wait(
        lambda: (
            {
                event.endpoint
                for row in range(model.rowCount())
                if (event := model.record_row(row)) is not None and event.endpoint is not None
            }
            == {"gateway", "probe"}
        )
    )
    hand.press("client.close")
    hand.wait_state("client", "CLOSED")
    hand.press("client.connect")  # by its link
    hand.wait_state("client", "ESTABLISHED")


def test_a_record_in_which_names_changed_becomes_one_scenario(hand: Hand) -> None:
    hand.connect()
    rename(hand, "server-1", "gateway")
    hand.press("client.send")
    hand.wait(lambda: "hello" in hand.text("client.conversation"))
    dialog = hand.make_scenario()
    made = dialog.text.toPlainText()
    assert "server-1" not in made
    assert '"@gateway"' in made
    dialog.close()


@pytest.mark.parametrize("wished", ["client-1", "", "two words", "lab-9"])
def test_a_name_that_cannot_be_is_refused_with_a_sentence(hand: Hand, wished: str) -> None:
    before = hand.text("server.message")
    rename(hand, "server-1", wished)
    assert names(hand) == ["server-1", "client-1"]
    hand.wait(lambda: hand.text("server.message") != before)


def test_esc_leaves_the_name_as_it_was(hand: Hand) -> None:
    act(hand, "server-1", "rename_tab")
    field = name_field(hand)
    field.setText("gateway")
    QTest.keyClick(field, Qt.Key.Key_Escape)
    assert names(hand) == ["server-1", "client-1"]


def test_a_double_click_on_a_tab_renames_it(hand: Hand) -> None:
    bar = hand.window.tab_area.right.tabBar()
    QTest.mouseDClick(bar, Qt.MouseButton.LeftButton, pos=bar.tabRect(0).center())
    hand.wait(lambda: bool(hand.window.findChildren(TabNameField)))
    assert name_field(hand).text() == "client-1"


def test_a_twin_has_the_same_settings_rules_and_texts_and_a_port_of_its_own(hand: Hand) -> None:
    presenter = hand.window.endpoint_tabs.presenter("server-1")
    reply = Rules((Rule(Match.CONTAINS, "id", reply="got"),))
    presenter.fill(presenter.form_of(replace(presenter.settings, responder=reply), None))  # type: ignore[arg-type]
    original = panel(hand, "server-1")
    assert isinstance(original, ServerPanel)
    original.send_line.payload.setText("an answer")
    act(hand, "server-1", "duplicate_tab")
    assert names(hand) == ["server-1", "server-2", "client-1"]
    tabs = hand.window.endpoint_tabs
    first, second = (tabs.presenter(name) for name in ("server-1", "server-2"))
    assert isinstance(first.form, ServerForm)
    assert isinstance(second.form, ServerForm)
    assert second.form.reply == first.form.reply
    ports = [int(item.form.set_up.where.port) for item in (first, second)]
    assert ports[1] == ports[0] + 1
    twin = panel(hand, "server-2")
    assert isinstance(twin, ServerPanel)
    assert twin.send_line.payload.text() == "an answer"
    front = hand.window.tab_area.left.in_front
    assert front is not None
    assert front.name == "server-2"


def test_both_of_a_pair_can_listen(hand: Hand) -> None:
    act(hand, "server-1", "duplicate_tab")
    for name in ("server-1", "server-2"):
        hand.window.endpoint_tabs.presenter(name).start()
        hand.wait(lambda name=name: hand.window.controller.snapshot(name).phase is Phase.LISTENING)


def test_a_client_s_twin_has_its_message(hand: Hand) -> None:
    first = panel(hand, "client-1")
    assert isinstance(first, ClientPanel)
    first.editor.text.setPlainText("a text of mine")
    act(hand, "client-1", "duplicate_tab")
    second = panel(hand, "client-2")
    assert isinstance(second, ClientPanel)
    assert second.editor.text.toPlainText() == "a text of mine"
    assert second.address_line.host.currentText() == "@server-1"


def test_tabs_move_by_keys_along_their_bar_and_across(hand: Hand) -> None:
    hand.window.endpoint_tabs.new_server()
    act(hand, "server-2", "tab_left")
    assert names(hand) == ["server-2", "server-1", "client-1"]
    act(hand, "server-2", "tab_left")
    assert names(hand) == ["server-2", "server-1", "client-1"]
    act(hand, "server-2", "tab_right")
    assert names(hand) == ["server-1", "server-2", "client-1"]
    act(hand, "server-2", "other_side")
    assert [item.name for item in hand.window.tab_area.right.panels()] == ["client-1", "server-2"]


def test_what_was_typed_and_makes_no_sense_yet_is_taken_along(hand: Hand) -> None:
    hand.type("server.port", "no number")
    window = hand.window
    copies = TabCopies(window.endpoint_tabs, window.tab_area)
    copy = copies.copy(panel(hand, "server-1"))
    assert (copy.tab.side, copy.place, copy.front) == ("left", 0, True)
    made = copies.put(copy.named("server-5"))
    assert made.address_line.port.text() == "no number"
    assert names(hand) == ["server-5", "server-1", "client-1"]


@pytest.mark.parametrize(("name", "side"), [("server-1", "left"), ("client-1", "right")])
def test_a_half_without_tabs_keeps_its_plus(hand: Hand, name: str, side: str) -> None:
    plus = hand.find(f"slots.{side}.plus")
    hand.window.resize(1280, 752)
    hand.wait(lambda: plus.height() > 0)
    place = plus.geometry()
    act(hand, name, "remove")
    hand.wait(lambda: name not in names(hand))
    hand.wait(lambda: plus.isVisible() and plus.geometry() == place)
    hand.press(f"slots.{side}.plus")
    hand.wait(lambda: len(names(hand)) == 2)
