"""The buttons under Explain: what one does may change what is offered."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from workbench.texts import tr
from workbench.ui.record.explanation_view import RemedyButtons
from workbench.ui.style.retranslatable import use_language
from workbench.viewmodel.message import Remedy


def made(qtbot: QtBot) -> RemedyButtons:
    remedies = RemedyButtons()
    qtbot.addWidget(remedies)
    remedies.show()
    return remedies


def offered(remedies: RemedyButtons) -> list[str]:
    seen = [button for button in remedies.findChildren(QPushButton) if not button.isHidden()]
    return sorted(button.objectName() for button in seen)


def test_a_button_that_was_found_can_still_be_asked_when_it_is_no_longer_offered(
    qtbot: QtBot,
) -> None:
    """Whoever waits until it can be pressed holds it while other things are offered."""
    remedies = made(qtbot)
    remedies.offer((Remedy("connect_again", lambda: None), Remedy("start_server", lambda: None)))
    held = remedies.findChild(QPushButton, "inspector.start_server")
    assert isinstance(held, QPushButton)
    remedies.offer((Remedy("connect_again", lambda: None),))
    QCoreApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    assert not held.isVisible()
    assert offered(remedies) == ["inspector.connect_again"]


def test_a_press_does_what_is_offered_now_and_may_change_it(qtbot: QtBot) -> None:
    remedies = made(qtbot)
    done: list[str] = []

    def again() -> None:
        done.append("new")
        remedies.offer(())

    remedies.offer((Remedy("connect_again", lambda: done.append("old")),))
    remedies.offer((Remedy("connect_again", again),))
    held = remedies.findChild(QPushButton, "inspector.connect_again")
    assert isinstance(held, QPushButton)
    held.click()
    assert done == ["new"]
    assert offered(remedies) == []
    held.click()  # it is off the list: a click that was on its remedy does nothing
    assert done == ["new"]


def test_those_that_are_hidden_follow_the_language_too(qtbot: QtBot) -> None:
    remedies = made(qtbot)
    remedies.offer((Remedy("connect_again", lambda: None),))
    remedies.offer(())
    hidden = remedies.findChild(QPushButton, "inspector.connect_again")
    assert isinstance(hidden, QPushButton)
    use_language("zh_CN")
    try:
        assert hidden.text() == tr("caption.connect_again")
        assert hidden.toolTip() == tr("tip.way_out")
    finally:
        use_language("en")
