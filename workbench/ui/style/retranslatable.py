"""Mixins for widgets that word and draw themselves again when language, colours or text size
change.

A widget inherits `Retranslatable` before its Qt class and sets its own texts in `retranslate`,
which nobody else calls. The language comes as Qt's LanguageChange, which Qt hands from each window
down to everything in it; colours and size come likewise as an event of our own, sent when palette,
font and style sheet are all in force. (Qt's PaletteChange, FontChange and StyleChange come one by
one while these are being set, and again when a widget gets another parent.) A child of a widget
that is not one itself inherits `RetranslatablePart`; whatever has to act when everything in a
widget is worded, `TellsWhenWorded`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QCoreApplication, QEvent, QObject, SignalInstance
from PySide6.QtWidgets import QApplication, QWidget

from workbench.texts import set_language
from workbench.ui.style import qt_translations

if TYPE_CHECKING:
    _Widget = QWidget
    _Object = QObject
else:
    _Widget = _Object = object  # a second Qt class among the bases is not possible

APPEARANCE_CHANGE: Final = QEvent.Type(QEvent.registerEventType())
"""Colours, fonts and style sheet are others now."""


class Retranslatable(_Widget):
    """Mixin, placed before a widget's Qt class: calls `retranslate` on each change.

    Attributes:
        ended: for a window: it is closed for good, and what it shows can no longer be read.
    """

    ended = False

    def retranslate(self) -> None:
        """Word every text of its own again, in the current language and font."""
        raise NotImplementedError

    def redraw(self) -> None:
        """Draw and measure again what does not follow the application's colours and font."""
        self.retranslate()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.LanguageChange:
            self.retranslate()

    def customEvent(self, event: QEvent) -> None:
        super().customEvent(event)
        if event.type() == APPEARANCE_CHANGE:
            self.redraw()
            _hand_down(self)


class RetranslatablePart(_Object):
    """The same mixin for a QObject that is not a widget but has one as its parent."""

    def retranslate(self) -> None:
        """Word every text of its own again, in the current language and font."""
        raise NotImplementedError

    def event(self, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.LanguageChange, APPEARANCE_CHANGE):
            self.retranslate()
        return super().event(event)


class TellsWhenWorded(Retranslatable):
    """A widget that signals when everything in it has the new language, colours and font.

    Signals:
        worded(): that has happened; declared by the class that this is mixed into.
    """

    worded: SignalInstance

    def event(self, event: QEvent) -> bool:
        handled = super().event(event)
        if event.type() in (QEvent.Type.LanguageChange, APPEARANCE_CHANGE):
            self.worded.emit()
        return handled


def use_language(name: str) -> None:
    """Choose the language; every window is in it when this returns.

    Raises:
        ValueError: not one of workbench.texts.LANGUAGES.
    """
    set_language(name)
    qt_translations.install()
    for window in _windows():
        QCoreApplication.sendEvent(window, QEvent(QEvent.Type.LanguageChange))


def tell_appearance() -> None:
    """Have every widget that draws or measures for itself do so again, before its parts do."""
    for window in _windows():
        _tell(window)


def _tell(item: QObject) -> None:
    if isinstance(item, Retranslatable | RetranslatablePart):
        QCoreApplication.sendEvent(item, QEvent(APPEARANCE_CHANGE))
    else:
        _hand_down(item)


def _hand_down(item: QObject) -> None:
    """As Qt does with a language: from each widget to what is in it."""
    for child in item.children():
        _tell(child)


def _windows() -> list[QWidget]:
    """The windows that no other one owns; what they are told is passed on to those that they
    own.
    """
    return [
        widget
        for widget in QApplication.topLevelWidgets()
        if widget.parent() is None and not (isinstance(widget, Retranslatable) and widget.ended)
    ]
