"""Chinese stands as much in the middle of a field as Latin letters do."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QColor, QFontDatabase
from PySide6.QtWidgets import QApplication, QComboBox, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from workbench.ui.style import theme
from workbench.ui.widgets.hint_combo import HintCombo
from workbench.ui.widgets.named_controls import TextField


def middle(edit: QLineEdit) -> float:
    """Of the ink, from the top of the field."""
    image = edit.grab().toImage()
    inked = [
        y
        for y in range(2, image.height() - 2)
        if any(QColor(image.pixel(x, y)).lightness() < 110 for x in range(4, 60))
    ]
    return (inked[0] + inked[-1]) / 2


@pytest.mark.parametrize("scale", [100, 125, 200])
@pytest.mark.parametrize("kind", [TextField, HintCombo])
def test_chinese_is_in_the_middle(
    qtbot: QtBot, qapp: QApplication, kind: type[QWidget], scale: int
) -> None:
    if not set(theme.CJK) & set(QFontDatabase.families()):
        pytest.skip("no Chinese font here")
    theme.apply(qapp, theme.LIGHT, scale)
    try:
        widget = TextField() if kind is TextField else HintCombo(10)
        qtbot.addWidget(widget)
        widget.resize(300, 70)
        widget.show()
        edit = widget.lineEdit() if isinstance(widget, QComboBox) else widget
        assert edit is not None
        places = []
        for text in ("HHHH", "一直等待"):
            edit.setText(text)
            edit.setCursorPosition(len(text))
            QApplication.processEvents()
            places.append(middle(edit))
        assert abs(places[0] - places[1]) <= 1 + scale / 200, places
    finally:
        theme.apply(qapp, theme.LIGHT)
