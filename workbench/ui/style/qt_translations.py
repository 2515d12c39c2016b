"""Translations of Qt's own parts (buttons of dialogs, menus of fields)."""

from __future__ import annotations

from functools import cache
from typing import Final

from PySide6.QtCore import QCoreApplication, QEvent, QLibraryInfo, QObject, QTranslator
from PySide6.QtWidgets import QToolButton, QWidget

from workbench.texts import qt_words

_SCROLLERS: Final = {"ScrollLeftButton": "Scroll Left", "ScrollRightButton": "Scroll Right"}
_FORMER: Final = {
    ("QFileDialog", "&Look in:"): ("QFileDialog", "Look in:"),
    ("QFileDialog", "Files of &type:"): ("QFileDialog", "Files of type:"),
    **{
        ("QAbstractFileIconProvider", kind): ("QFileDialog", kind)
        for kind in (
            "Alias", "Drive", "File", "%1 File", "File Folder", "Folder", "Shortcut", "Unknown",
        )
    },
}  # fmt: skip
"""Context and words in Qt 6.11, and those by which its translation knows them."""


_installed: list[QTranslator] = []


@cache
def _translator(file: str) -> QTranslator:
    """Qt's own translation, which PySide6 provides; empty if somebody has left it out."""
    made = QTranslator(QCoreApplication.instance())
    made.load(file, QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath))
    return made


class _Amended(QTranslator):
    """Translates what Qt's own translation lacks, or words differently from this program's texts.

    Qt's calls the Enter key 回车, and knows renamed strings only by their former names.
    """

    def isEmpty(self) -> bool:
        return False

    def translate(
        self,
        context: str,
        source: str,
        disambiguation: str | None = None,  # Qt passes it
        count: int = -1,
    ) -> str | None:
        if context == "QShortcut" and source in {"Enter", "Return"}:
            return "Enter"
        former = _FORMER.get((context, source))
        if former is None or not qt_words():
            return None  # not known here
        return _translator(qt_words()).translate(*former, disambiguation, count)


@cache
def _amended() -> QTranslator:
    return _Amended(QCoreApplication.instance())


class _LanguageChangeFilter(QObject):
    """Swallows the LanguageChange events that Qt sends when its translators change."""

    def eventFilter(self, _receiver: QObject, event: QEvent) -> bool:
        return event.type() == QEvent.Type.LanguageChange


def install() -> None:
    """Have Qt use the current language; Qt itself is written in English.

    Qt would tell every window at once: those events are swallowed here, and windows are told when
    the texts of this program have changed too (workbench.ui.style.retranslatable).
    """
    app = QCoreApplication.instance()
    wanted = [*([_translator(qt_words())] if qt_words() else []), _amended()]
    if app is None or wanted == _installed:
        return
    silence = _LanguageChangeFilter()
    app.installEventFilter(silence)
    try:
        for old in _installed:
            QCoreApplication.removeTranslator(old)
        for new in wanted:
            QCoreApplication.installTranslator(new)
    finally:
        app.removeEventFilter(silence)
    _installed[:] = wanted


def name_scroll_buttons(window: QWidget) -> None:
    """Word the scroll buttons of Qt's tab bars again, which Qt words only once, when it makes
    them.
    """
    for button in window.findChildren(QToolButton):
        if button.objectName() in _SCROLLERS:
            words = QCoreApplication.translate("QTabBar", _SCROLLERS[button.objectName()])
            button.setAccessibleName(words)
