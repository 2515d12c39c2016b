"""The windows beside the main one: words and room in both languages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from types import MappingProxyType

import pytest
from PySide6.QtWidgets import QLabel, QWidget

from tests.ui.conftest import Hand
from tests.ui.looks import room
from tests.ui.looks.scenes import connected, settle, speak
from tests.ui.looks.seen import painted, texts_of
from tests.words import chinese, gapped, untranslated
from workbench import texts
from workbench.labs.backlog_data import ClientState
from workbench.qt.key_passwords import KeyQuestion
from workbench.ui.endpoint.password_dialog import PasswordDialog
from workbench.ui.lab.backlog_window import BacklogWindow

LAB_SIZE = (1280, 800)


def foreign(window: QWidget, language: str) -> list[str]:
    """Texts of a window in another language than this."""
    found = chinese if language == "en" else lambda text: untranslated(text) + gapped(text)
    faults = [f"{seen}: {bad}" for seen in texts_of(window) if (bad := found(seen.text))]
    with painted() as drawn:
        window.grab()
    return faults + [f"painted {item.text!r}" for item in drawn if found(item.text)]


def every_look(
    hand: Hand,
    window: QWidget,
    size: tuple[int, int],
    sizes: tuple[int, ...],
    states: Mapping[str, Callable[[], None]] = MappingProxyType({"": lambda: None}),
) -> None:
    """Judge a window in both languages, with texts of these sizes, in each of the states that
    these functions bring it to."""
    faults = []
    for per_cent in sizes:
        hand.window.preferences.scale = per_cent
        hand.window.appearance.apply()
        for language in reversed(texts.LANGUAGES):
            speak(hand.window, language)
            for state, reach in states.items():
                reach()
                window.resize(*size)
                settle()
                where = f"{language} {per_cent} % {state}"
                if window.size().toTuple() != size:
                    faults.append(f"{where}: it has grown to {window.size().toTuple()}")
                faults += [f"{where} {fault}" for fault in room.faults(window)]
                faults += [f"{where} {fault}" for fault in foreign(window, language)]
    hand.window.preferences.scale = 100
    hand.window.appearance.apply()
    assert not faults, "\n".join(faults)


@pytest.fixture
def lab(hand: Hand) -> BacklogWindow:
    return hand.open_lab("0.5")


def test_the_lab_before_a_run(hand: Hand, lab: BacklogWindow) -> None:
    every_look(hand, lab, LAB_SIZE, (100, 150))


def test_the_lab_in_a_run(hand: Hand, lab: BacklogWindow) -> None:
    lab.set_up.timeout.setText("30")
    lab.start()
    hand.wait(
        lambda: (
            lab.state.picture is not None
            and lab.state.picture.count(ClientState.QUEUED) == 3
            and lab.state.picture.count(ClientState.SILENT) == 3
        )
    )
    every_look(hand, lab, LAB_SIZE, (100, 150))


def test_the_lab_after_a_run(hand: Hand, lab: BacklogWindow) -> None:
    for name, count in (("connected", "2"), ("refused", "4")):
        lab.said[name].setText(count)
    lab.start()
    hand.wait(lab.comparison.isVisible)
    every_look(hand, lab, LAB_SIZE, (100, 150))


def test_make_scenario(hand: Hand) -> None:
    connected(hand)
    made = hand.make_scenario()
    every_look(hand, made, (760, 560), (100, 125))
    for language in texts.LANGUAGES:
        speak(hand.window, language)
        boxes = (made.answers, made.waits, made.going_on)
        assert len({box.mapTo(made, box.rect().center()).y() for box in boxes}) == 1


def test_repeat_until(hand: Hand) -> None:
    connected(hand)
    made = hand.make_scenario(repeat=True)
    box = made.repeat.until

    def choose(until: str) -> None:
        index = box.findData(until)
        assert index >= 0, until
        box.setCurrentIndex(index)
        box.activated.emit(index)

    conditions = ("error", "errno", "TimeoutError", "contains", "eof", "")
    every_look(
        hand,
        made,
        (760, 560),
        (100, 125),
        {until: partial(choose, until) for until in conditions},
    )


def test_the_password_of_a_key(hand: Hand) -> None:
    """Open while writing or language change, too: its sentences wrap."""
    window = hand.window
    path = "/home/somebody/certificates/of/the/test/bench/server-with-a-long-name.key"
    dialog = PasswordDialog(KeyQuestion(path, wrong=True), window)
    dialog.show()
    faults = []
    for per_cent in (100, 150, 200, 100):
        window.preferences.scale = per_cent
        window.appearance.apply()
        for language in texts.LANGUAGES:
            speak(window, language)
            found = hand.at_rest(lambda: room.faults(dialog))
            faults += [f"{language} {per_cent} % {fault}" for fault in found]
    assert not faults, "\n".join(faults)


def test_presenting(hand: Hand) -> None:
    """Large, on the same screen: what is set up is folded, what is left can be read."""
    connected(hand)
    window = hand.window
    window.projector_mode.switch()
    hand.wait(lambda: bool(window.findChildren(QLabel, "caption.call")[0].text()))
    faults = []
    for language in texts.LANGUAGES:
        speak(window, language)
        window.showNormal()
        window.resize(1280, 800)
        settle()
        least = window.minimumSizeHint()
        if least.width() > 1280 or least.height() > 800:
            faults.append(f"{language}: the window needs {least.toTuple()}")
        faults += [f"{language} {fault}" for fault in room.faults(window)]
    window.projector_mode.switch()
    assert not faults, "\n".join(faults)
