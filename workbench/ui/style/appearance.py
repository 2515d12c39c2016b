"""Appearance: text size, colours, language and presentation mode of all windows,
kept between runs.
"""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtWidgets import QApplication

from workbench.qt.preferences import SCALES, Preferences
from workbench.texts import language, next_language
from workbench.ui.style import dressing, theme
from workbench.ui.style.retranslatable import tell_appearance, use_language

PRESENTED: int = 150
"""Per cent, while presenting."""


class Appearance(QObject):
    """Applies them to the application; there is one object.

    Attributes:
        presenting: a window is presented, large and with high contrast, on a projector.

    Signals:
        changed(): fonts and colours have changed.
    """

    changed = Signal()

    def __init__(self, app: QApplication, preferences: Preferences) -> None:
        super().__init__(app)
        self._app = app
        self._preferences = preferences
        self._presenters: set[object] = set()
        self._presented = PRESENTED
        app.styleHints().colorSchemeChanged.connect(self._on_system)

    @property
    def presenting(self) -> bool:
        return bool(self._presenters)

    @property
    def scale(self) -> int:
        """The text size in per cent of the system's."""
        return self._presented if self.presenting else self._preferences.scale

    def apply(self) -> None:
        """Apply size, colours and language to the application."""
        scheme = self._preferences.scheme
        dark = theme.system_is_dark() if scheme == "system" else scheme == "dark"
        if self.presenting:
            chosen = theme.DARK_PRESENTED if dark else theme.LIGHT_PRESENTED
        else:
            chosen = theme.DARK if dark else theme.LIGHT
        dressing.apply(self._app, chosen, self.scale)
        tell_appearance()
        self.changed.emit()

    @Slot()
    def switch_language(self) -> None:
        """Switch to the next language, in every window at once."""
        use_language(next_language())
        self._preferences.language = language()

    def larger(self) -> None:
        self._step(1)

    def smaller(self) -> None:
        self._step(-1)

    def _step(self, by: int) -> None:
        place = SCALES.index(self.scale) + by
        self._set_scale(SCALES[max(0, min(len(SCALES) - 1, place))])

    def normal(self) -> None:
        self._set_scale(PRESENTED if self.presenting else 100)

    def _set_scale(self, scale: int) -> None:
        """Set the size; a presentation has a size of its own, so that the everyday one is restored
        afterwards.
        """
        if self.presenting:
            self._presented = scale
        else:
            self._preferences.scale = scale
        self.apply()

    def set_scheme(self, scheme: str) -> None:
        """Set one of "system", "light" or "dark"."""
        self._preferences.scheme = scheme
        self.apply()

    def present(self, who: object, presenting: bool) -> None:
        """Follow whether a window is presented."""
        if presenting and not self._presenters:
            self._presented = max(PRESENTED, self._preferences.scale)
        (self._presenters.add if presenting else self._presenters.discard)(who)
        self.apply()

    @Slot()
    def _on_system(self) -> None:
        self.apply()
