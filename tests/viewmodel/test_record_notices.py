"""Of what there is to know of a record the most urgent is said, and once put away not again."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench.texts import Problem
from workbench.viewmodel.record_notices import Notice, NoticeKind, RecordNotices

FULL = Problem("journal.write_failed", path="r.swb", reason="No space left on device")
GONE = Problem("journal.taken_away", path="r.swb", rows=7, reason="it is gone")


def test_there_is_nothing_to_say_at_first() -> None:
    assert RecordNotices().first is None


def test_the_most_urgent_is_said() -> None:
    notices = RecordNotices()
    notices.say(Notice(NoticeKind.CRASHED, Path("/tmp/old.swb")))
    notices.say_problem(NoticeKind.STOPPED, FULL, 12)
    notices.say_problem(NoticeKind.MOVED, GONE)
    assert notices.first == Notice(NoticeKind.STOPPED, problem=FULL, count=12)
    notices.say_problem(NoticeKind.STOPPED, None)
    assert notices.first == Notice(NoticeKind.MOVED, problem=GONE)


def test_what_was_put_away_is_not_said_again() -> None:
    notices = RecordNotices()
    notices.say_problem(NoticeKind.MOVED, GONE)
    assert notices.put_away().kind is NoticeKind.MOVED
    notices.say_problem(NoticeKind.MOVED, GONE)
    assert notices.first is None
    notices.say_problem(NoticeKind.MOVED, FULL)  # another one
    assert notices.first is not None


def test_below_it_the_next_is_seen() -> None:
    notices = RecordNotices()
    notices.say(Notice(NoticeKind.CRASHED, Path("/tmp/old.swb")))
    notices.say_problem(NoticeKind.MOVED, GONE)
    notices.put_away()
    assert notices.first == Notice(NoticeKind.CRASHED, Path("/tmp/old.swb"))


@pytest.mark.parametrize(
    ("notice", "words", "bad", "stays"),
    [
        (Notice(NoticeKind.OLD, Path("/tmp/talk.swb")), "talk", False, True),
        (Notice(NoticeKind.OLD, Path("/tmp/talk.swb"), count=1234), "1,234", False, True),
        (
            Notice(NoticeKind.OLD, Path("/tmp/talk.swb"), crashed=True),
            "without closing",
            False,
            True,
        ),
        (Notice(NoticeKind.CRASHED, Path("/tmp/talk.swb")), "talk", False, False),
        (Notice(NoticeKind.MOVED, problem=GONE), "it is gone", False, False),
        (Notice(NoticeKind.STOPPED, problem=FULL, count=5), "No space left", True, True),
        (Notice(NoticeKind.DAMAGED, problem=GONE), "it is gone", True, True),
    ],
)
def test_what_is_said(notice: Notice, words: str, bad: bool, stays: bool) -> None:
    assert words in notice.text
    assert (notice.bad, notice.stays) == (bad, stays)
