"""Notices about what a window shows, mainly its record: a single line with the most urgent one."""

from __future__ import annotations

from enum import IntEnum
from pathlib import Path
from typing import Final

from workbench.frozen import dataclass
from workbench.texts import Problem, tr


class NoticeKind(IntEnum):
    """The kinds of notices; the highest one is shown."""

    OLD = 0
    CRASHED = 1
    SET_UP = 2
    PASSING = 3
    MOVED = 4
    STOPPED = 5
    DAMAGED = 6


_KEYS: Final = {
    NoticeKind.OLD: "old_record",
    NoticeKind.CRASHED: "crashed",
    NoticeKind.PASSING: "passing",
    NoticeKind.MOVED: "moved",
    NoticeKind.STOPPED: "stopped",
    NoticeKind.DAMAGED: "damaged",
}


@dataclass(frozen=True, slots=True)
class Notice:
    """One notice, in any language.

    Attributes:
        record: the one that it is about. problem: why. count: how many events are not in the
            record. crashed: the program ended without closing it.
    """

    kind: NoticeKind
    record: Path | None = None
    problem: Problem | None = None
    count: int = 0
    crashed: bool = False

    @property
    def text(self) -> str:
        name = self.record.stem if self.record is not None else ""
        reason = self.problem.text if self.problem is not None else ""
        if self.kind is NoticeKind.SET_UP:
            return reason
        key = _KEYS[self.kind]
        if self.kind is NoticeKind.OLD and self.count:
            key = "old_record_not_whole"
        elif self.kind is NoticeKind.OLD and self.crashed:
            key = "old_record_crashed"
        return tr(f"window.{key}", name=name, reason=reason, count=f"{self.count:,}")

    @property
    def bad(self) -> bool:
        """Whether something is lost."""
        return self.kind in {NoticeKind.STOPPED, NoticeKind.DAMAGED}

    @property
    def stays(self) -> bool:
        """Whether it cannot be dismissed: it is true as long as the window shows this record."""
        return self.bad or self.kind is NoticeKind.OLD


class RecordNotices:
    """The notices to show; one that was dismissed does not come back."""

    def __init__(self) -> None:
        self._notices: dict[NoticeKind, Notice] = {}
        self._put_away: set[Problem] = set()

    @property
    def first(self) -> Notice | None:
        """The most urgent."""
        return self._notices[max(self._notices)] if self._notices else None

    def say(self, notice: Notice) -> None:
        self._notices[notice.kind] = notice

    def say_problem(self, kind: NoticeKind, problem: Problem | None, count: int = 0) -> None:
        """Set the problem of this kind; None: there is none."""
        if problem is None or problem in self._put_away:
            self._notices.pop(kind, None)
        else:
            self.say(Notice(kind, problem=problem, count=count))

    def put_away(self) -> Notice:
        """Dismiss the most urgent one; there is one."""
        notice = self._notices.pop(max(self._notices))
        if notice.problem is not None:
            self._put_away.add(notice.problem)
        return notice
