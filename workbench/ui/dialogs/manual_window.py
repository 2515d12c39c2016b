"""The manual's window: pages on the left, a search above them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from PySide6.QtCore import Qt, QTimer, QUrl, Slot
from PySide6.QtGui import QImage, QKeySequence, QResizeEvent, QShortcut, QTextDocument
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLineEdit,
    QListWidgetItem,
    QSplitter,
    QTextBrowser,
    QVBoxLayout,
    QWidget,
)

from workbench import texts
from workbench.resources import resource
from workbench.texts import tr
from workbench.ui.dialogs.page_format import set_page
from workbench.ui.style import theme
from workbench.ui.style.retranslatable import Retranslatable
from workbench.ui.widgets.item_views import ItemList
from workbench.ui.widgets.screen_fit import open_at
from workbench.viewmodel.manual import Page, Passage, find, pages

_PAGE: Final = Qt.ItemDataRole.UserRole
_HEADING: Final = Qt.ItemDataRole.UserRole + 1
_MARGIN: Final = 2 * theme.WIDE


class ManualText(QTextBrowser):
    """A page whose pictures fit its width and whose links do not lead outside."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("manual.text")
        self.setOpenLinks(False)
        self._page: Page | None = None
        self._widened = QTimer(self)
        self._widened.setSingleShot(True)
        self._widened.timeout.connect(self._lay_out_again)
        # a scroll bar that comes and goes would change the width of the pictures
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)
        self.verticalScrollBar().rangeChanged.connect(self._on_range)
        self.verticalScrollBar().setEnabled(False)

    def show_page(self, page: Page, heading: str = "") -> None:
        """Show a page from its beginning, or from a heading on."""
        self._page = page
        self._set(page)
        self.setAccessibleName(page.title)
        if heading and heading != page.title and self.find(heading):
            cursor = self.textCursor()
            cursor.clearSelection()
            self.setTextCursor(cursor)
            bar = self.verticalScrollBar()
            bar.setValue(bar.value() + self.cursorRect().top() - _MARGIN)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().width() != event.oldSize().width():
            self._widened.start(0)  # not while Qt lays out the page

    @Slot()
    def _lay_out_again(self) -> None:
        """Fit the pictures to the new width, at the same place of the page."""
        if self._page is None:
            return
        bar = self.verticalScrollBar()
        share = bar.value() / bar.maximum() if bar.maximum() else 0.0
        self._set(self._page)
        bar.setValue(round(share * bar.maximum()))

    def _set(self, page: Page) -> None:
        self.clear()
        self.setMarkdown(page.text)
        set_page(self.document())

    @Slot(int, int)
    def _on_range(self, least: int, most: int) -> None:
        """Disable the bar where there is nothing to scroll: it then has no thumb."""
        self.verticalScrollBar().setEnabled(least < most)

    def loadResource(self, kind: int, name: QUrl | str) -> Any:
        """Load pictures of the gallery by their names, and nothing else."""
        if kind != QTextDocument.ResourceType.ImageResource:
            return None
        plain = name.toString() if isinstance(name, QUrl) else name
        scheme = "dark" if theme.is_dark() else "light"
        file = resource("screenshots") / f"{plain}-{scheme}-{texts.language()}.png"
        image = QImage(str(file)) if file.is_file() else QImage()
        if image.isNull():
            return QImage(1, 1, QImage.Format.Format_ARGB32)
        width = max(200, self.viewport().width() - _MARGIN)
        return image.scaledToWidth(
            min(width, image.width()), Qt.TransformationMode.SmoothTransformation
        )


class ManualWindow(Retranslatable, QWidget):
    """Shows a page, or the passages that a search found."""

    def __init__(self, parent: QWidget, keys: Callable[[], Page]) -> None:
        """`keys` makes the last page, in the current language."""
        super().__init__(parent, Qt.WindowType.Window)
        self._keys = keys
        self.setObjectName("manual")
        open_at(self, 900, 640)
        self.search = QLineEdit()
        self.search.setObjectName("manual.search")
        self.search.setClearButtonEnabled(True)
        self.list = ItemList()
        self.list.setObjectName("manual.pages")
        self.list.setWordWrap(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.text = ManualText()
        left = QWidget()
        column = QVBoxLayout(left)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.search)
        column.addWidget(self.list, 1)
        split = QSplitter(Qt.Orientation.Horizontal)
        split.setChildrenCollapsible(False)
        split.addWidget(left)
        split.addWidget(self.text)
        split.setSizes([250, 650])
        row = QHBoxLayout(self)
        row.addWidget(split)
        self._pages: tuple[Page, ...] = ()
        self.search.textChanged.connect(self._fill)
        self.list.currentItemChanged.connect(self._on_chosen)
        for key in ("Esc", "Ctrl+W"):
            QShortcut(QKeySequence(key), self, self.close)
        self.retranslate()

    def retranslate(self) -> None:
        shown = self._shown()
        self.setWindowTitle(tr("manual.title"))
        self.search.setPlaceholderText(tr("manual.search"))
        self.search.setAccessibleName(tr("manual.search"))
        self.list.setAccessibleName(tr("manual.pages"))
        self._pages = (*pages(texts.language()), self._keys())
        self._fill()
        self.open_page(shown or "start")

    def open_page(self, name: str) -> None:
        """Show a page, which ends a search."""
        self.search.clear()
        for row in range(self.list.count()):
            page = self.list.item(row).data(_PAGE)
            if isinstance(page, Page) and page.name == name:
                self.list.setCurrentRow(row)

    def _shown(self) -> str:
        item = self.list.currentItem()
        page = item.data(_PAGE) if item is not None else None
        return page.name if isinstance(page, Page) else ""

    @Slot()
    def _fill(self) -> None:
        typed = self.search.text()
        self.list.clear()
        if not typed.strip():
            for page in self._pages:
                self._add(page.title, page, "")
        else:
            for hit in find(self._pages, typed):
                self._add(_said(hit), hit.page, hit.heading)
        if not self.list.count():
            nothing = QListWidgetItem(tr("manual.nothing"))
            nothing.setFlags(Qt.ItemFlag.NoItemFlags)
            self.list.addItem(nothing)
        elif typed.strip():
            self.list.setCurrentRow(0)

    def _add(self, said: str, page: Page, heading: str) -> None:
        item = QListWidgetItem(said)
        item.setData(_PAGE, page)
        item.setData(_HEADING, heading)
        self.list.addItem(item)

    @Slot(QListWidgetItem, QListWidgetItem)
    def _on_chosen(self, item: QListWidgetItem | None, _before: QListWidgetItem | None) -> None:
        page = item.data(_PAGE) if item is not None else None
        if item is not None and isinstance(page, Page):
            self.text.show_page(page, item.data(_HEADING))


def _said(hit: Passage) -> str:
    where = hit.page.title if hit.heading == hit.page.title else f"{hit.page.title} › {hit.heading}"
    return f"{where}\n{hit.excerpt}"
