"""Chinese letters are as heavy on dark as on light."""

from __future__ import annotations

import sys

import pytest
from PySide6.QtGui import QColor, QFont, QFontDatabase, QImage, QPainter
from PySide6.QtWidgets import QApplication

from workbench.ui.style import dressing, even_strokes

CFF = "Noto Sans CJK SC"


def ink(font: QFont, colour: str, back: str) -> float:
    """How much of it is on the paper: the sum of what each pixel is covered."""
    image = QImage(200, 40, QImage.Format.Format_RGB32)
    image.fill(QColor(back))
    painter = QPainter(image)
    painter.setFont(font)
    painter.setPen(QColor(colour))
    painter.drawText(5, 28, "连接已创建服务器")
    painter.end()
    nothing, whole = QColor(back).red(), QColor(colour).red()
    seen = [image.pixelColor(x, y).red() for x in range(200) for y in range(40)]
    return sum((value - nothing) / (whole - nothing) for value in seen)


@pytest.mark.skipif(sys.platform != "linux", reason="others draw their fonts themselves")
@pytest.mark.parametrize("bold", [False, True])
def test_light_on_dark_is_no_bolder_than_dark_on_light(qapp: QApplication, bold: bool) -> None:
    if CFF not in QFontDatabase.families():
        pytest.skip(f"{CFF} is not installed here")
    dressing.apply(qapp)
    font = QFont()
    font.setFamilies([CFF])
    font.setPixelSize(15)
    font.setBold(bold)
    on_dark, on_light = ink(font, "#ffffff", "#000000"), ink(font, "#000000", "#ffffff")
    assert on_light > 100
    assert on_dark == pytest.approx(on_light, rel=0.02)


def test_where_qt_has_another_way_to_its_fonts_nothing_is_done(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    even_strokes.keep_strokes_even.cache_clear()
    monkeypatch.setattr(even_strokes, "QT", "libOther.so.6")
    assert not even_strokes.keep_strokes_even()
    even_strokes.keep_strokes_even.cache_clear()
    monkeypatch.undo()
    even_strokes.keep_strokes_even()
