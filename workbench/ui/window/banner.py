"""A line above the panels: what there is to know of the record, the most urgent of it."""

from __future__ import annotations

from enum import IntEnum
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QToolButton, QWidget

from workbench.frozen import dataclass
from workbench.texts import Problem, tr
from workbench.ui.style import theme
from workbench.ui.style.retranslatable import Retranslatable
from workbench.ui.widgets.named_controls import fit, tone

if TYPE_CHECKING:
    from workbench.qt.controller import Controller
    from workbench.session import Session


class _Kind(IntEnum):
    """What there may be to say; the highest is shown."""

    OLD = 0
    CRASHED = 1
    PASSING = 2
    MOVED = 3
    STOPPED = 4
    DAMAGED = 5


_STAY = frozenset({_Kind.OLD, _Kind.STOPPED, _Kind.DAMAGED})
"""What nobody can put away: it holds as long as the window shows this record."""


@dataclass(frozen=True, slots=True)
class _Line:
    """One thing to say, in any language.

    Attributes:
        count: events that are not in the record.
    """

    record: Path | None = None
    problem: Problem | None = None
    count: int = 0

    def text(self, kind: _Kind) -> str:
        name = self.record.stem if self.record is not None else ""
        reason = self.problem.text if self.problem is not None else ""
        key = {
            _Kind.OLD: "old_record",
            _Kind.CRASHED: "crashed",
            _Kind.PASSING: "passing",
            _Kind.MOVED: "moved",
            _Kind.STOPPED: "stopped",
            _Kind.DAMAGED: "damaged",
        }[kind]
        if kind is _Kind.OLD and self.count:
            key = "old_record_not_whole"
        return tr(f"window.{key}", name=name, reason=reason, count=f"{self.count:,}")


class Banner(Retranslatable, QWidget):
    """Hidden until there is something to say of the record that the window shows.

    Signals:
        open_wanted(object): show this record (a Path).
        seen(object): the line about this record (a Path) was put away.
        record_renamed(): the record has another name: it was taken away and goes on elsewhere.
    """

    open_wanted = Signal(object)
    seen = Signal(object)
    record_renamed = Signal()

    def __init__(self, controller: Controller, *, live: bool) -> None:
        """`live` False: the record is of an earlier run."""
        super().__init__()
        self.setObjectName("notice")
        self._controller = controller
        self._live = live
        self._lines: dict[_Kind, _Line] = {}
        self._put_away: set[Problem] = set()
        self._record: Path | None = None
        self._label = QLabel()
        self._label.setTextFormat(Qt.TextFormat.PlainText)
        self._label.setObjectName("notice.text")
        self._label.setWordWrap(True)
        self._open = QPushButton()
        self._open.setObjectName("notice.open")
        self._close = QToolButton()
        self._close.setObjectName("notice.close")
        self._close.setAutoRaise(True)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.APART, theme.TIGHT, theme.APART, theme.TIGHT)
        row.addWidget(self._label, 1)
        row.addWidget(self._open)
        row.addWidget(self._close)
        self._open.clicked.connect(self._on_open)
        self._close.clicked.connect(self._on_close)
        controller.snapshots_changed.connect(self._on_tick)
        self.retranslate()
        if not live:
            session = controller.session
            self._say(_Kind.OLD, _Line(session.record, count=session.journal.not_recorded))

    @Slot()
    def _on_tick(self) -> None:
        if self._controller.closed:
            return
        if not self._live:
            self.tell_damage(self._controller.reader.damage)
        elif self.follow(self._controller.session):
            self.record_renamed.emit()

    @Slot(object)
    def tell_crashed(self, record: Path) -> None:
        """This record was not closed, and is whole up to the end."""
        self._say(_Kind.CRASHED, _Line(record))

    def tell_damage(self, problem: Problem | None) -> None:
        """What could not be read of the record that is shown; the rest of it is."""
        self._say(_Kind.DAMAGED, _Line(problem=problem) if problem is not None else None)

    def follow(self, session: Session) -> bool:
        """What there is to say of the record that is written; True where it has another name."""
        journal = session.journal
        for kind, problem, count in (
            (_Kind.PASSING, session.passing, 0),
            (_Kind.MOVED, journal.moved, 0),
            (_Kind.STOPPED, journal.failed, journal.not_recorded),
        ):
            wanted = problem is not None and problem not in self._put_away
            self._say(kind, _Line(problem=problem, count=count) if wanted else None)
        before, self._record = self._record, session.record
        return before != self._record

    def _say(self, kind: _Kind, line: _Line | None) -> None:
        if self._lines.get(kind) == line:
            return
        if line is None:
            self._lines.pop(kind)
        else:
            self._lines[kind] = line
        self.retranslate()

    @Slot()
    def _on_open(self) -> None:
        record = self._lines[_Kind.CRASHED].record
        self._on_close()
        self.open_wanted.emit(record)

    @Slot()
    def _on_close(self) -> None:
        kind = max(self._lines)
        line = self._lines.pop(kind)
        if line.problem is not None:
            self._put_away.add(line.problem)
        self.retranslate()
        if kind is _Kind.CRASHED:
            self.seen.emit(line.record)

    def retranslate(self) -> None:
        if self._lines:
            kind = max(self._lines)
            self._label.setText(self._lines[kind].text(kind))
            tone(self._label, "bad" if kind in {_Kind.STOPPED, _Kind.DAMAGED} else "idle")
            self._open.setVisible(kind is _Kind.CRASHED)
            self._close.setVisible(kind not in _STAY)
        self.setVisible(bool(self._lines))
        self._open.setText(tr("window.open_it"))
        self._open.setAccessibleName(tr("window.open_it"))
        fit(self._open)
        self._close.setIcon(theme.icon("x"))
        self._close.setToolTip(tr("name.close"))
        self._close.setAccessibleName(tr("name.close"))
