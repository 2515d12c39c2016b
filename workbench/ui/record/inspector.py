"""The inspector: the chosen event explained, its bytes, its frame, the kernel's readings."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final, Generic, TypeVar

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import (
    QFrame,
    QScrollArea,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from workbench.journal.reader import Row
from workbench.qt.explain_presenter import Explained
from workbench.texts import tr
from workbench.ui.record.explanation_view import ExplanationView, RemedyButtons
from workbench.ui.style.retranslatable import Retranslatable
from workbench.ui.widgets.late_part import LatePart
from workbench.viewmodel.layer_calls import FRAMES, TLS, WEBSOCKET
from workbench.viewmodel.message import Remedy

if TYPE_CHECKING:
    from workbench.ui.record.bytes_tab import BytesTab, ReadBytes
    from workbench.ui.record.certificate_tab import CertificateTab
    from workbench.ui.record.frame_tab import FrameTab
    from workbench.ui.record.handshake_tab import HandshakeTab
    from workbench.ui.record.kernel_tab import KernelTab

T = TypeVar("T", bound=QWidget)
_PLAIN: Final = 3
"""Tabs that every row has."""


class Inspector(Retranslatable, QTabWidget):
    """The tabs at the bottom right.

    Attributes:
        remedies: buttons for what can be done about an event now.

    Signals:
        remedy_begun(): one of these buttons was pressed. remedy_taken(): its job is done.
        explanation_wanted(): explain the event again, in another language.
    """

    remedy_begun = Signal()
    remedy_taken = Signal()
    explanation_wanted = Signal()

    def __init__(
        self,
        read_bytes: ReadBytes,
        kernel: Callable[[], KernelTab],
        handshake: Callable[[], HandshakeTab],
        certificate: Callable[[], CertificateTab],
    ) -> None:
        """`read_bytes`: the bytes of an event as text. The other arguments become tabs beside."""
        super().__init__()
        self.setObjectName("inspector.tabs")
        self.setDocumentMode(True)
        self.remedies: Callable[[Row], tuple[Remedy, ...]] = lambda _row: ()
        self._explained: Explained | None = None
        self._text = ExplanationView()
        self._offered = RemedyButtons()  # below the text, where they are seen without scrolling
        self._explain = QWidget()
        explain_column = QVBoxLayout(self._explain)
        explain_column.setContentsMargins(0, 0, 0, 0)
        explain_column.setSpacing(0)
        explain_column.addWidget(self._text, 1)
        explain_column.addWidget(self._offered)
        self._page = LatePart(lambda: _bytes_tab(read_bytes))
        self.addTab(self._explain, "")
        self.addTab(self._page, "")
        self._kernel = LatePart(lambda: _Scrolling(kernel(), "inspector.kernel"))
        self._frame = LatePart(_frame_tab)
        self._handshake = LatePart(lambda: _Scrolling(handshake(), "inspector.handshake"))
        self._certificate = LatePart(lambda: _Scrolling(certificate(), "inspector.certificate"))
        self.addTab(self._kernel, "")
        self._layers: tuple[tuple[QWidget, str], ...] = (
            (self._frame, "frame"),
            (self._handshake, "handshake"),
            (self._certificate, "certificate"),
        )
        for part, _ in self._layers:
            part.setParent(self)  # each has a tab for rows of its layers only
        self.currentChanged.connect(self._show_front)  # only now it has its width
        self._offered.begun.connect(self.remedy_begun)
        self._offered.done.connect(self.remedy_taken)
        self.retranslate()

    @property
    def kernel(self) -> KernelTab:
        return self._kernel.part.page

    @property
    def frame(self) -> FrameTab:
        return self._frame.part.page

    @property
    def row(self) -> Row | None:
        """The event that is shown."""
        return self._explained.row if self._explained is not None else None

    @Slot(object)
    def show_explained(self, explained: Explained | None) -> None:
        """Show an event and its explanation."""
        self._explained = explained
        self._offer_layers(self.row.call if self.row is not None else "")
        self._show_front()

    def _offer_layers(self, call: str) -> None:
        """Have the tabs about layers only for rows of layers. A hidden tab will not do: Qt tells a
        screen reader that it is there.
        """
        wanted = (call in FRAMES, call.startswith(WEBSOCKET), call.startswith(TLS))
        for (part, name), shown in zip(self._layers, wanted, strict=True):
            place = self.indexOf(part)
            if shown and place < 0:
                before = sum(self.indexOf(each) >= 0 for each, _ in self._layers)
                self.insertTab(_PLAIN + before, part, tr(f"inspector.{name}"))
            elif place >= 0 and not shown:
                self.removeTab(place)

    @Slot()
    def _show_front(self) -> None:
        """Draw only the tab in front."""
        explained, front = self._explained, self.currentWidget()
        if front is self._page:
            self._page.part.show_row(self.row, explained.encoding if explained is not None else "")
        if front is self._frame:
            self.frame.show_row(self.row)
        if front is self._handshake:
            self._handshake.part.page.show_row(self.row)
        if front is self._certificate:
            self._certificate.part.page.show_row(self.row)
        if front is self._explain:
            self._show_explanation()
            self.offer_remedies()

    def _show_explanation(self) -> None:
        if self._explained is None:
            self._text.show_plain(tr("explain.nothing"))
        else:
            self._text.show_explanation(self._explained.explanation, self._explained.who)

    @Slot()
    def offer_remedies(self) -> None:
        """Show buttons for what can be done now, which changes while the text stays."""
        if self.currentWidget() is self._explain:
            self._offered.offer(self.remedies(self.row) if self.row is not None else ())

    def redraw(self) -> None:
        """Use the fonts for the current size."""
        self._text.forget()
        self.retranslate()

    def retranslate(self) -> None:
        """Word every text again in the current language."""
        self.setTabText(0, tr("inspector.explain"))
        self.setTabText(1, tr("inspector.bytes"))
        self.setTabText(2, tr("inspector.kernel"))
        for part, name in self._layers:
            if (place := self.indexOf(part)) >= 0:
                self.setTabText(place, tr(f"inspector.{name}"))
        self.setAccessibleName(tr("name.inspector"))
        self._text.setAccessibleName(tr("inspector.explain"))
        self.tabBar().setAccessibleName(tr("name.inspector"))
        self.explanation_wanted.emit()
        # behind another tab too, so that nothing stays in another language
        self._show_explanation()


class _Scrolling(Retranslatable, QScrollArea, Generic[T]):
    """A scroll area, so that diagram and plots do not force the window's height."""

    def __init__(self, page: T, name: str) -> None:
        """`name`: the key of its text."""
        super().__init__()
        self.page = page
        self._name = name
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setProperty("reading", True)
        self.setWidget(page)
        self.retranslate()

    def retranslate(self) -> None:
        self.setAccessibleName(tr(self._name))


def _bytes_tab(read: ReadBytes) -> BytesTab:
    from workbench.ui.record.bytes_tab import BytesTab  # when it is first looked at

    return BytesTab(read)


def _frame_tab() -> _Scrolling[FrameTab]:
    from workbench.ui.record.frame_tab import FrameTab  # when it is first looked at

    return _Scrolling(FrameTab(), "inspector.frame")
