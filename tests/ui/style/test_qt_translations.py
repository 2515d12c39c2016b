"""Qt's own words beside those of this program: the Enter key has one name."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QApplication

from workbench import texts
from workbench.ui.style import qt_translations


@pytest.mark.parametrize("language", texts.LANGUAGES)
def test_enter_is_called_enter(qapp: QApplication, language: str) -> None:
    """As in the manual and in tips; other keys stay as Qt has them."""
    assert qapp is not None
    before = texts.language()
    texts.set_language(language)
    qt_translations.install()
    try:
        native = QKeySequence.SequenceFormat.NativeText
        for key in ("Ctrl+Return", "Ctrl+Enter"):
            assert QKeySequence(key).toString(native) == "Ctrl+Enter"
        space = QKeySequence("Space").toString(native)
        assert space == {"en": "Space", "zh_CN": "空格"}[language]
    finally:
        texts.set_language(before)
        qt_translations.install()
