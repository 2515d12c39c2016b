"""What the ways of running a scenario share: places for files, sessions."""

from __future__ import annotations

import argparse
import os
import signal
import threading
from contextlib import closing
from pathlib import Path

import pytest

from workbench import interrupts
from workbench.cli import exit_status, run
from workbench.cli.main import main
from workbench.cli.runs import check_place
from workbench.engine.model import commands as c
from workbench.journal import private
from workbench.journal.joined import open_record
from workbench.journal.keep import parse as parse_keep
from workbench.scenario.model import parse
from workbench.texts import Problem

WAITS = parse('[[step]]\ndo = "wait"\nseconds = 0\n')


def arguments(record: Path | None = None, **more: object) -> argparse.Namespace:
    return argparse.Namespace(
        **{"record": record, "beyond_loopback": False, "json": False, "timeout": None, **more}
    )


def test_a_place_is_tried_without_a_trace(tmp_path: Path) -> None:
    fresh, there = tmp_path / "fresh", tmp_path / "there"
    there.write_text("kept")
    check_place(fresh)
    check_place(there)
    assert not fresh.exists()
    assert there.read_text() == "kept"
    for bad in (tmp_path, tmp_path / "none" / "x", there / "x"):
        with pytest.raises(Problem):
            check_place(bad)


def test_a_record_nobody_asked_for_goes_with_the_run(capsys: pytest.CaptureFixture[str]) -> None:
    with run.new_session(arguments()) as session:
        record = session.record
        assert record.exists()
    assert not record.parent.exists()
    assert run.run_scenario(WAITS, arguments()) == exit_status.OK
    assert "wait(0.0)" in capsys.readouterr().out


def test_a_signal_while_the_place_is_tried_leaves_no_file_there(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """tempfile makes a file to see whether it can: two signals there left it behind."""
    monkeypatch.setattr(private, "sweep", lambda: os.kill(os.getpid(), signal.SIGINT))
    with run.new_session(arguments()):
        assert interrupts.asked()


@pytest.mark.parametrize("number", interrupts.NUMBERS)
def test_a_signal_ends_a_run_at_its_next_wait(number: signal.Signals, tmp_path: Path) -> None:
    waits = parse('[[step]]\ndo = "wait"\nseconds = 1000\n')
    record = tmp_path / "r.swb"

    def ask() -> None:
        while not Path(f"{record}-wal").exists():  # the session is open
            threading.Event().wait(0.01)
        os.kill(os.getpid(), number)

    before = signal.getsignal(number)
    thread = threading.Thread(target=ask)
    thread.start()
    assert run.run_scenario(waits, arguments(record)) == exit_status.INTERRUPTED
    thread.join()
    assert signal.getsignal(number) is before
    assert [path.name for path in tmp_path.iterdir()] == ["r.swb"]


def test_only_the_newest_part_is_kept_where_that_is_asked_for(tmp_path: Path) -> None:
    keep = parse_keep("10MB")
    with run.new_session(arguments(tmp_path / "kept", keep=keep)) as session:
        for number in range(12):
            for mark in range(200):
                session.perform(c.Mark(f"{number}-{mark}" * 2_000))
            session.journal.flush()
        record = session.record
    assert record == tmp_path / "kept"
    assert len(list(record.glob("*.swb"))) > 3
    with closing(open_record(record)) as reader:
        assert reader.count() > 2_400, "a mark keeps its segment"
        assert reader.first_seq == 1


def test_a_record_that_goes_with_the_run_is_bounded_too(tmp_path: Path) -> None:
    with run.new_session(arguments(keep=parse_keep("30m"))) as session:
        assert session.record.is_dir()
        assert session.perform(c.Mark("here")).wait(60)
    assert not session.record.exists()


def test_the_options_of_a_run_say_how_much_is_kept(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    scenario = tmp_path / "s.toml"
    scenario.write_text('[[step]]\ndo = "note"\ntext = "here"\n')
    record = tmp_path / "record"
    assert main(["run", str(scenario), "--record", str(record), "--keep", "2h"]) == exit_status.OK
    capsys.readouterr()
    assert main(["export", str(record), "--to", "jsonl", "--filter", "call:note"]) == exit_status.OK
    assert "\"text='here'\"" in capsys.readouterr().out
    assert main(["run", str(scenario), "--keep", "2 weeks"]) == exit_status.BAD_INPUT
    assert "2 weeks" in capsys.readouterr().err
