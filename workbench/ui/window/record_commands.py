"""Commands on the live record: a note, another record, how much is kept."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Signal, Slot

from workbench.engine.model import commands as c
from workbench.journal import private, records
from workbench.qt.endpoint_thread import qt_spawn
from workbench.session import Session
from workbench.texts import Problem, tr
from workbench.viewmodel import control_commands

if TYPE_CHECKING:
    from workbench.qt.controller import Controller
    from workbench.qt.preferences import Preferences
    from workbench.ui.window.endpoint_tabs import EndpointTabs

CLOSE_BOUND: Final = 10.0
"""Seconds that closing a record and its sockets may take at most."""


class RecordCommands(QObject):
    """Carries these commands out.

    Signals:
        told(str): the result of one, in a sentence.
        ending(): the session and its record end now, so what runs in them has to stop.
        restarted(): another session, with another record, has replaced them.
        crash_found(object): the record (a Path) of an earlier run was not closed.
    """

    told = Signal(str)
    ending = Signal()
    restarted = Signal()
    crash_found = Signal(object)

    def __init__(
        self, tabs: EndpointTabs, controller: Controller, preferences: Preferences
    ) -> None:
        super().__init__()
        self._tabs = tabs
        self._controller = controller
        self._preferences = preferences

    @Slot(str)
    def write_note(self, text: str) -> None:
        """Put a person's note into the log."""
        self._controller.perform(control_commands.check("window.mark_text", c.Mark(text)))

    @Slot()
    def start_over(self) -> None:
        """Close every socket, begin a new record, keep the panels as they are filled in."""
        try:
            session = Session(
                spawn=qt_spawn,
                beyond_loopback=True,
                capture=self._preferences.capture,
                keep=self._preferences.keep,
                lasting=False,
            )
        except Problem as problem:
            self.told.emit(problem.text)
            return
        self.ending.emit()
        old = self._controller.session
        for presenter in self._tabs.presenters:
            session.add(presenter.wished())
        self._controller.reset_session(session, CLOSE_BOUND)
        for presenter in self._tabs.presenters:
            presenter.reset_session()
        self.restarted.emit()
        self.told.emit(tr("window.started_over", name=old.record.stem))

    @Slot()
    def switch_every_byte(self) -> None:
        """Keep full payloads from the next record on, or the first 4 KiB of each call."""
        self._preferences.every_byte = not self._preferences.every_byte
        key = "every_byte_on" if self._preferences.every_byte else "every_byte_off"
        self.told.emit(tr(f"window.{key}"))

    @Slot(str)
    def keep_newest(self, part: str) -> None:
        """Limit what is kept from the next record on, as `--keep` does; empty: keep all."""
        self._preferences.kept = part
        key = "keep_newest" if part else "keep_all"
        self.told.emit(tr(f"window.{key}", part=tr(f"menu.keep_{part or 'all'}").replace("&", "")))

    @Slot()
    def look_for_a_crash(self) -> None:
        """Report once that an earlier run ended without closing its record, and clean up after
        it.
        """
        private.sweep()
        records.sweep()
        newest = next(iter(records.recent(1)), None)
        if newest is None or not newest.crashed:
            return
        if newest.path.name != self._preferences.crash_seen:
            self.crash_found.emit(newest.path)

    @Slot(object)
    def remember_crash(self, record: Path) -> None:
        """Note that the crash of this record was reported."""
        self._preferences.crash_seen = record.name
