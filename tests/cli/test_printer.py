"""Every event once and in order, by whoever prints it; quietly when nobody reads."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep

import pytest

from workbench import interrupts
from workbench.cli import output, print_process, row_printer
from workbench.cli import printer as module
from workbench.cli.printer import Printer
from workbench.cli.row_printer import RowPrinter
from workbench.engine.model import commands as c
from workbench.journal.exports.jsonl import to_jsonl
from workbench.journal.exports.plain_text import to_text
from workbench.session import Session
from workbench.texts import Problem

BOUND = 60.0


@contextmanager
def stdout_is_a_pipe(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """Gives its reading end. What is done to descriptor 1 is undone.

    Not a fixture: pytest puts its own stdout back between set-up and test.
    """
    kept = os.dup(1)
    read, out = os.pipe()
    with (
        os.fdopen(out, "w", encoding="utf-8") as stdout,
        Path(os.devnull).open("w") as nowhere,
        monkeypatch.context() as patch,
    ):
        patch.setattr(sys, "stdout", stdout)
        yield read
        os.dup2(nowhere.fileno(), out)  # what is still buffered goes nowhere
    os.dup2(kept, 1)
    os.close(kept)


@contextmanager
def stdout_is_descriptor_1(monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    """As `stdout_is_a_pipe`, for other processes too."""
    kept = os.dup(1)
    read, out = os.pipe()
    os.dup2(out, 1)
    os.close(out)
    try:
        with (
            os.fdopen(1, "w", encoding="utf-8", closefd=False) as stdout,
            monkeypatch.context() as patch,
        ):
            patch.setattr(sys, "stdout", stdout)
            yield read
    finally:
        os.dup2(kept, 1)
        os.close(kept)


def test_events_of_before_and_after_in_order(
    session: Session, capfd: pytest.CaptureFixture[str]
) -> None:
    """On a slow machine a process goes on with it, which writes to the descriptor."""
    for number in range(1500):
        session.perform(c.Mark(f"before {number}"))
    session.journal.flush()
    printer = Printer(session)
    printer.start()
    for number in range(1500):
        session.perform(c.Mark(f"after {number}"))
    printer.finish()
    events = [json.loads(line) for line in capfd.readouterr().out.splitlines()]
    assert [event["seq"] for event in events] == list(range(1, session.journal.committed + 1))
    assert len(events) > 3000
    assert printer.gone.is_set()


@pytest.mark.parametrize("large", [1, 300, 5_000, 10**9])
def test_pages_of_any_length_have_each_row_once(
    session: Session,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    large: int,
) -> None:
    """A page that is too large is followed by one of half as many rows, a short one by more."""
    monkeypatch.setattr(row_printer, "LARGE", large)
    monkeypatch.setattr(row_printer, "PAGE", 16)
    for number in range(100):
        session.perform(c.Mark("x" * (number % 50) ** 2))
    session.journal.flush()
    rows = RowPrinter(session.journal.reader(), 0, text=False)
    while rows.printed < session.journal.committed:
        assert rows.page(session.journal.committed)
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [event["seq"] for event in events] == list(range(1, session.journal.committed + 1))


def test_events_as_text(session: Session, capsys: pytest.CaptureFixture[str]) -> None:
    printer = Printer(session, text=True)
    printer.start()
    session.perform(c.Mark("here"))
    printer.finish()
    assert "note(text='here')" in capsys.readouterr().out


def test_a_printer_that_never_began_can_be_finished(session: Session) -> None:
    Printer(session).finish()


def test_a_reader_that_goes_ends_the_printing_alone(
    session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    with stdout_is_a_pipe(monkeypatch) as pipe:
        printer = Printer(session)
        printer.start()
        assert json.loads(os.read(pipe, 65536).splitlines()[0])["seq"] == 1
        os.close(pipe)
        session.perform(c.Mark("nobody hears it"))
        assert printer.gone.wait(BOUND)
        printer.finish()
    assert session.perform(c.Mark("and the session goes on")).wait(BOUND)


class Full(io.StringIO):
    """A stdout on a full disk."""

    def write(self, _text: str) -> int:
        raise OSError(28, "No space left on device")


def test_a_full_disk_is_told_at_the_end(session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(output, "close_stdout", lambda: None)  # pytest's own stays open
    monkeypatch.setattr(sys, "stdout", Full())
    printer = Printer(session)
    printer.start()
    assert printer.gone.wait(BOUND)
    with pytest.raises(Problem, match="disk is full"):
        printer.finish()
    with pytest.raises(Problem, match="disk is full"):
        output.write("x")


# -- in a process of its own ------------------------------------------------------------------


@pytest.fixture
def processes(monkeypatch: pytest.MonkeyPatch) -> list[print_process.PrintProcess]:
    """Whatever has been printed was too much; the processes that went on with it."""
    monkeypatch.setattr(module, "LOOK", 0.0)
    monkeypatch.setattr(module, "MANY", -1)
    made = []

    def start(
        record: Path, printed: int, *, text: bool, run: str | None = None, error: bool = False
    ) -> print_process.PrintProcess | None:
        process = print_process.start(record, printed, text=text, run=run, error=error)
        assert process is not None
        made.append(process)
        return process

    monkeypatch.setattr(module, "start", start)
    return made


@pytest.mark.parametrize("text", [False, True])
def test_a_process_of_its_own_goes_on_with_it(
    session: Session,
    capfd: pytest.CaptureFixture[str],
    processes: list[print_process.PrintProcess],
    text: bool,
) -> None:
    printer = Printer(session, text=text)
    printer.start()
    for number in range(3000):
        session.perform(c.Mark(f"mark {number} 你好\x1b"))
    printer.finish()
    assert len(processes) == 1
    assert not processes[0].runs
    printed = capfd.readouterr().out
    told = io.StringIO()
    (to_text if text else to_jsonl)(session.journal.reader(), told, None)
    wanted = told.getvalue()
    assert printed == (wanted.split("\n", 1)[1] if text else wanted)
    assert printer.gone.is_set()


@pytest.mark.parametrize("noticed", [True, False])
def test_a_record_that_was_taken_away_is_printed_all_the_same(
    session: Session,
    capfd: pytest.CaptureFixture[str],
    processes: list[print_process.PrintProcess],
    noticed: bool,
) -> None:
    """By a process that is told where it goes on, or, where it never found it, by this one."""
    printer = Printer(session)
    first = session.journal.path
    if noticed:
        printer.start()
        session.perform(c.Mark("before"))
        session.journal.flush()
    first.unlink()
    if not noticed:
        session.journal.reader().close()  # looks for it, and goes on beside
        assert session.journal.path != first
        session.journal.path.unlink()
        first = session.journal.path
        printer.start()
    limit = monotonic() + BOUND
    while session.journal.path == first and monotonic() < limit:
        session.perform(c.Mark("more"))
        session.journal.flush()
    session.perform(c.Mark("after"))
    printer.finish()
    assert session.journal.path != first
    events = [json.loads(line) for line in capfd.readouterr().out.splitlines()]
    assert [event["seq"] for event in events] == list(range(1, session.journal.committed + 1))
    assert processes


def test_a_reader_that_goes_ends_the_process(
    session: Session,
    monkeypatch: pytest.MonkeyPatch,
    processes: list[print_process.PrintProcess],
) -> None:
    with stdout_is_descriptor_1(monkeypatch) as pipe:
        printer = Printer(session)
        printer.start()
        assert json.loads(os.read(pipe, 65536).splitlines()[0])["seq"] == 1
        os.close(pipe)
        while not printer.gone.wait(0.01):
            session.perform(c.Mark("nobody hears it"))
        printer.finish()
    assert len(processes) == 1
    assert session.perform(c.Mark("and the session goes on")).wait(BOUND)


def test_a_process_on_a_full_disk_is_told_at_the_end(
    session: Session,
    monkeypatch: pytest.MonkeyPatch,
    processes: list[print_process.PrintProcess],
) -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("no /dev/full here")
    kept = os.dup(1)
    printer = Printer(session)
    try:
        with full.open("w") as nowhere, monkeypatch.context() as patch:
            os.dup2(nowhere.fileno(), 1)
            patch.setattr(sys, "stdout", io.StringIO())  # the first rows are this process's
            printer.start()
            while not printer.gone.wait(0.01):
                session.perform(c.Mark("for the full disk"))
    finally:
        os.dup2(kept, 1)
        os.close(kept)
    assert len(processes) == 1
    with pytest.raises(Problem, match="disk is full"):
        printer.finish()


def test_in_a_hurry_what_is_left_is_not_printed(
    session: Session,
    monkeypatch: pytest.MonkeyPatch,
    processes: list[print_process.PrintProcess],
) -> None:
    """The pipe is full and nobody reads it: only the hurry ends it."""
    with stdout_is_descriptor_1(monkeypatch) as pipe:
        printer = Printer(session)
        printer.start()
        while not processes:
            session.perform(c.Mark("x" * 1000))
            session.journal.flush()
        for _ in range(1000):
            session.perform(c.Mark("x" * 1000))
        monkeypatch.setattr(interrupts._asked, "times", 1)
        interrupts._asked.told()
        try:
            printer.finish()
        finally:
            interrupts.forget()
        os.close(pipe)
    assert len(processes) == 1
    assert not processes[0].runs


def test_where_there_is_no_other_process_the_thread_goes_on(
    session: Session, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(module, "LOOK", 0.0)
    monkeypatch.setattr(module, "MANY", -1)
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    printer = Printer(session)
    printer.start()
    for number in range(500):
        session.perform(c.Mark(f"mark {number}"))
    printer.finish()
    assert len(capsys.readouterr().out.splitlines()) == session.journal.committed


def test_lines_name_their_run_whoever_prints_them(
    session: Session, capfd: pytest.CaptureFixture[str], processes: list[print_process.PrintProcess]
) -> None:
    printer = Printer(session, run='50% of "a".toml')
    printer.start()
    while not processes:
        session.perform(c.Mark("more"))
        session.journal.flush()
    printer.finish()
    events = [json.loads(line) for line in capfd.readouterr().out.splitlines()]
    assert {event["run"] for event in events} == {'50% of "a".toml'}
    assert len(events) == session.journal.committed


def test_printing_waits_for_the_sockets_until_nothing_else_is_to_be_done(
    session: Session, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[tuple[int, int]] = []
    monkeypatch.setattr(print_process, "_weigh_session", lambda *what: said.append(what))
    process = print_process.start(session.journal.path, 0, text=False)
    assert process is not None
    with process.telling_end(lambda: None):
        pass
    pid = process._process.pid
    assert said == [(pid, print_process.NICE), (pid, 0)]
    assert process.has_printed()
    assert json.loads(capfd.readouterr().out.splitlines()[0])["seq"] == 1


@pytest.mark.parametrize("alone", [True, False])
def test_a_session_that_others_are_in_stays_as_urgent(alone: bool) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", "input()"], stdin=subprocess.PIPE, start_new_session=alone
    ) as process:
        group = Path(f"/proc/{process.pid}/autogroup")
        try:
            if not os.access(group, os.W_OK) or "nice" not in (before := group.read_text()):
                pytest.skip("sched(7): no autogroups here")
            print_process._weigh_session(process.pid, 3)
            until = monotonic() + BOUND  # who is no root may say it ten times a second in all
            while alone and not group.read_text().endswith(" nice 3\n"):
                assert monotonic() < until
                sleep(0.05)
                print_process._weigh_session(process.pid, 3)
            if not alone:
                assert group.read_text() == before
        finally:
            process.communicate(b"\n")


@pytest.mark.parametrize(("flood", "asked"), [(20, 1), (1_000_000, 0)])
def test_a_flood_is_given_to_another_process_at_once(
    session: Session,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    flood: int,
    asked: int,
) -> None:
    """Where none can be started it prints on, and does not ask again before its time."""
    monkeypatch.setattr(module, "LOOK", 1000.0)
    monkeypatch.setattr(module, "MANY", 10)
    monkeypatch.setattr(module, "FLOOD", flood)
    starts: list[int] = []
    begun = threading.Event()

    def start(_record: Path, printed: int, **_: object) -> None:
        starts.append(printed)
        begun.set()

    monkeypatch.setattr(module, "start", start)
    printer = Printer(session)
    printer.start()
    for _ in range(5):
        for number in range(50):
            session.perform(c.Mark(f"{number}"))
        session.journal.flush()
    assert begun.wait(BOUND if asked else 0) is bool(asked)
    printer.finish()
    assert len(starts) == asked
    events = [json.loads(line)["seq"] for line in capsys.readouterr().out.splitlines()]
    assert events == list(range(1, session.journal.committed + 1))
