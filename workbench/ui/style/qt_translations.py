"""The words of Qt's own parts (dialogs' buttons, menus of fields) in the window's language."""

from __future__ import annotations

from functools import cache
from typing import Final

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QTranslator
from PySide6.QtWidgets import QToolButton, QWidget

from workbench.texts import language

_SCROLLERS: Final = {"ScrollLeftButton": "Scroll Left", "ScrollRightButton": "Scroll Right"}


@cache
def _chinese() -> QTranslator:
    """Qt's own translation, which PySide6 carries; empty where somebody has left it out."""
    made = QTranslator(QCoreApplication.instance())
    made.load("qtbase_zh_CN", QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath))
    return made


def install() -> None:
    """Have Qt use the language in force; English is what it is written in."""
    wanted = language() == "zh_CN"
    if wanted and not _chinese().property("installed"):
        QCoreApplication.installTranslator(_chinese())
    elif not wanted:
        QCoreApplication.removeTranslator(_chinese())
    _chinese().setProperty("installed", wanted)


def name_scroll_buttons(window: QWidget) -> None:
    """Qt words the scroll buttons of its tab bars once, when it makes them: word them again."""
    for button in window.findChildren(QToolButton):
        if button.objectName() in _SCROLLERS:
            words = QCoreApplication.translate("QTabBar", _SCROLLERS[button.objectName()])
            button.setAccessibleName(words)
