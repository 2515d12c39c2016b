"""Presents notices about the shown record, such as that recording has stopped."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from workbench.viewmodel.record_notices import Notice, NoticeKind, RecordNotices

if TYPE_CHECKING:
    from workbench.qt.controller import Controller
    from workbench.texts import Problem


class NoticePresenter(QObject):
    """Watches the record for anything that has to be reported.

    Signals:
        changed(Notice | None): the most urgent is another one; None: there is nothing to say.
        open_wanted(Path): show this record.
        seen(Path): the notice about this record was put away.
        record_renamed(): the record has another name: it was taken away and goes on elsewhere.
    """

    changed = Signal(object)
    open_wanted = Signal(object)
    seen = Signal(object)
    record_renamed = Signal()

    def __init__(self, controller: Controller, parent: QObject, *, live: bool) -> None:
        """`live` False: the record is of an earlier run."""
        super().__init__(parent)
        self._controller = controller
        self._live = live
        self._notices = RecordNotices()
        self._told: Notice | None = None
        self._record: Path | None = None
        if not live:
            session = controller.session
            lost = session.journal.not_recorded
            crashed = controller.reader.crashed
            self._notices.say(Notice(NoticeKind.OLD, session.record, count=lost, crashed=crashed))
        controller.panels_shown.connect(self.look)

    @Slot()
    def look(self) -> None:
        """Determine the notice for the record as it is now."""
        if self._controller.closed:
            return
        session = self._controller.session
        if self._live:
            journal = session.journal
            say = self._notices.say_problem
            say(NoticeKind.PASSING, session.passing)
            say(NoticeKind.MOVED, journal.moved)
            say(NoticeKind.STOPPED, journal.failed, journal.not_recorded)
            before, self._record = self._record, session.record
            if before != self._record:
                self.record_renamed.emit()
        else:
            # what could not be read of it; the rest could
            self._notices.say_problem(NoticeKind.DAMAGED, self._controller.reader.damage)
        self._tell()

    def _tell(self) -> None:
        first = self._notices.first
        if first != self._told:
            self._told = first
            self.changed.emit(first)

    @Slot(object)
    def tell_crashed(self, record: Path) -> None:
        """Note that this record was left by a crash, and is complete up to its end."""
        self._notices.say(Notice(NoticeKind.CRASHED, record))
        self._tell()

    @Slot(object)
    def tell_set_up(self, problem: Problem) -> None:
        """Note why the window is not as it was left, or does not save its layout."""
        self._notices.say_problem(NoticeKind.SET_UP, problem)
        self._tell()

    @Slot()
    def put_away(self) -> None:
        """Dismiss the notice."""
        notice = self._notices.put_away()
        self._tell()
        if notice.kind is NoticeKind.CRASHED:
            self.seen.emit(notice.record)

    @Slot()
    def open(self) -> None:
        """Open the record that the notice is about."""
        notice = self._told
        self.put_away()
        if notice is not None:
            self.open_wanted.emit(notice.record)
