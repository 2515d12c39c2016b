"""What is printed: every event once and in order, steps as they end, quietly when nobody reads."""

from __future__ import annotations

import io
import sys

import pytest

from workbench.cli import output
from workbench.cli.output import StepPrinter, is_output, prepare_streams, write
from workbench.scenario.model import Scenario
from workbench.scenario.report import Report, Round, StepResult
from workbench.scenario.steps import Loop, Wait
from workbench.texts import Problem, set_language

BOUND = 60.0


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
        "       All 2 rounds were made; this did not come: errno='EPIPE'."
        " With must = true the run fails then.\n"
        "Steps: 2 held, 1 failed\n"
    )


LOOP = Loop((Wait(1.0), Wait(2.0)), times=200)


def rounds(printer: StepPrinter, failed: set[int], last: int = 200) -> Report:
    """Tell of the rounds of LOOP."""
    report = Report(SCENARIO)
    for number in range(1, last + 1):
        for at, step in enumerate(LOOP.steps):
            reason = Problem("scenario.cancelled") if at and number in failed else None
            within = (Round(LOOP, number),)
            result = StepResult(
                2 * number - 1 + at, f"wait({at})", reason, 0.25, step=step, rounds=within
            )
            report.steps.append(result)
            printer.told(result)
    return report


def test_a_loop_is_one_line_and_a_round_that_failed_is_told_in_full(
    capsys: pytest.CaptureFixture[str],
) -> None:
    printer = StepPrinter(SCENARIO)
    report = rounds(printer, {17})
    printer.write()
    told = capsys.readouterr().out  # its last step was the last of its last round: it is over
    printer.end(report)
    assert told == (
        "Greeting\n"
        "       Round 17:\n"
        " 33  held  wait(0)  (0.250 s)\n"
        " 34  FAILED  wait(1)  (0.250 s)\n"
        "       The run was given up.\n"
        "400  FAILED  loop(200)  (rounds: 200, failed: 1, steps: 400, 100.000 s)\n"
    )
    assert capsys.readouterr().out == "Steps: 399 held, 1 failed\n"


def test_with_verbose_every_step_of_every_round_has_its_line(
    capsys: pytest.CaptureFixture[str],
) -> None:
    printer = StepPrinter(SCENARIO, verbose=True)
    printer.end(rounds(printer, set()))
    assert len(capsys.readouterr().out.splitlines()) == 1 + 400 + 1


def test_a_loop_that_says_what_ended_it_has_its_own_line(
    capsys: pytest.CaptureFixture[str],
) -> None:
    printer = StepPrinter(SCENARIO)
    report = rounds(printer, set(), last=3)
    said = Problem("scenario.loop_in_vain", times=3, what="errno='EPIPE'")
    printer.told(StepResult(7, "loop(200, until x)", None, 1.5, said, LOOP))
    printer.end(report)
    lines = capsys.readouterr().out.splitlines()
    assert lines[1] == "  7  held  loop(200, until x)  (rounds: 3, steps: 6, 1.500 s)"
    assert lines[2].startswith("       All 3 rounds were made")


@pytest.mark.parametrize(
    ("end", "mark"), [("finish", "not ended"), ("told", "held"), ("end", "held")]
)
def test_of_a_loop_that_was_interrupted_it_says_so(
    capsys: pytest.CaptureFixture[str], end: str, mark: str
) -> None:
    printer = StepPrinter(SCENARIO)
    report = rounds(printer, set(), last=3)
    if end == "finish":
        printer.finish()
    elif end == "told":  # whatever follows it
        printer.told(StepResult(7, "wait(1)", None, 0.0))
        printer.write()
    else:
        printer.end(report)
    assert f"  6  {mark}  loop(200)  (rounds: 3, steps: 6, 1.500 s)\n" in capsys.readouterr().out


def test_steps_in_chinese_and_without_a_title(capsys: pytest.CaptureFixture[str]) -> None:
    set_language("zh_CN")
    StepPrinter(SCENARIO).end(Report(SCENARIO))
    assert capsys.readouterr().out == "问候\n0 步通过，0 步未通过\n"
    StepPrinter(Scenario("", (), ()))
    assert capsys.readouterr().out == ""


def test_lines_of_quick_steps_are_written_together_and_at_the_latest_when_a_run_waits(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Out(io.StringIO):
        flushed = 0

        def flush(self) -> None:
            self.flushed += 1

    out = Out()
    monkeypatch.setattr(sys, "stdout", out)
    clock = [100.0]
    monkeypatch.setattr(output, "monotonic", lambda: clock[0])
    printer = StepPrinter(SCENARIO)
    for number in range(1, 501):
        printer.told(StepResult(number, "a.send()", None, 0.0))
    assert (out.getvalue().count("\n"), out.flushed) == (2, 2)  # the title, and the first
    clock[0] += 2 * output.GATHERED
    printer.told(StepResult(501, "a.send()", None, 0.0))
    assert (out.getvalue().count("\n"), out.flushed) == (502, 3)
    printer.told(StepResult(502, "a.send()", None, 0.0))
    printer.write()
    printer.write()
    assert (out.getvalue().count("\n"), out.flushed) == (503, 4)
