"""Mixins for widgets that word and draw themselves again when language, colours or text size
change.

A widget inherits `Retranslatable` before its Qt class and says in `retranslate` what its own texts
are. Nobody calls that for it but itself: the language comes as Qt's LanguageChange, which Qt hands
from each window down to all in it; colours and size come likewise as an event of our own, sent
when palette, font and style sheet are all in force. (Qt's PaletteChange, FontChange and StyleChange
come one by one while they are being set, and again when a widget gets another parent.)
What is no widget but a child of one inherits `RetranslatablePart`; whoever has to act when all in
a widget is worded, `TellsWhenWorded`.
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
        ended: of a window: it is closed for good, and what it shows can be read no more.
    """

    ended = False

    def retranslate(self) -> None:
        """Make every text of its own again, in the language and font in force."""
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
    """The same mixin for a QObject that is no widget but has one as its parent."""

    def retranslate(self) -> None:
        """Make every text of its own again, in the language and font in force."""
        raise NotImplementedError

    def event(self, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.LanguageChange, APPEARANCE_CHANGE):
            self.retranslate()
        return super().event(event)


class TellsWhenWorded(Retranslatable):
    """A widget that signals when everything in it has the new language, colours and font.

    Signals:
        worded(): so it is; of the class that this is mixed into.
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
    """Have every widget that draws or measures for itself do it again, before its parts do."""
    for window in _windows():
        _tell(window)


def _tell(item: QObject) -> None:
    if isinstance(item, Retranslatable | RetranslatablePart):
        QCoreApplication.sendEvent(item, QEvent(APPEARANCE_CHANGE))
    else:
        _hand_down(item)


def _hand_down(item: QObject) -> None:
    """As Qt does with a language: from each to what is in it."""
    for child in item.children():
        _tell(child)


def _windows() -> list[QWidget]:
    """The windows that no other one owns: what they are told goes on to those that they own."""
    return [
        widget
        for widget in QApplication.topLevelWidgets()
        if widget.parent() is None and not (isinstance(widget, Retranslatable) and widget.ended)
    ]
