"""What happens to the record is told, the most urgent of it, and once."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench.qt.controller import Controller
from workbench.qt.notice_presenter import NoticePresenter
from workbench.texts import Problem
from workbench.viewmodel.record_notices import Notice, NoticeKind

FULL = Problem("journal.write_failed", path="r.swb", reason="No space left on device")


class Followed:
    def __init__(self, controller: Controller, *, live: bool) -> None:
        self.presenter = NoticePresenter(controller, controller, live=live)
        self.told: list[Notice | None] = []
        self.seen: list[Path] = []
        self.opened: list[Path] = []
        self.renamed: list[bool] = []
        self.presenter.changed.connect(self.told.append)
        self.presenter.seen.connect(self.seen.append)
        self.presenter.open_wanted.connect(self.opened.append)
        self.presenter.record_renamed.connect(lambda: self.renamed.append(True))


def test_a_sound_record_says_nothing(controller: Controller) -> None:
    followed = Followed(controller, live=True)
    followed.presenter.look()
    assert followed.told == []


def test_a_recorder_that_stopped_is_told_and_stays(
    controller: Controller, monkeypatch: pytest.MonkeyPatch
) -> None:
    followed = Followed(controller, live=True)
    controller.session.journal.flush()  # else it counts on what comes
    monkeypatch.setattr(controller.session.journal, "failed", FULL)
    monkeypatch.setattr(controller.session.journal, "not_recorded", 3)
    followed.presenter.look()
    followed.presenter.look()
    assert followed.told == [Notice(NoticeKind.STOPPED, problem=FULL, count=3)]
    monkeypatch.setattr(controller.session.journal, "not_recorded", 4)
    followed.presenter.look()
    assert followed.told[-1] == Notice(NoticeKind.STOPPED, problem=FULL, count=4)


def test_a_record_that_moved_has_another_name(
    controller: Controller, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    followed = Followed(controller, live=True)
    followed.presenter.look()
    renamed = len(followed.renamed)
    followed.presenter.look()
    assert len(followed.renamed) == renamed
    monkeypatch.setattr(type(controller.session), "record", tmp_path / "r (continued).swb")
    monkeypatch.setattr(controller.session.journal, "moved", FULL)
    followed.presenter.look()
    assert len(followed.renamed) == renamed + 1
    assert followed.told[-1] == Notice(NoticeKind.MOVED, problem=FULL)
    followed.presenter.put_away()
    followed.presenter.look()
    assert followed.told[-1] is None


@pytest.mark.parametrize("opened", [True, False])
def test_a_crash_is_read_or_opened(controller: Controller, opened: bool) -> None:
    followed = Followed(controller, live=True)
    record = Path("/somewhere/yesterday.swb")
    followed.presenter.tell_crashed(record)
    assert followed.told == [Notice(NoticeKind.CRASHED, record)]
    if opened:
        followed.presenter.open()
    else:
        followed.presenter.put_away()
    assert followed.told[-1] is None
    assert followed.seen == [record]
    assert followed.opened == ([record] if opened else [])


def test_an_old_record_says_so_and_what_could_not_be_read(controller: Controller) -> None:
    followed = Followed(controller, live=False)
    followed.presenter.look()
    assert followed.told == [Notice(NoticeKind.OLD, controller.session.record)]
    controller.reader.damage = FULL
    followed.presenter.look()
    assert followed.told[-1] == Notice(NoticeKind.DAMAGED, problem=FULL)


def test_an_old_record_that_was_not_closed_says_so(
    controller: Controller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(controller.reader, "crashed", True)
    followed = Followed(controller, live=False)
    followed.presenter.look()
    assert followed.told[-1] is not None
    assert followed.told[-1].crashed
