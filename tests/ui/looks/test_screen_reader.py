"""What a screen reader is told: the tree of a whole window, and the views that are painted."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtGui import QAccessible, QAccessibleInterface
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLabel, QProgressBar, QWidget
from pytestqt.qtbot import QtBot

from tests.ui.conftest import Hand
from tests.ui.looks.scenes import talk
from workbench.texts import LANGUAGES
from workbench.ui.record.frame_drawing import FrameDrawing
from workbench.ui.record.kernel_plots import Plot, StateDiagram
from workbench.ui.style.retranslatable import use_language
from workbench.viewmodel.ws_frame import WsFrame, fields

UI = Path(__file__).parents[3] / "workbench" / "ui"
Role = QAccessible.Role
CONTROLS = frozenset(
    {
        Role.Button, Role.ButtonMenu, Role.ButtonDropDown, Role.CheckBox, Role.RadioButton,
        Role.ComboBox, Role.EditableText, Role.Table, Role.Tree, Role.List, Role.PageTab,
        Role.PageTabList, Role.ProgressBar, Role.Graphic, Role.MenuBar, Role.ToolBar,
        Role.StatusBar, Role.MenuItem, Role.SpinBox, Role.Slider,
    }
)  # fmt: skip
"""Roles of what has to say its name. Scroll bars and splitters are Qt's own, and say theirs."""
MOST = 300
"""Children of one place that are looked at; a table may have thousands of cells."""
PAINTED_BESIDE = {
    "connection_table.py": "a table: its cells speak",
    "log_view.py": "a table: its cells speak",
    "frames_panel.py": "a table: its cells speak",
    "elided_label.py": "a label: its whole text is its name",
    "reserved_label.py": "a label: its whole text is its name",
    "row_under_mouse.py": "a tint of the row, whose cells speak",
    "autoplay.py": "a ring around a button, which speaks",
    "conversation.py": "an empty text: its description, the tool tip, says what comes there",
}
"""Files with a paintEvent that need no description, each with the reason why."""
WORDED_ANEW = frozenset(
    {f"window.{name}" for name in ("smaller", "larger", "language", "mark", "make_scenario")} | {
        f"{side}.{name}"
        for side in ("server", "client", "status")
        for name in (
            "send_one", "receive_one", "value_set", "abort", "send_options", "talk_options",
            "traffic",
        )
    }
)  # fmt: skip
"""Buttons whose name says in full what stands on them in short."""


def tree(root: QAccessibleInterface, path: str = "") -> Iterator[tuple[str, QAccessibleInterface]]:
    """Everything below that is in sight, with the way to it."""
    yield path, root
    for index in range(min(root.childCount(), MOST)):
        child = root.child(index)
        if child is None or not child.isValid() or child.state().invisible:
            continue
        owner = child.object()
        name = owner.objectName() if owner is not None else ""
        yield from tree(child, f"{path}/{name or child.role().name}")


def nameless(window: QWidget) -> list[str]:
    root = QAccessible.queryAccessibleInterface(window)
    return [
        f"{item.role().name} at {path}"
        for path, item in tree(root)
        if item.role() in CONTROLS and not item.text(QAccessible.Text.Name).strip()
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_control_in_sight_says_its_name(hand: Hand, language: str) -> None:
    use_language(language)
    assert nameless(hand.window) == []
    use_language("en")
    talk(hand)
    for name in ("server.more", "client.more"):
        hand.press(name)
    use_language(language)
    assert nameless(hand.window) == []
    roles = {item.role() for _, item in tree(QAccessible.queryAccessibleInterface(hand.window))}
    assert {Role.Button, Role.ComboBox, Role.EditableText, Role.Table, Role.PageTab} <= roles


def test_no_tab_is_told_that_is_not_there(hand: Hand) -> None:
    """Those of a frame, a handshake and a certificate are for some rows only; Qt tells hidden tabs
    as if they were in sight.
    """
    hand.open_websocket()
    controller = hand.window.controller
    hand.wait(lambda: any(row.call == "ws.open" for row in controller.reader.page(1, 100)))
    seqs = {row.call: row.seq for row in controller.reader.page(1, 100)}
    for call, frames in (("ws.open", True), ("listen", False), ("ws.open", True)):
        controller.select(seq=seqs[call])
        told = hand.at_rest(lambda: _tabs(hand.window))
        assert ("Handshake" in told) is frames
        assert "Certificate" not in told
        assert {"Explain", "Bytes", "Kernel", "Log"} <= set(told)
        assert all(told.values()), told


def _tabs(window: QWidget) -> dict[str, bool]:
    """The tabs that are told, and whether each takes some room."""
    found = (item for _, item in tree(QAccessible.queryAccessibleInterface(window)))
    return {
        item.text(QAccessible.Text.Name): not item.rect().isEmpty()
        for item in found
        if item.role() is Role.PageTab
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_queue_and_the_strip_say_what_they_show(hand: Hand, language: str) -> None:
    talk(hand)
    use_language(language)
    strip = hand.find("server.calls")
    hand.wait(lambda: "listen" in strip.accessibleDescription())
    around = hand.find("server.queue").parentWidget()
    assert around is not None
    (bar,) = (each for each in around.findChildren(QProgressBar) if each.isVisible())
    hand.wait(lambda: "129" in bar.accessibleDescription())
    assert bar.accessibleName()


@pytest.mark.parametrize("language", LANGUAGES)
def test_drawings_say_what_is_drawn(qtbot: QtBot, language: str) -> None:
    use_language(language)
    drawing, diagram, plot = FrameDrawing(), StateDiagram(), Plot("unread")
    for widget in (drawing, diagram, plot):
        qtbot.addWidget(widget)
    frame = WsFrame(True, "TEXT", 1, True, 0, b"\x01\x02\x03\x04", 0, 5, 5, None)
    drawing.show_fields(fields(frame), frame.header)
    assert "FIN 1" in drawing.accessibleDescription()
    assert "0001" in drawing.accessibleDescription()
    for state in ("SYN_SENT", "ESTABLISHED", "FIN_WAIT1"):
        diagram.show_state(state, anew=False)
    assert diagram.accessibleDescription().startswith("FIN_WAIT1")
    assert "SYN_SENT, ESTABLISHED" in diagram.accessibleDescription()
    for value in (3, 1_700, 20):
        plot.add(value, 1)
    assert all(said in plot.accessibleDescription() for said in ("20", "1,700", "3"))
    assert plot.accessibleName()
    use_language("en")


def test_whoever_paints_describes_it() -> None:
    silent = []
    for path in UI.rglob("*.py"):
        source = path.read_text(encoding="utf-8")
        paints = any(
            isinstance(node, ast.FunctionDef) and node.name == "paintEvent"
            for node in ast.walk(ast.parse(source))
        )
        if paints and "setAccessibleDescription" not in source and path.name not in PAINTED_BESIDE:
            silent.append(path.name)
    assert silent == []


def _said(widget: QWidget) -> list[str]:
    kind = QAccessible.Text
    told = QAccessible.queryAccessibleInterface(widget)
    return [told.text(each) for each in (kind.Name, kind.Description, kind.Value)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_stands_on_a_label_or_button_is_read_out(hand: Hand, language: str) -> None:
    """The names of states, previews and counts stood in the place of what they said."""
    talk(hand)
    for name in ("server.more", "client.more"):
        hand.press(name)
    use_language(language)
    unsaid = []
    for widget in hand.window.findChildren(QWidget):
        if not isinstance(widget, QLabel | QAbstractButton) or not widget.isVisible():
            continue
        text = widget.text().replace("&", "").rstrip("…")
        words = any(map(str.isalnum, text)) and widget.objectName() not in WORDED_ANEW
        if words and not any(text.lower() in said.lower() for said in _said(widget)):
            unsaid.append(f"{widget.objectName()}: {text!r}")
    assert not unsaid, "\n".join(unsaid)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_choice_is_read_with_what_it_is(
    hand: Hand, language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On Linux Qt names a choice by what is chosen: a label beside it says of what."""
    talk(hand)
    for name in ("server.more", "client.more"):
        hand.press(name)
    monkeypatch.setattr(QAccessible, "isActive", lambda: True)
    use_language(language)
    label = QAccessible.RelationFlag.Label

    def bare() -> list[str]:
        return [
            widget.objectName()
            for widget in hand.window.findChildren(QComboBox)
            if widget.isVisible()
            and not any(
                other.text(QAccessible.Text.Name).strip()
                for other, _ in QAccessible.queryAccessibleInterface(widget).relations(label)
            )
        ]

    assert hand.at_rest(bare) == []
