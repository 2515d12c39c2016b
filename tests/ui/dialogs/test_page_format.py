"""A page of the manual is set in the sizes, colours and fonts of the window."""

from __future__ import annotations

import pytest
from PySide6.QtGui import QTextBlock, QTextCharFormat, QTextDocument, QTextTable
from PySide6.QtWidgets import QApplication

from workbench.ui.dialogs.page_format import set_page
from workbench.ui.style import dressing, fonts, theme
from workbench.viewmodel.manual import pages

PAGE = """# Title

Some `code` here, and a paragraph of several words.

## Part

- one item

```
first line
second line
```

| Key | Does |
|---|---|
| `F5` | something |
"""


@pytest.fixture
def document(qapp: QApplication) -> QTextDocument:
    dressing.apply(qapp, theme.LIGHT)
    made = QTextDocument()
    made.setDefaultFont(qapp.font())
    made.setMarkdown(PAGE)
    set_page(made)
    return made


def blocks(document: QTextDocument) -> list[QTextBlock]:
    return [document.findBlockByNumber(number) for number in range(document.blockCount())]


def letters(document: QTextDocument) -> list[tuple[str, QTextCharFormat]]:
    found = []
    for block in blocks(document):
        part = block.begin()
        while not part.atEnd():
            found.append((part.fragment().text(), part.fragment().charFormat()))
            part += 1
    return found


def test_headings_have_the_sizes_of_the_type_scale(document: QTextDocument) -> None:
    natural = document.defaultFont().pointSizeF()
    sizes = {text: look.font().pointSizeF() for text, look in letters(document)}
    assert sizes["Title"] == pytest.approx(natural * theme.LARGEST)
    assert sizes["Part"] == pytest.approx(natural * theme.LARGER)


def test_a_heading_belongs_to_what_follows(document: QTextDocument) -> None:
    (heading,) = [block for block in blocks(document) if block.text() == "Part"]
    look = heading.blockFormat()
    assert look.topMargin() > 2 * look.bottomMargin() > 0


def test_lines_of_prose_have_air_and_those_of_code_stand_together(document: QTextDocument) -> None:
    assert document.size().height() > 0  # laid out
    places = {
        block.text(): document.documentLayout().blockBoundingRect(block)
        for block in blocks(document)
    }
    assert places["first line"].bottom() == pytest.approx(places["second line"].top())


def test_all_code_has_the_font_of_code(document: QTextDocument) -> None:
    wanted = fonts.fixed_font().families()
    found = {text for text, look in letters(document) if look.fontFamilies() == wanted}
    assert found == {"code", "first line", "second line", "F5"}


def test_a_table_has_lines_in_the_colour_of_lines(document: QTextDocument) -> None:
    (table,) = [
        frame for frame in document.rootFrame().childFrames() if isinstance(frame, QTextTable)
    ]
    looks = [table.cellAt(row, 1).format().toTableCellFormat() for row in range(table.rows())]
    assert len(looks) == 2
    for look in looks:
        assert look.bottomBorder() > 0 == look.leftBorder()
        assert look.bottomBorderBrush().color().name() == theme.LIGHT.edge


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_nothing_of_a_page_is_lost(document: QTextDocument, language: str) -> None:
    for page in pages(language):
        plain = QTextDocument()
        plain.setMarkdown(page.text)
        before = plain.toPlainText().split()
        set_page(plain)
        assert plain.toPlainText().split() == before
