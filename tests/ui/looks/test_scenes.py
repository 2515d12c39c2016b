"""What can be seen in each state of the window, in both languages and at both sizes."""

from __future__ import annotations

from tests.ui.conftest import Hand
from tests.ui.looks.scenes import speak
from tests.ui.looks.seen import painted, texts_of
from tests.words import chinese, untranslated

SENT = "hello|reply|nothing|endpoint？"
"""What a person typed or a socket carried."""


def test_everything_is_in_chinese(scene: Hand) -> None:
    """Also what was worded before the language changed."""
    speak(scene.window, "zh_CN")
    faults = [f"{seen}: {bad}" for seen in texts_of(scene.window)
              if (bad := untranslated(seen.text, SENT))]
    with painted() as texts:
        scene.window.grab()
    faults += [f"painted {item.text!r}: {bad}" for item in texts
               if (bad := untranslated(item.text, SENT))]
    assert not faults, "\n".join(faults)


def test_everything_comes_back_to_english(scene: Hand) -> None:
    speak(scene.window, "zh_CN")
    speak(scene.window, "en")
    faults = [f"{seen}: {bad}" for seen in texts_of(scene.window) if (bad := chinese(seen.text))]
    assert not faults, "\n".join(faults)
