"""Tips of text that is not ours are never markup, whatever it looks like."""

from __future__ import annotations

import pytest
from PySide6.QtGui import Qt, QTextDocument

from workbench.qt.tips import plain_tip


@pytest.mark.parametrize(
    "text",
    [
        "plain",
        "a < b & c",
        "<b>bold</b>",
        "x <img src=file:///etc/passwd> y",
        "<qt>x</qt>",
        "&lt;b&gt;",
        "<!-- -->x<b>y</b>",
    ],
)
def test_a_tip_shows_the_very_text(text: str) -> None:
    tip = plain_tip(text)
    if Qt.mightBeRichText(tip):
        document = QTextDocument()
        document.setHtml(tip)
        assert document.toPlainText() == text
    else:
        assert tip == text
