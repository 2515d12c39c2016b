"""Gives the application a theme: Fusion, palette and font, and its windows their style sheet."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QCoreApplication, QEvent
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication, QWidget

from workbench.ui.style.even_strokes import keep_strokes_even
from workbench.ui.style.fonts import open_fonts, readable
from workbench.ui.style.icons import open_drawings
from workbench.ui.style.sheet import sheet
from workbench.ui.style.theme import DARK, LIGHT, Theme, put_in_force, system_is_dark

STYLED: Final = "fusion"
"""Property of an application that already has that style, for example from ARGUMENTS."""
ARGUMENTS: Final = ("-style", STYLED)
"""Arguments of QApplication that give it the style from the beginning: setting it later would load
PySide's largest class, 5 ms of a start.
"""
DARKER: Final = 140
"""Per cent by which Fusion darkens an outline against the window: on a dark one it would vanish."""
_in_force_sheet: list[str] = [""]
_natural_size: list[float] = []


def palette(theme: Theme) -> QPalette:
    """The application palette of a theme."""
    result = QPalette()
    role = QPalette.ColorRole
    for key, value in (
        (role.Window, theme.window),
        (role.WindowText, theme.text),
        (role.Base, theme.base),
        (role.AlternateBase, theme.alternate),
        (role.Text, theme.text),
        (role.Button, theme.button),
        (role.ButtonText, theme.text),
        (role.Highlight, theme.highlight),
        (role.HighlightedText, theme.highlight_text),
        (role.Link, theme.link),
        (role.ToolTipBase, theme.base),
        (role.ToolTipText, theme.text),
        (role.PlaceholderText, theme.muted),
        (role.BrightText, theme.bad.text),
        (role.Mid, theme.edge),
    ):
        result.setColor(key, QColor(value))
    for key in (role.WindowText, role.Text, role.ButtonText):
        result.setColor(QPalette.ColorGroup.Disabled, key, QColor(theme.muted))
    return result


def apply(app: QApplication, theme: Theme | None = None, scale: int = 100) -> None:
    """Give the application the Fusion style and the palette of `theme` (None: the system's).

    `scale`: the size of every text, in per cent of the system's.
    """
    chosen = theme or (DARK if system_is_dark() else LIGHT)
    put_in_force(chosen, scale)
    keep_strokes_even()
    if not _natural_size:
        _natural_size.append(app.font().pointSizeF())
    if not app.property(STYLED):  # under a style sheet the style has no name
        app.setProperty(STYLED, True)
        app.setStyle("Fusion")
    app.setPalette(palette(chosen))
    outlined = palette(chosen)
    outlined.setColor(QPalette.ColorRole.Window, QColor(chosen.field).lighter(DARKER))
    outlined.setColor(QPalette.ColorRole.Light, QColor(chosen.edge))  # the line below tabs
    for kind in ("QCheckBox", "QComboBox", "QTabBar"):
        app.setPalette(outlined, kind)  # type: ignore[arg-type]  # the stub asks for bytes
    font = readable(app.font())
    points = _natural_size[0] * scale / 100
    font.setPointSizeF(points)
    app.setFont(font)
    _in_force_sheet[0] = sheet(chosen)
    for window in app.topLevelWidgets():
        if window.styleSheet():
            dress(window)
    open_drawings()
    if app.topLevelWidgets():  # else when one is painted, so that a start does not wait for it
        open_fonts()


def is_applied() -> bool:
    """Whether the application has been given a theme."""
    return bool(_in_force_sheet[0])


def dress(window: QWidget) -> None:
    """Give a finished window, and everything it owns, its style sheet.

    Not earlier: under a sheet (of the application, or of an enclosing widget) Qt polishes
    everything in a widget again for each widget it is put into, which takes more than half of the
    time of building it.
    """
    window.setStyleSheet("")  # over another sheet Qt would polish twice
    window.setStyleSheet(_in_force_sheet[0])


def repolish(widget: QWidget) -> None:
    """Have the style sheet applied again to a widget whose property has changed.

    This uses Qt's own event and not `style()`: the style belongs to a window, and PySide's object
    for it would outlive it and later refer to whatever is at the same address.
    """
    QCoreApplication.sendEvent(widget, QEvent(QEvent.Type.Polish))
