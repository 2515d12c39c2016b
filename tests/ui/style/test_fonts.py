"""One font of fixed width: Chinese and Latin letters stand in columns, in lines of one height."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtGui import QFontDatabase, QFontMetricsF
from PySide6.QtWidgets import QApplication, QPlainTextEdit
from pytestqt.qtbot import QtBot

from workbench.ui.style import dressing, fonts, theme

ROOT = Path(fonts.__file__).parents[2]


@pytest.fixture
def both_scripts(qapp: QApplication) -> None:
    if not set(fonts.CJK_FIXED) & set(QFontDatabase.families()):
        pytest.skip(f"none of {', '.join(fonts.CJK_FIXED)} is installed here")
    dressing.apply(qapp, theme.LIGHT)


@pytest.mark.usefixtures("both_scripts")
def test_a_chinese_letter_is_as_wide_as_two_latin_ones() -> None:
    metrics = QFontMetricsF(fonts.fixed_font())
    wide = metrics.horizontalAdvance("服" * 100)
    assert metrics.horizontalAdvance("ab" * 100) == pytest.approx(wide, rel=0.02)


@pytest.mark.usefixtures("both_scripts")
def test_lines_are_equally_high_whatever_stands_in_them(qtbot: QtBot) -> None:
    paper = QPlainTextEdit("hello\n服务器\nhello, 服务器")
    qtbot.addWidget(paper)
    paper.setFont(fonts.fixed_font())
    paper.resize(400, 200)
    with qtbot.waitExposed(paper):
        paper.show()
    document = paper.document()
    blocks = [document.findBlockByNumber(number) for number in range(document.blockCount())]
    heights = [block.layout().lineAt(0).height() for block in blocks]
    assert heights == heights[:1] * 3


def test_it_is_as_large_as_the_text_of_the_window(qapp: QApplication) -> None:
    dressing.apply(qapp, theme.LIGHT, 150)
    assert fonts.fixed_font().pointSizeF() == qapp.font().pointSizeF()
    dressing.apply(qapp, theme.LIGHT)


def test_nobody_has_another_one() -> None:
    others = [
        str(path.relative_to(ROOT))
        for path in ROOT.rglob("*.py")
        if path != Path(fonts.__file__)
        and any(
            word in path.read_text(encoding="utf-8")
            for word in ("FixedFont", "setFamil", "QFontDatabase", "monospace", "Monospace")
        )
    ]
    assert others == []
