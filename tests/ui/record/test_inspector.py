"""The inspector draws the tab in front, and only what is not drawn already."""

from __future__ import annotations

from PySide6.QtGui import QFont
from PySide6.QtWidgets import QApplication, QLabel, QPlainTextEdit, QTabWidget
from pytestqt.qtbot import QtBot

from tests.ui.conftest import Hand
from workbench.engine.model import commands as c
from workbench.engine.model.tail import Append
from workbench.explain.explain import Explanation, Section
from workbench.journal.reader import Row
from workbench.ui.record.explanation_view import ExplanationView

EXPLAIN, BYTES, KERNEL = range(3)


def labels(view: ExplanationView) -> list[QLabel]:
    return [label for label in view.findChildren(QLabel) if not label.isHidden()]


def explanation(*paragraphs: str, python: str = "") -> Explanation:
    return Explanation("A title", (Section("A heading", paragraphs),), python)


def test_what_is_not_in_front_is_not_drawn_and_right_when_it_comes_there(hand: Hand) -> None:
    tabs = hand.find("inspector.tabs")
    assert isinstance(tabs, QTabWidget)
    tabs.setCurrentIndex(BYTES)
    tabs.setCurrentIndex(EXPLAIN)
    page = hand.find("inspector.bytes")
    assert isinstance(page, QPlainTextEdit)
    drawn: list[str] = []
    page.textChanged.connect(lambda: drawn.append(page.toPlainText()))
    hand.connect()
    hand.find("client.payload").setPlainText("hello")  # type: ignore[attr-defined]
    hand.press("client.send")
    hand.wait(lambda: "hello" in hand.text("client.conversation"))
    reader = hand.window.controller.reader
    sent = next(row for row in reader.page(1, 200) if row.payload == b"hello")
    hand.window.controller.select(endpoint=sent.endpoint, connection=sent.connection, seq=sent.seq)
    assert drawn == []
    tabs.setCurrentIndex(BYTES)
    assert drawn[-1].startswith("hello")
    before = hand.text_of_explain()
    other = next(row for row in reader.page(1, 200) if row.call == "listen")
    hand.window.controller.select(
        endpoint=other.endpoint, connection=other.connection, seq=other.seq
    )
    assert not drawn[-1].startswith("hello")
    assert hand.text_of_explain() == before
    tabs.setCurrentIndex(EXPLAIN)
    assert "listen" in hand.text_of_explain()


def test_a_checksum_at_the_end_of_the_bytes_is_named(hand: Hand) -> None:
    tabs = hand.find("inspector.tabs")
    assert isinstance(tabs, QTabWidget)
    tabs.setCurrentIndex(BYTES)
    hand.connect()
    window = hand.window
    window.controller.session.perform(c.Send("client-1", hex="55 aa 02", append=Append.SUM8))
    reader = window.controller.reader
    frame = bytes.fromhex("55aa0201")

    def sent() -> list[Row]:
        return [row for row in reader.page(1, 200) if row.payload == frame]

    hand.wait(lambda: bool(sent()))
    row = sent()[0]
    window.controller.select(endpoint=row.endpoint, connection=row.connection, seq=row.seq)
    assert hand.text("inspector.bytes").endswith("\n\n01: sum8 of the bytes before")


def test_the_same_bytes_are_not_laid_out_again(hand: Hand) -> None:
    tabs = hand.find("inspector.tabs")
    assert isinstance(tabs, QTabWidget)
    tabs.setCurrentIndex(BYTES)
    page = hand.find("inspector.bytes")
    assert isinstance(page, QPlainTextEdit)
    hand.press("server.listen")
    hand.wait_state("server", "LISTEN")
    drawn: list[str] = []
    page.textChanged.connect(lambda: drawn.append(page.toPlainText()))
    for _ in range(5):
        hand.window.inspector.explanation_wanted.emit()
    assert len(drawn) <= 1  # the newest row may have come just now


def test_an_explanation_is_written_into_the_labels_that_are_there(qtbot: QtBot) -> None:
    view = ExplanationView()
    qtbot.addWidget(view)
    view.resize(300, 300)
    view.show()
    view.show_explanation(explanation("one", "two", python="s.send(b'x')"), "client #1")
    first = labels(view)
    texts = ["A title", "client #1", "A heading", "one", "two", "In Python"]
    assert [label.text() for label in first][:5] == texts[:5]
    assert [label.font().bold() for label in first] == [True, False, True, False, False, True]
    paper = view.findChild(QPlainTextEdit, "inspector.code")
    assert isinstance(paper, QPlainTextEdit)
    assert paper.isVisible()
    assert paper.toPlainText() == "s.send(b'x')"
    view.show_explanation(explanation("three"), "")
    assert [label.text() for label in labels(view)] == ["A title", "A heading", "three"]
    assert [label.font().bold() for label in labels(view)] == [True, True, False]
    assert labels(view) == first[:3]
    assert not paper.isVisible()
    view.show_plain("nothing")
    assert [label.text() for label in labels(view)] == ["nothing"]
    assert not labels(view)[0].font().bold()


def test_an_explanation_follows_the_size_of_the_text(qtbot: QtBot, qapp: QApplication) -> None:
    view = ExplanationView()
    qtbot.addWidget(view)
    view.show()
    view.show_explanation(explanation("one", "two"), "client #1")
    before = qapp.font()
    larger = QFont(before)
    larger.setPointSizeF(2 * before.pointSizeF())
    try:
        qapp.setFont(larger)
        view.forget()
        view.show_explanation(explanation("one", "two"), "client #1")
        assert {label.font().pointSizeF() for label in labels(view)} == {larger.pointSizeF()}
        assert [label.font().bold() for label in labels(view)] == [True, False, True, False, False]
    finally:
        qapp.setFont(before)
