"""States of the window that a person gets into, each made with the real buttons."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QCoreApplication, QEvent, QRect, Qt
from PySide6.QtWidgets import QApplication, QComboBox, QWidget

from tests.ui.conftest import Hand
from workbench.ui.style.retranslatable import use_language
from workbench.ui.window.window import MainWindow

SIZE = (1280, 752)
"""What a screen of 1280×800 leaves to a window."""


def first_start(hand: Hand) -> None:
    """Nothing was pressed."""


def talk(hand: Hand) -> None:
    """Connected, greeted, answered; the server's row chosen. The mouse is elsewhere: the strip of
    the first steps has gone.
    """
    connected(hand)
    hand.press("client.send")
    hand.wait(lambda: hand.text("client.conversation").count("hello") == 2)
    hand.window.setAttribute(Qt.WidgetAttribute.WA_UnderMouse, False)
    QCoreApplication.sendEvent(hand.window, QEvent(QEvent.Type.Leave))
    hand.wait(lambda: not hand.window.onboarding_bar.isVisible())
    choose_row(hand)


def choose_row(hand: Hand) -> None:
    """Choose the server's connection once its panel has it: it looks when it has time.

    Not by Qt's `selectRow`, which asks for the keys that are down: Shift, after a test that pressed
    it with another key.
    """
    table: Any = hand.find("server.connections")
    hand.wait(lambda: table.model().rowCount() == 1)
    table.choose(table.lines.lines[0].key)


def connected(hand: Hand) -> None:
    listening(hand)
    hand.press("client.connect")
    hand.wait_says("client.conversation", "连接已创建")


def listening(hand: Hand) -> None:
    hand.press("server.listen")
    hand.wait_state("server", "LISTEN")


def finished(hand: Hand) -> None:
    """Half-closed by the client: EOF in the server's table, a gate paused, options beside it."""
    connected(hand)
    hand.choose("server.receive_gate", "paused")
    hand.press("client.half_close")
    hand.wait_state("client", "FIN_WAIT2")
    choose_row(hand)


def more(hand: Hand) -> None:
    """More open on both sides, with an option asked for."""
    connected(hand)
    for side in ("server", "client"):
        hand.press(f"{side}.more")
        hand.choose(f"{side}.options", "SO_KEEPALIVE")
        hand.press(f"{side}.option_set")
    hand.choose("client.append", "crc16-modbus")


def rules(hand: Hand) -> None:
    """Two rules, the second one wrong."""
    hand.choose("server.responder", "rules")
    hand.press("server.rules_apply")
    hand.press("server.rules_new")
    hand.press("server.rules_apply")
    hand.choose("server.rules_match", "regex")
    hand.type("server.rules_value", "a(b")


def beyond_the_encoding(hand: Hand) -> None:
    """Characters that cannot go, placeholders, and the line that asks for a name."""
    connected(hand)
    hand.find("client.placeholders").setChecked(True)  # type: ignore[attr-defined]
    hand.choose("client.encoding", "ascii")
    hand.find("client.payload").setPlainText("10 € − 2 ¢")  # type: ignore[attr-defined]
    hand.window.tab_area.panel("client-1").editor.save.begin()  # type: ignore[union-attr]
    hand.find("client.save_name").setText("hello")  # type: ignore[attr-defined]


def file(hand: Hand) -> None:
    connected(hand)
    hand.choose("client.form", "file")
    hand.find("client.file_path").setText(__file__)  # type: ignore[attr-defined]


def udp(hand: Hand) -> None:
    for side in ("server", "client"):
        hand.choose(f"{side}.type", "SOCK_DGRAM")
    hand.press("server.listen")
    hand.wait_state("server", "BOUND")
    hand.press("client.send")
    hand.wait(lambda: hand.text("client.conversation").count("hello") == 2)


def unix(hand: Hand) -> None:
    hand.choose("server.family", "AF_UNIX")
    hand.press("server.listen")
    hand.wait_state("server", "LISTEN")
    hand.press("client.connect")
    hand.wait_says("client.conversation", "连接已创建")


def many(hand: Hand) -> None:
    """Some are in the accept queue, some get no answer."""
    hand.choose("server.accept_gate", "paused")
    hand.find("server.backlog").setEditText("2")  # type: ignore[attr-defined]
    listening(hand)
    hand.type("client.timeout", "60")  # they wait as long as the scene is looked at
    hand.find("client.count").setText("6")  # type: ignore[attr-defined]
    hand.press("client.connect")
    hand.wait(lambda: hand.find("client.connections").isVisible())
    hand.press("server.accept_one")
    hand.wait(lambda: hand.find("server.connections").model().rowCount() == 1)  # type: ignore[attr-defined]


def marked(hand: Hand) -> None:
    """The peer has closed and nobody reads: a mark, its row chosen, the conversation open."""
    hand.choose("server.receive_gate", "paused")
    connected(hand)
    hand.press("client.send")
    hand.press("client.close")
    hand.wait(
        lambda: any(
            item.state == "CLOSE_WAIT"
            for item in hand.window.controller.snapshot("server-1").connections
        )
    )
    choose_row(hand)
    hand.press("server.talk")


def many_chosen(hand: Hand) -> None:
    """Three of six chosen, their conversation unfolded; one was aborted."""
    listening(hand)
    hand.find("client.count").setText("6")  # type: ignore[attr-defined]
    hand.press("client.connect")
    rows = hand.find("client.connections")
    hand.wait(lambda: rows.model().rowCount() == 6)  # type: ignore[attr-defined]
    rows.choose(6)  # type: ignore[attr-defined]
    hand.press("client.abort")
    hand.press("client.talk")
    rows._select({1, 2, 6})  # type: ignore[attr-defined]
    hand.wait(lambda: "#6" in hand.text("client.conversation"))


def refused(hand: Hand) -> None:
    hand.press("client.connect")
    hand.wait_state("client", "FAILED")
    hand.press("client.why")
    hand.wait(lambda: hand.window.controller.selection.seq is not None)


def bad_input(hand: Hand) -> None:
    """A message with a way out, and a hint below the log."""
    hand.press("client.send")
    hand.window.log.filter.setText("nothing:here")
    hand.window.log.apply_filter()


def call_by_call(hand: Hand) -> None:
    hand.choose("server.pace", "step")
    hand.press("server.listen")
    hand.press("server.next_call")
    hand.wait(
        lambda: any(
            chip.result is not None for chip in hand.window.controller.snapshot("server-1").strip
        )
    )


def kernel(hand: Hand) -> None:
    talk(hand)
    window = hand.window
    number = hand.connection("client-1").id
    window.inspector.setCurrentIndex(2)  # Kernel
    window.controller.select(endpoint="client-1", connection=number)
    hand.wait(lambda: window.inspector.kernel.table.rowCount() > 10)


def every_line(hand: Hand) -> None:
    """The lines that come and go are all there: mark, notice of a crash."""
    hand.window.note_field.begin()
    hand.window.notices.tell_crashed(hand.window.controller.session.record)
    hand.window.status_bar.retranslate()


SCENES: dict[str, Callable[[Hand], None]] = {
    scene.__name__: scene
    for scene in (
        first_start,
        talk,
        finished,
        more,
        rules,
        beyond_the_encoding,
        file,
        udp,
        unix,
        many,
        marked,
        many_chosen,
        refused,
        bad_input,
        call_by_call,
        kernel,
        every_line,
    )
}


def settle() -> None:
    """Layouts ask for layouts, and a new picture may come between: until nothing moves any more."""
    still, before = 0, _places()
    for _ in range(200):
        QApplication.processEvents()
        QCoreApplication.sendPostedEvents(None, QEvent.Type.LayoutRequest)
        now = _places()
        still, before = (still + 1 if now == before else 0), now
        if still == 3:
            return
    raise AssertionError("the window's layout never comes to rest")


def _places() -> list[tuple[QWidget, QRect]]:
    """Where every widget is that can be seen: where the others are matters once they are shown."""
    return [
        (widget, widget.geometry()) for widget in QApplication.allWidgets() if widget.isVisible()
    ]


def speak(window: MainWindow, language: str) -> None:
    """As the language button does it, and the next picture."""
    use_language(language)
    settle()


def scale(window: MainWindow, per_cent: int) -> None:
    if window.preferences.scale != per_cent:
        window.preferences.scale = per_cent
        window.appearance.apply()
    window.resize(*SIZE)
    settle()


def boxes(window: QWidget) -> list[QComboBox]:
    return [box for box in window.findChildren(QComboBox) if box.isVisible()]
