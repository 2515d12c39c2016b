"""The context menu of a row of the log: copy, fold, filter."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from workbench.engine.model.events import COMMAND
from workbench.explain.explain import as_python
from workbench.journal.reader import Row
from workbench.texts import tr
from workbench.viewmodel.filter_terms import Offer
from workbench.viewmodel.send_again import was_sent


class LogContextMenu(QMenu):
    """The menu of one row; it is deleted when it closes.

    Signals:
        copy_wanted(): copy the chosen rows as text.
        filter_wanted(str): add this term to the filter.
        all_wanted(): remove the filter.
        fold_wanted(): hide what the command led to, or show it again.
        again_wanted(): send again what the row says was sent.
    """

    copy_wanted = Signal()
    filter_wanted = Signal(str)
    only_wanted = Signal(str)
    all_wanted = Signal()
    fold_wanted = Signal()
    again_wanted = Signal()

    def __init__(
        self,
        parent: QWidget,
        row: Row | None,
        chosen: Sequence[Row],
        terms: Sequence[Offer],
        *,
        filtered: bool,
        live: bool,
    ) -> None:
        """What is offered for a row, among the chosen ones.

        Args:
            parent: the log.
            row: the one under the mouse; None: there is none.
            chosen: all that are chosen.
            terms: what the filter may be narrowed by.
            filtered: a filter hides some.
            live: there are sockets to act on.
        """
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        copy = self.addAction(tr("log.copy_rows"), self.copy_wanted.emit)
        copy.setShortcut(QKeySequence(QKeySequence.StandardKey.Copy))
        code = _code(row, chosen)
        python = self.addAction(tr("chip.copy"), lambda: QGuiApplication.clipboard().setText(code))
        python.setEnabled(bool(code))
        self.addSeparator()
        for offer in terms:
            wanted = self.only_wanted if offer.alone else self.filter_wanted
            self.addAction(offer.text.replace("&", "&&"), partial(wanted.emit, offer.term))
        clear = self.addAction(tr("log.no_filter"), self.all_wanted.emit)
        clear.setEnabled(filtered)
        self.addSeparator()
        again = self.addAction(tr("again.entry"), self.again_wanted.emit)
        again.setEnabled(live and row is not None and was_sent(row))
        fold = self.addAction(tr("log.fold"), self.fold_wanted.emit)
        fold.setEnabled(row is not None and row.kind == COMMAND)


def _code(row: Row | None, chosen: Sequence[Row]) -> str:
    """The chosen calls as Python; for a row that is not among them, its own call."""
    rows = chosen if row in chosen else [row]
    return "\n".join(code for item in rows if item is not None and (code := as_python(item)))
