"""Icons: the drawings of resources/icons in a colour of the theme, numbers on discs, and the
program's own icon.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Final

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QGuiApplication, QIcon, QPainter, QPen, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QApplication

from workbench.resources import resource
from workbench.ui.style.theme import ICON, NEAR, TIGHT, current, scaled

_pixmaps: dict[tuple[str, str], QPixmap] = {}
_before_words: dict[tuple[str, str], QIcon] = {}


def open_drawings() -> None:
    """Forget what was drawn in another size, and read the files now, so that painting never waits
    for one.
    """
    _pixmaps.clear()
    _before_words.clear()
    _drawings()


@cache
def _drawings() -> Mapping[str, str]:
    """Every icon's SVG by name."""
    return {path.stem: path.read_text(encoding="utf-8") for path in resource("icons").glob("*.svg")}


def pixmap(name: str, colour: str) -> QPixmap:
    """The SVG resources/icons/NAME.svg in one colour, 16 px at 100 %, sharp on dense screens."""
    key = (name, colour)
    if key not in _pixmaps:
        renderer = QSvgRenderer(_drawings()[name].replace("currentColor", colour).encode())
        ratio = max(1.0, QGuiApplication.primaryScreen().devicePixelRatio())
        side = round(scaled(ICON) * ratio)
        image = QPixmap(QSize(side, side))
        image.fill(Qt.GlobalColor.transparent)
        painter = QPainter(image)
        renderer.render(painter)
        painter.end()
        image.setDevicePixelRatio(ratio)
        _pixmaps[key] = image
    return _pixmaps[key]


def icon(name: str, colour: str | None = None) -> QIcon:
    """An icon in `colour`, by default that of the text."""
    return QIcon(pixmap(name, colour or current().text))


def verdict(*, good: bool) -> QIcon:
    """A tick or a cross in its colour; in a chosen row, in the colour of that row's text."""
    theme, name = current(), "circle-check" if good else "circle-x"
    result = QIcon(pixmap(name, theme.held if good else theme.broken))
    result.addPixmap(pixmap(name, theme.highlight_text), QIcon.Mode.Selected)
    return result


def icon_before_words(name: str, colour: str | None = None) -> QIcon:
    """An icon followed by some space: what Qt leaves between the two is too little.

    `colour`: by default that of the text.
    """
    key = (name, colour or current().text)
    if key in _before_words:
        return _before_words[key]
    drawn = pixmap(*key)
    ratio = drawn.devicePixelRatio()
    wide = QPixmap(drawn.width() + round(TIGHT * ratio), drawn.height())
    wide.setDevicePixelRatio(ratio)
    wide.fill(Qt.GlobalColor.transparent)
    painter = QPainter(wide)
    painter.drawPixmap(0, 0, drawn)
    painter.end()
    _before_words[key] = QIcon(wide)
    return _before_words[key]


_DIGIT: Final = 0.66
"""Height of the number on a disc, as a share of the disc."""
APP_SIDES: Final = (16, 24, 32, 48, 64, 128, 256)
"""Pixels of the application's icon: title bars, task bars and lists of windows have their own."""


def app_icon() -> QIcon:
    """The application's icon, resources/app/socket-workbench.svg, in every size."""
    drawing = QSvgRenderer(str(resource("app/socket-workbench.svg")))
    icon = QIcon()
    for side in APP_SIDES:
        picture = QPixmap(side, side)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        drawing.render(painter)
        painter.end()
        icon.addPixmap(picture)
    return icon


def numbered(number: int, side: int) -> QIcon:
    """A number on a disc of this height, with air behind it, for a button that may be the primary
    one; greyed with it.
    """
    icon = QIcon()
    theme, ratio = current(), max(1.0, QGuiApplication.primaryScreen().devicePixelRatio())
    for mode, ink, disc in (
        (QIcon.Mode.Normal, QColor(theme.primary.text), QColor(theme.primary.back)),
        (QIcon.Mode.Disabled, QColor(theme.muted), QColor(Qt.GlobalColor.transparent)),
    ):
        picture = QPixmap(QSize(side + NEAR, side) * ratio)
        picture.setDevicePixelRatio(ratio)
        picture.fill(Qt.GlobalColor.transparent)
        painter = QPainter(picture)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(ink, 1.2))
        painter.setBrush(disc)
        painter.drawEllipse(QRectF(1, 1, side - 2, side - 2))
        font = QFont(QApplication.font())
        font.setPixelSize(int(side * _DIGIT))
        font.setBold(True)
        painter.setFont(font)
        painter.drawText(QRectF(0, 0, side, side), Qt.AlignmentFlag.AlignCenter, str(number))
        painter.end()
        icon.addPixmap(picture, mode)
    return icon
