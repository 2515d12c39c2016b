"""What can be seen in each state of the window, in both languages and at both sizes."""

from __future__ import annotations

import pytest

from tests.ui.conftest import Hand
from tests.ui.looks import room
from tests.ui.looks.scenes import SIZE, scale, speak
from tests.ui.looks.seen import painted, texts_of
from tests.words import chinese, gapped, untranslated
from workbench import texts

SENT = "hello|reply|nothing|endpoint？|ping|pong"
"""What a person typed or a socket carried."""


def test_everything_is_in_chinese(scene: Hand) -> None:
    """Also what was worded before the language changed."""
    speak(scene.window, "zh_CN")
    faults = [
        f"{seen}: {bad}"
        for seen in texts_of(scene.window)
        if (bad := untranslated(seen.text, SENT) + gapped(seen.text))
    ]
    with painted() as drawn:
        scene.window.grab()
    faults += [
        f"painted {item.text!r}: {bad}" for item in drawn if (bad := untranslated(item.text, SENT))
    ]
    assert not faults, "\n".join(faults)


def test_everything_comes_back_to_english(scene: Hand) -> None:
    speak(scene.window, "zh_CN")
    speak(scene.window, "en")
    faults = [f"{seen}: {bad}" for seen in texts_of(scene.window) if (bad := chinese(seen.text))]
    assert not faults, "\n".join(faults)


def test_nothing_is_cut_off(scene: Hand, request: pytest.FixtureRequest) -> None:
    """At 1280×752, with texts of 100 %, 125 % and 150 %, in both languages."""
    window = scene.window
    faults = []
    for per_cent in (100, 125, 150):
        scale(window, per_cent)
        for language in texts.LANGUAGES:
            speak(window, language)
            where = f"{language} {per_cent} %"
            least = window.minimumSizeHint()
            if least.width() > SIZE[0] or least.height() > SIZE[1]:
                faults.append(f"{where}: the window needs {least.toTuple()}")
            if window.size().toTuple() != SIZE:
                faults.append(f"{where}: the window has grown to {window.size().toTuple()}")
            faults += [f"{where} {fault}" for fault in room.faults(window)]
    assert not faults, "\n".join(faults)
