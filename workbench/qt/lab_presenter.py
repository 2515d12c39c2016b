"""LabPresenter: runs the backlog lab for its window, and keeps the results."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from workbench.journal.query import parse
from workbench.labs import backlog_kept
from workbench.labs.backlog import BacklogRun
from workbench.labs.backlog_compare import Prediction
from workbench.labs.backlog_settings import BacklogSettings
from workbench.labs.modes.probe import Probe
from workbench.texts import Problem
from workbench.viewmodel.default_endpoints import LAB_FILTER, LAB_PREFIX
from workbench.viewmodel.lab_state import LabState, ends, happening
from workbench.viewmodel.log_cells import call_text, result_text, took_text, who_text
from workbench.viewmodel.message import ErrorMessage, Level, Sentence, StatusMessage, msg

if TYPE_CHECKING:
    from workbench.qt.controller import Controller

LOOK: Final = 100
"""Milliseconds between two looks at a run, or at what the probe has found."""
STOPPING: Final = 3.0
"""Seconds that the window waits for a run to end; its sockets are closed on its own thread."""
CALLS: Final = parse(f"{LAB_FILTER} kind:call|end -call:getsockopt")
LOOK_BACK: Final = 500
"""Newest rows of the record among which the lab's newest call is looked for."""


class LabPresenter(QObject):
    """The presenter of one lab window; the lab runs on the session of the window behind it.

    Signals:
        changed(object): a LabState.
        told(object): a StatusMessage: what is happening, or why something cannot be done.
        probed(object): Hindrances: the modes that cannot run here; once, soon after the start.
    """

    changed = Signal(object)
    told = Signal(object)
    probed = Signal(object)

    def __init__(self, controller: Controller, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._controller = controller
        self._run: BacklogRun | None = None
        self._state = LabState()
        self._committed = 0
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK)
        self._timer.timeout.connect(self._on_look)
        self._probe = Probe()
        self._forget_probe = controller.session.before_close(self._probe.wait)
        self._probing = QTimer(self)
        self._probing.setInterval(LOOK)
        self._probing.timeout.connect(self._on_probed)
        self._probing.start()

    # -- a run --------------------------------------------------------------------------------

    @Slot(object, object)
    def start(self, settings: BacklogSettings, said: Prediction | None) -> None:
        """Start a run; one under way is stopped first."""
        self.stop()
        try:
            run = BacklogRun(self._controller.session, settings, name=LAB_PREFIX)
        except Problem as problem:
            self._tell_problem(problem)
            return
        self._run = run
        self._tell(ends(settings), "info")
        run.start()
        self._show(
            replace(self._state, step="run", settings=settings, said=said, result=None, own=True)
        )
        self._timer.start()

    @Slot()
    def stop(self) -> None:
        """End a run now."""
        run = self._run
        if run is not None and not run.wait(0):
            threading.Thread(target=run.stop, name="backlog lab stops", daemon=True).start()
            run.wait(STOPPING)
        self._on_look()

    @Slot()
    def close(self) -> None:
        """End the run without waiting for its result, because the window is closed."""
        self.stop()
        self._timer.stop()

    @Slot()
    def accept_one(self) -> None:
        self._act(BacklogRun.accept_one)

    @Slot(int)
    def listen_again(self, backlog: int) -> None:
        self._act(lambda run: run.listen_again(backlog))

    @Slot()
    def close_listener(self) -> None:
        self._act(BacklogRun.close_listener)

    def _act(self, what: Callable[[BacklogRun], None]) -> None:
        if self._run is None or self._run.wait(0):
            self._tell(msg("lab.not_running"), "info")
            return
        try:
            what(self._run)
        except Problem as problem:
            self._tell_problem(problem)

    # -- looking ------------------------------------------------------------------------------

    @Slot()
    def _on_look(self) -> None:
        run = self._run
        if run is None:
            return
        picture = run.picture()
        seen = replace(self._state, picture=picture, newest_call=self._newest_call())
        if not run.wait(0):
            self._show(seen)
            if picture.running:
                self._tell(happening(picture, seen.settings), "info")
            return
        self._timer.stop()
        self._ended(run, seen)

    def _ended(self, run: BacklogRun, seen: LabState) -> None:
        if run.failure is not None:
            problem = run.failure.problem
            self._show(replace(seen, step="setup"))
            self._tell(ErrorMessage(problem) if problem is not None else msg("lab.failed"), "bad")
            return
        try:
            result = run.result()
        except Problem as problem:
            self._show(seen)
            self._tell_problem(problem)
            return
        self._show(replace(seen, step="compare", result=result))
        self._tell(msg("lab.done", os=result.os), "good")

    def _newest_call(self) -> str:
        """Number, time, who, call and result; nothing is read unless there is a newer row."""
        committed = self._controller.session.journal.committed
        if committed == self._committed or self._controller.closed:
            return self._state.newest_call
        after = max(0, committed - LOOK_BACK)
        self._committed = committed
        reader = self._controller.reader
        found = next(reader.select(CALLS, after, committed), [])
        row = reader.row(found[-1]) if found else None
        if row is None:
            return self._state.newest_call
        return "   ".join(
            (
                str(row.seq),
                self._controller.clock_text(row.t_ns),
                who_text(row),
                f"{call_text(row)} → {result_text(row)}",
                took_text(row),
            )
        )

    @Slot()
    def _on_probed(self) -> None:
        found = self._probe.found
        if found is None:
            return
        self._probing.stop()
        self._probe.wait()
        self._forget_probe()
        self.probed.emit(found)

    # -- kept runs ------------------------------------------------------------------------------

    @Slot()
    def keep(self) -> None:
        """Write the finished run to a file."""
        state = self._state
        if not state.keepable or state.picture is None or state.result is None:
            return
        try:
            path = backlog_kept.keep(state.settings, state.picture, state.result, state.said)
        except Problem as problem:
            self._tell_problem(problem)
        else:
            self._tell(msg("lab.kept", path=str(path)), "good")

    @Slot(object)
    def show_kept(self, path: Path) -> None:
        """Show a kept run as it was recorded."""
        try:
            kept = backlog_kept.read(path)
        except Problem as problem:
            self._tell_problem(problem)
            return
        self.stop()
        self._run = None
        self._show(
            LabState(
                "compare",
                kept.settings,
                kept.picture,
                kept.said,
                kept.result,
                newest_call=self._state.newest_call,
            )
        )
        when = kept.when.replace("T", " ")
        self._tell(msg("lab.recorded", when=when, os=kept.result.os), "busy")

    # -- telling ------------------------------------------------------------------------------

    def _show(self, state: LabState) -> None:
        if state != self._state:
            self._state = state
            self.changed.emit(state)

    def _tell(self, text: Sentence, level: Level) -> None:
        self.told.emit(StatusMessage(level, text))

    def _tell_problem(self, problem: Problem) -> None:
        self._tell(ErrorMessage(problem), "bad")
