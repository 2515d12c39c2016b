"""What is printed: every event once and in order, steps as they end, quietly when nobody reads."""

from __future__ import annotations

import io
import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from workbench.cli import output
from workbench.cli.output import Printer, StepPrinter, is_output, prepare_streams, write
from workbench.engine.model import commands as c
from workbench.scenario.model import Scenario
from workbench.scenario.report import Report, StepResult
from workbench.session import Session
from workbench.texts import Problem, set_language

BOUND = 60.0


@pytest.fixture
def session(tmp_path: Path) -> Iterator[Session]:
    with Session(tmp_path / "r.swb") as made:
        yield made


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


def test_events_of_before_and_after_in_order(
    session: Session, capsys: pytest.CaptureFixture[str]
) -> None:
    for number in range(1500):
        session.perform(c.Mark(f"before {number}"))
    session.journal.flush()
    printer = Printer(session)
    printer.start()
    for number in range(1500):
        session.perform(c.Mark(f"after {number}"))
    printer.finish()
    events = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [event["seq"] for event in events] == list(range(1, session.journal.committed + 1))
    assert len(events) > 3000
    assert printer.gone.is_set()


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
        write("x")


def test_what_print_raises_on_a_full_disk() -> None:
    assert is_output(OSError(28, "No space left on device"))
    assert not is_output(OSError(28, "No space left on device", "/some/file"))
    assert not is_output(OSError(111, "Connection refused"))
    assert not is_output(ValueError())


def test_every_character_can_be_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    buffer = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(buffer, "ascii"))
    monkeypatch.setattr(sys, "stderr", None)
    prepare_streams()
    assert write("你 \udcff\n")
    assert buffer.getvalue() == b"\\u4f60 \\udcff\n"
    assert sys.stderr is not None
    with sys.stderr:
        print("lost", file=sys.stderr)


def test_an_export_is_utf_8(monkeypatch: pytest.MonkeyPatch) -> None:
    buffer = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(buffer, "ascii", newline="\r\n"))
    output.as_utf8()
    sys.stdout.write("你\n\r\n")
    sys.stdout.flush()
    assert buffer.getvalue() == "你\n\r\n".encode()


SCENARIO = Scenario("Greeting", (), (), {"zh_CN": "问候"})


def test_steps_for_a_person(capsys: pytest.CaptureFixture[str]) -> None:
    printer = StepPrinter(SCENARIO)
    held = StepResult(1, "a.start()", None, 0.0014)
    broken = StepResult(2, "wait(1)", Problem("scenario.cancelled"), 1.0)
    said = Problem("scenario.loop_in_vain", times=2, what="errno='EPIPE'")
    loop = StepResult(3, "loop(2)", None, 0.0, said)
    for step in (held, broken, loop):
        printer.told(step)
    printer.end(Report(SCENARIO, [held, broken, loop]))
    assert capsys.readouterr().out == (
        "Greeting\n"
        "  1  held  a.start()  (0.001 s)\n"
        "  2  FAILED  wait(1)  (1.000 s)\n"
        "       The run was given up.\n"
        "  3  held  loop(2)  (0.000 s)\n"
        "       All 2 rounds were made; this did not come: errno='EPIPE'\n"
        "Steps: 2 held, 1 failed\n"
    )


def test_steps_in_chinese_and_without_a_title(capsys: pytest.CaptureFixture[str]) -> None:
    set_language("zh_CN")
    StepPrinter(SCENARIO).end(Report(SCENARIO))
    assert capsys.readouterr().out == "问候\n0 步成立，0 步失败\n"
    StepPrinter(Scenario("", (), ()))
    assert capsys.readouterr().out == ""
