"""A run says in its record where each step began, and what came of it and of the whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.scenario.conftest import BOUND, PAIR, Play, Rows
from workbench.engine.model import commands as c
from workbench.engine.model.events import OF_RUNS
from workbench.journal.notes import Verdict, note_text, verdict_of
from workbench.journal.reader import Reader, Row
from workbench.scenario.from_record import Excerpt, scenario_of
from workbench.scenario.model import parse
from workbench.scenario.report import Report
from workbench.scenario.runner import Runner
from workbench.session import Session
from workbench.texts import set_language

GREETING = PAIR.replace(
    'role = "listener"', 'role = "listener"\nresponder = { kind = "greet", text = "hello" }'
)


def step(do: str, endpoint: str, more: str = "") -> str:
    return f'[[step]]\ndo = "{do}"\nendpoint = "{endpoint}"\n{more}\n'


BEGIN = 'title = "a greeting"\n' + GREETING + step("start", "server") + step("connect", "client")
HELLO = step("expect", "client", 'text = "hello"')
GOODBYE = step("expect", "client", 'text = "goodbye"\nwithin = 0.05')


def told(found: list[Row]) -> list[tuple[str, str | None]]:
    return [(row.call, row.endpoint) for row in found if row.call in OF_RUNS]


def verdicts(found: list[Row], call: str) -> list[Verdict]:
    return [verdict for row in found if row.call == call and (verdict := verdict_of(row))]


def test_each_step_has_its_rows_and_the_run_its_own(play: Play, rows: Rows) -> None:
    assert play(BEGIN + HELLO).ok
    found = rows()
    assert told(found) == [
        *[("step", "server"), ("step_held", "server")],
        *[("step", "client"), ("step_held", "client")] * 2,
        ("run_held", None),
    ]
    begun = verdicts(found, "step")
    assert [(it.held, it.number, it.title) for it in begun] == [
        (None, 1, "server.start()"),
        (None, 2, "client.connect()"),
        (None, 3, "client.expect text='hello'"),
    ]
    held = verdicts(found, "step_held")
    assert [(it.held, it.number, it.title) for it in held] == [
        (True, it.number, it.title) for it in begun
    ]
    assert all(0 <= it.seconds < BOUND for it in held)
    (met,) = [row for row in found if row.seq == held[2].row]
    assert (met.call, met.payload) == ("recv", b"hello")
    assert held[2].came == "recv(65536) = 5"
    (whole,) = verdicts(found, "run_held")
    assert (whole.held, whole.title, whole.steps) == (True, "a greeting", 3)


def test_what_failed_says_what_came_in_each_language(play: Play, rows: Rows) -> None:
    report = play(BEGIN + GOODBYE)
    assert not report.ok
    found = rows()
    assert told(found)[-2:] == [("step_failed", "client"), ("run_failed", None)]
    (failed,) = [row for row in found if row.call == "step_failed"]
    for language in ("en", "zh_CN"):
        set_language(language)
        assert report.steps[-1].reason is not None
        came = report.steps[-1].reason.text
        verdict = verdict_of(failed)
        assert verdict is not None
        assert (verdict.held, verdict.number, verdict.came) == (False, 3, came)
        assert came in note_text(failed)
        assert "client.expect text='goodbye'" in note_text(failed)
    set_language("en")
    (whole,) = verdicts(found, "run_failed")
    assert (whole.held, whole.number, whole.steps) == (False, 3, 3)


def test_a_command_of_a_step_has_it_as_its_cause(session: Session, play: Play, rows: Rows) -> None:
    """What a person asks for has none above it."""
    assert play(BEGIN + HELLO).ok
    session.perform(c.Connect("client")).wait(BOUND)
    found = rows()
    begun = {row.seq: row for row in found if row.call == "step"}
    commands = [row for row in found if row.kind == "command"]
    of_steps = [row for row in commands if row.cause in begun]
    assert [row.call for row in of_steps] == ["start", "connect"]
    assert commands[-1].call == "connect"
    assert commands[-1].cause is None
    for row in of_steps:
        assert row.cause is not None
        assert row.cause < row.seq
        assert begun[row.cause].endpoint == row.endpoint
        assert any(other.cause == row.seq for other in found if other.kind == "call")
    for row in found:  # and the verdict names the step that it is of
        if row.call == "step_held":
            assert row.cause in begun
            assert row.cause < row.seq


def test_what_a_run_sets_up_is_no_person(session: Session, rows: Rows) -> None:
    scenario = parse(BEGIN + HELLO)
    for _ in range(2):
        assert Runner(session, scenario, timeout=BOUND).run().ok
    again = [row for row in rows() if row.kind == "command" and row.call == "configure"]
    assert [row.endpoint for row in again] == ["server", "client"]
    begun = {row.seq: verdict_of(row) for row in rows() if row.call == "step"}
    for row in again:
        assert row.cause is not None
        above = begun[row.cause]
        assert above is not None
        assert above.number == 0


def test_every_round_of_a_loop_is_told(play: Play, rows: Rows) -> None:
    loop = (
        "\n[[loop]]\ntimes = 3\nuntil = { endpoint = 'client', call = 'never' }\n"
        '[[loop.step]]\ndo = "wait"\nseconds = 0.0\n'
    )
    assert play(BEGIN + loop).ok
    held = verdicts(rows(), "step_held")
    assert [it.number for it in held] == [1, 2, 3, 4, 5, 6]
    assert held[-1].title.startswith("loop(3")
    assert held[-1].came  # all rounds were made


def test_a_step_that_was_not_waited_for_names_where_it_began(play: Play, rows: Rows) -> None:
    late = step("recv", "client", "wait = false\nsize = 5\nerror = 'ECONNRESET'")
    report = play(BEGIN.replace("greet", "nothing").replace(', text = "hello"', "") + late)
    assert not report.ok
    found = rows()
    (begun,) = [row for row in found if row.call == "step" and row.args.startswith("3,")]
    (failed,) = [row for row in found if row.call == "step_failed"]
    assert failed.cause == begun.seq


NAMED = step("expect", "client", 'call = "step_held"')


@pytest.mark.parametrize("later", ["", NAMED], ids=["", "and another step asks for them"])
@pytest.mark.parametrize("key", ['kind = "note"', 'call = "*"', 'kind = "note"\ncall = "*"'])
def test_an_expectation_does_not_find_what_its_own_run_says(
    play: Play, key: str, later: str
) -> None:
    wanted = step("expect", "client", f"{key}\nwithin = 0.05")
    report = play(GREETING + step("start", "server") + wanted + later)
    assert [item.reason is None for item in report.steps] == [True, False]


def test_an_expectation_finds_it_where_it_names_it(play: Play) -> None:
    named = step("expect", "client", 'kind = "note"\ncall = "step_held"')
    assert play(BEGIN + named).ok
    never = step("expect", "client", 'kind = "note"\ncall = "step_failed"\nwithin = 0.05')
    assert not play(BEGIN + never).ok


def test_a_loop_is_not_ended_by_what_its_own_run_says(play: Play) -> None:
    def looped(until: str) -> Report:
        loop = f"\n[[loop]]\ntimes = 3\nuntil = {{ {until} }}\n"
        return play(
            GREETING
            + step("start", "server")
            + loop
            + "[[loop.step]]\n"
            + ('do = "wait"\nseconds = 0.03\n')
        )

    assert len(looped("kind = 'note'").steps) == 5
    session_ended = looped("kind = 'note', call = 'step_held', endpoint = 'server'")
    assert session_ended.ok


def test_a_scenario_made_of_it_has_none_of_it(play: Play, session: Session, tmp_path: Path) -> None:
    assert play(BEGIN + HELLO).ok
    session.journal.flush()
    reader = Reader(session.record)
    made = scenario_of(reader, Excerpt(waits=False))
    reader.close()
    with Session(tmp_path / "again.swb") as again:
        assert Runner(again, made, timeout=BOUND).run().ok
    calls = [type(item).__name__ for item in made.steps]
    assert calls.count("Perform") == 2  # start and connect; the stops at the end are the run's own
    assert calls.count("Expect") >= 1


def test_a_run_whose_record_fails_says_so_and_not_that_it_held(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rows of its steps were judged, and did not get into the file."""
    with Session(tmp_path / "r.swb") as session:
        runner = Runner(session, parse(BEGIN + HELLO), timeout=BOUND)
        held = runner._run_all

        def filled() -> None:
            held()
            session.journal._max_rows = session.journal.committed

        monkeypatch.setattr(runner, "_run_all", filled)
        report = runner.run()
        assert session.journal.failed is not None
    assert not report.ok
    assert report.steps[-1].reason is not None
    assert report.steps[-1].reason.key == "scenario.not_recorded"
