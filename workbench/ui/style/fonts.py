"""The two fonts of the program, one of them of fixed width; in each, Chinese letters have the
weight and the size of the Latin ones.
"""

from __future__ import annotations

from functools import cache
from typing import Final

from PySide6.QtGui import QFont, QFontDatabase, QFontInfo, QFontMetrics
from PySide6.QtWidgets import QApplication

CJK_FIXED: Final = ("Noto Sans Mono CJK SC", "Source Han Mono SC")
CJK: Final = ("Noto Sans CJK SC", "Source Han Sans SC", "Microsoft YaHei", "PingFang SC")


def readable(font: QFont) -> QFont:
    """The font followed by a simplified Chinese one, if the system has one."""
    result = QFont(font)
    result.setFamilies([QFontInfo(font).family(), *_installed(CJK)])
    return result


def fixed_font() -> QFont:
    """Return the font of fixed width, in the size of the application's font.

    A Chinese one comes first where the system has it: its Latin letters are half as wide as the
    Chinese ones, so both line up in columns. As a fallback behind a Latin font it would make lines
    with Chinese higher than others.
    """
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    font.setPointSizeF(QApplication.font().pointSizeF())
    font.setFamilies([*_installed(CJK_FIXED), QFontInfo(font).family()])
    return font


def open_fonts() -> None:
    """Open now what will be read later: a process may be short of descriptors by then."""
    for font in (QApplication.font(), fixed_font()):
        for bold in (False, True):
            font.setBold(bold)
            QFontMetrics(font).horizontalAdvance("A中")  # opens the files of both scripts


@cache
def _installed(names: tuple[str, ...]) -> tuple[str, ...]:
    """The first of these families that the system has; (): it has none of them."""
    there = set(QFontDatabase.families())
    return tuple(name for name in names if name in there)[:1]
