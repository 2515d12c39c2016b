"""Qt's own words beside those of this program: the Enter key has one name."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QCoreApplication, QTranslator
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from workbench import app, texts
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


@pytest.mark.usefixtures("_sheet")
def test_keys_are_not_looked_for_in_translations(
    qtbot: QtBot, tmp_path: Path, first_port: int
) -> None:
    """They are written as Qt itself writes them; of all its names for keys 1 354 were asked for."""
    assert first_port
    asked: list[str] = []

    class Noted(QTranslator):
        def isEmpty(self) -> bool:
            return False

        def translate(
            self, context: str, source: str, disambiguation: str | None = None, count: int = -1
        ) -> str:
            asked.append(context)
            return None  # type: ignore[return-value]  # not known here

    noted = Noted()
    QCoreApplication.installTranslator(noted)
    try:
        window = app.create_window(tmp_path / "r.swb")
    finally:
        QCoreApplication.removeTranslator(noted)
    qtbot.addWidget(window)
    assert "QTabBar" in asked
    assert "QShortcut" not in asked
