"""BackgroundReader: reads the record on a thread, so that long searches do not block the window."""

from __future__ import annotations

import sqlite3
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from typing import Final

from PySide6.QtCore import QObject, QThread, Signal, Slot

from workbench.journal.reader import Reader
from workbench.texts import Problem

Work = Callable[[Reader], Iterator[object]]
"""What is to be done, a step of some milliseconds at a time; what it yields is told to the GUI."""
AT_ONCE: Final = 0
"""Somebody waits for this one thing."""
SOON: Final = 1
"""It takes long, and what it finds is shown meanwhile."""
WHENEVER: Final = 2


class Task:
    """One search under way; its findings arrive on the GUI thread, in order.

    Attributes:
        cancelled: its findings are not reported any more.
    """

    def __init__(
        self, work: Work, tell: Callable[[object], None], end: Callable[[], None], rank: int
    ) -> None:
        self.work = work
        self.tell = tell
        self.end = end
        self.rank = rank
        self.cancelled = False
        self.steps: Iterator[object] | None = None


class BackgroundReader(QObject):
    """Owns a thread with its own reader, from the first task until `stop`.

    The most urgent task goes first, step by step; among equal ones the one that came first.

    Signals:
        failed(Problem): the record could not be read; the task has ended.
        damaged(Problem): something was passed over (`Reader.damage`).
    """

    failed = Signal(object)
    damaged = Signal(object)
    _said = Signal(object)

    def __init__(self, open_reader: Callable[[], Reader], parent: QObject) -> None:
        """`open_reader` is called on the thread; the reader that it returns is closed there."""
        super().__init__(parent)
        self._open = open_reader
        self._tasks: list[Task] = []
        self._changed = threading.Condition()
        self._current: Task | None = None
        self._reader: Reader | None = None
        self._ended = False
        self._thread: _Thread | None = None
        self._said.connect(self._on_said)

    def begin(
        self,
        work: Work,
        tell: Callable[[object], None],
        end: Callable[[], None] = lambda: None,
        rank: int = SOON,
    ) -> Task:
        """Begin a task; `end` is called after its last finding, unless it is cancelled."""
        task = Task(work, tell, end, rank)
        with self._changed:
            self._tasks.append(task)
            self._changed.notify()
        if self._thread is None and not self._ended:
            self._thread = _Thread(self._run, self)
            self._thread.start()
        return task

    def cancel(self, task: Task | None) -> None:
        """Cancel a task, even in the middle of a statement."""
        if task is None or task.cancelled:
            return
        task.cancelled = True
        with self._changed:
            self._tasks = [item for item in self._tasks if item is not task]
            if self._current is task and self._reader is not None:
                self._reader.interrupt()

    def stop(self) -> None:
        """End the thread and close its reader. Idempotent."""
        self._ended = True
        for task in tuple(self._tasks):
            self.cancel(task)
        with self._changed:
            if self._current is not None and self._reader is not None:
                self._current.cancelled = True
                self._reader.interrupt()
            self._changed.notify()
        if self._thread is not None:
            self._thread.wait()
            self._thread = None

    @Slot(object)
    def _on_said(self, said: tuple[Task, Callable[[], None]]) -> None:
        task, tell = said
        if not task.cancelled:
            tell()

    # -- the thread ---------------------------------------------------------------------------

    def _run(self) -> None:
        try:
            reader = self._open()
        except Problem as problem:
            self.failed.emit(problem)
            return
        with closing(reader):
            self._reader = reader
            try:
                while (task := self._next()) is not None:
                    self._step(task, reader)
            finally:
                with self._changed:
                    self._reader = None

    def _next(self) -> Task | None:
        """The task whose turn it is; None: the thread is to end."""
        with self._changed:
            self._current = None
            self._changed.wait_for(lambda: self._ended or self._tasks)
            if self._ended:
                return None
            self._current = min(self._tasks, key=lambda task: task.rank)
            return self._current

    def _step(self, task: Task, reader: Reader) -> None:
        tell = task.end
        try:
            if task.steps is None:
                task.steps = task.work(reader)
            found = next(task.steps)
        except StopIteration:
            self._forget(task)
        except sqlite3.OperationalError:
            self._forget(task)
            if not task.cancelled:
                raise
        except Problem as problem:
            self._forget(task)
            if not task.cancelled:
                self.failed.emit(Problem(problem.key, **problem.args_))
        else:
            tell = partial(task.tell, found)
        if reader.damage is not None:
            self.damaged.emit(reader.damage)
        if not task.cancelled:
            self._said.emit((task, tell))

    def _forget(self, task: Task) -> None:
        with self._changed:
            self._tasks = [item for item in self._tasks if item is not task]


class _Thread(QThread):
    """Runs a function and nothing else; it has no slots."""

    def __init__(self, run: Callable[[], None], parent: QObject) -> None:
        super().__init__(parent)
        self.setObjectName("record reader")
        self._run = run

    def run(self) -> None:
        if (trace := threading.gettrace()) is not None:  # otherwise coverage does not see a QThread
            sys.settrace(trace)
        self._run()
