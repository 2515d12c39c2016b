"""Formats a page of the manual: sizes of headings, space between lines, code in its own font."""

from __future__ import annotations

from typing import Final

from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QTextBlock,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
    QTextFragment,
    QTextFrameFormat,
    QTextTable,
)

from workbench.ui.style import fonts, theme

_LEADING: Final = 1.35
"""Line height of prose, as a factor: it needs more than a table does."""
_SIZES: Final = {1: theme.LARGEST, 2: theme.LARGER}
_CODE: Final = int(QTextFormat.Property.BlockCodeFence)


def set_page(document: QTextDocument) -> None:
    """Format what Qt has made of Markdown, in the colours and the size in force."""
    document.setDocumentMargin(theme.WIDE)
    document.setIndentWidth(theme.scaled(theme.ROOMY))
    edit = QTextCursor(document)
    edit.beginEditBlock()  # laid out once, at its end
    block = document.firstBlock()
    while block.isValid():
        _set_block(block)
        _set_letters(block)
        block = block.next()
    for frame in document.rootFrame().childFrames():
        if isinstance(frame, QTextTable):
            _set_table(frame)
    _frame_code(document)
    edit.endEditBlock()


def _set_block(block: QTextBlock) -> None:
    """Set the space around a block and between its lines."""
    made = QTextBlockFormat()
    metrics = QFontMetricsF(block.document().defaultFont())
    level = block.blockFormat().headingLevel()
    above, below = 0, theme.APART
    if level:
        above = theme.ROOMY if block.previous().isValid() else 0
        below = theme.GAP
    elif _is_code(block):
        below = 0
    else:
        kind = QTextBlockFormat.LineHeightTypes.MinimumHeight.value
        made.setLineHeight(metrics.height() * _LEADING, kind)
        within = block.textList() is not None and block.next().textList() is not None
        below = theme.NEAR if within else theme.APART
    made.setTopMargin(theme.scaled(above))
    made.setBottomMargin(theme.scaled(below))
    QTextCursor(block).mergeBlockFormat(made)


def _set_letters(block: QTextBlock) -> None:
    """Use the type scale for headings, which Qt makes larger, and one font for all code."""
    document = block.document()
    size = document.defaultFont().pointSizeF()
    level = block.blockFormat().headingLevel()
    for text in _texts_in(block):
        made = QTextCharFormat(text.charFormat())
        if level:
            made.clearProperty(int(QTextFormat.Property.FontSizeAdjustment))
            made.setFontPointSize(size * _SIZES.get(level, 1))
        inline = made.fontFixedPitch() and not _is_code(block)
        if inline or _is_code(block):
            made.setFontFamilies(fonts.fixed_font().families())
        if inline:
            made.setBackground(QColor(theme.current().window))
        edit = QTextCursor(document)
        edit.setPosition(text.position())
        edit.setPosition(text.position() + text.length(), QTextCursor.MoveMode.KeepAnchor)
        edit.setCharFormat(made)


def _set_table(table: QTextTable) -> None:
    """Draw a line below each row, in the colour of those of other tables."""
    made = table.format()
    made.setBorder(0)
    made.setBorderCollapse(True)
    made.setCellPadding(theme.NEAR)
    made.setCellSpacing(0)
    table.setFormat(made)
    for row in range(table.rows()):
        for column in range(table.columns()):
            cell = table.cellAt(row, column)
            look = cell.format().toTableCellFormat()
            look.setBottomBorder(theme.HAIR)
            look.setBottomBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
            look.setBottomBorderBrush(QColor(theme.current().edge))
            cell.setFormat(look)


def _frame_code(document: QTextDocument) -> None:
    """Put each block of code into a frame of its own."""
    look = QTextFrameFormat()
    look.setBackground(QColor(theme.current().window))
    look.setPadding(theme.APART)
    look.setBottomMargin(theme.APART)
    block = document.firstBlock()
    while block.isValid():
        last = block
        while _is_code(last) and _is_code(last.next()):
            last = last.next()
        if _is_code(block):
            edit = QTextCursor(block)
            edit.setPosition(last.position() + last.length() - 1, QTextCursor.MoveMode.KeepAnchor)
            edit.insertFrame(look)
            last = edit.block()
        block = last.next()


def _texts_in(block: QTextBlock) -> list[QTextFragment]:
    """Return its pieces of one format each."""
    found, part = [], block.begin()
    while not part.atEnd():
        found.append(part.fragment())
        part += 1
    return found


def _is_code(block: QTextBlock) -> bool:
    """Tell whether it is a line of a code block."""
    return block.isValid() and block.blockFormat().hasProperty(_CODE)
