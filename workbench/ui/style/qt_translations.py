"""The words of Qt's own parts (dialogs' buttons, menus of fields) in the window's language."""

from __future__ import annotations

from functools import cache
from typing import Final

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QTranslator
from PySide6.QtWidgets import QToolButton, QWidget

from workbench.texts import qt_words

_SCROLLERS: Final = {"ScrollLeftButton": "Scroll Left", "ScrollRightButton": "Scroll Right"}


_installed: list[QTranslator] = []


@cache
def _translator(file: str) -> QTranslator:
    """Qt's own translation, which PySide6 carries; empty where somebody has left it out."""
    made = QTranslator(QCoreApplication.instance())
    made.load(file, QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath))
    return made


def install() -> None:
    """Have Qt use the language in force; English is what it is written in."""
    wanted = [_translator(qt_words())] if qt_words() else []
    if wanted == _installed:
        return
    for old in _installed:
        QCoreApplication.removeTranslator(old)
    for new in wanted:
        QCoreApplication.installTranslator(new)
    _installed[:] = wanted


def name_scroll_buttons(window: QWidget) -> None:
    """Qt words the scroll buttons of its tab bars once, when it makes them: word them again."""
    for button in window.findChildren(QToolButton):
        if button.objectName() in _SCROLLERS:
            words = QCoreApplication.translate("QTabBar", _SCROLLERS[button.objectName()])
            button.setAccessibleName(words)
