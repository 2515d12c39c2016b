"""Other programs that a scenario runs: how they end, what they said, and that nothing is left."""

from __future__ import annotations

import json
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.cli_process import environment
from tests.scenario.conftest import BOUND
from workbench.journal.reader import Row
from workbench.scenario.model import NotAllowed, ScenarioProblem, load, parse
from workbench.scenario.named_values import Given
from workbench.scenario.permissions import Permissions
from workbench.scenario.programs import KEPT, SHOWN, Output
from workbench.scenario.report import Report
from workbench.scenario.runner import Runner
from workbench.scenario.steps import RunProgram, StopProgram
from workbench.scenario.write import to_toml
from workbench.session import Session

ALLOWED = Given(permissions=Permissions(allow_run=True))
NOTE = '{ do = "note", text = "here" }'
FAMILY = """
import socket, subprocess, sys
CHILD = '''
import socket, sys
s = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
print("here", flush=True)
s.recv(1)
'''
s = socket.create_connection(("127.0.0.1", int(sys.argv[1])))
child = subprocess.Popen([sys.executable, "-c", CHILD, sys.argv[1]], stdout=subprocess.PIPE)
child.stdout.readline()
print("begun", flush=True)
s.recv(1)
"""
"""A program and one that it began: each holds a connection as long as it lives."""


class Lives:
    """Sees how many programs live: each has a connection to here."""

    def __init__(self) -> None:
        self._listener = socket.create_server(("127.0.0.1", 0))
        self._listener.settimeout(BOUND)
        self.port = int(self._listener.getsockname()[1])
        self._talks: list[socket.socket] = []

    def born(self, count: int) -> None:
        """Wait until so many have come."""
        for _ in range(count):
            talk, _ = self._listener.accept()
            talk.settimeout(BOUND)
            self._talks.append(talk)

    def gone(self) -> None:
        """Wait until all of them have ended; a timeout says that one has not."""
        for talk in self._talks:
            try:
                assert talk.recv(1) == b""
            except ConnectionResetError:
                pass

    def close(self) -> None:
        for item in (self._listener, *self._talks):
            item.close()


@pytest.fixture
def lives() -> Iterator[Lives]:
    made = Lives()
    yield made
    made.close()


def python(code: str, *args: object) -> str:
    return json.dumps([sys.executable, "-c", code, *map(str, args)])


def step(command: str, more: str = "") -> str:
    return f'{{ do = "run", command = {command}{more} }}'


def scenario(*steps: str, rest: str = "") -> str:
    return "step = [\n" + "".join(f"{line},\n" for line in steps) + "]\n" + rest


def play(session: Session, text: str) -> Report:
    return Runner(session, parse(text, given=ALLOWED), timeout=BOUND).run()


def reasons(report: Report) -> list[str | None]:
    """The key of each, without what programs have written meanwhile."""
    found = [item.reason for item in report.steps]
    bare = [one.args_["what"] if one and one.key == "scenario.run_wrote" else one for one in found]
    return [getattr(one, "key", None) for one in bare]


# -- how they end -------------------------------------------------------------------------------


def test_a_program_is_waited_for_and_its_output_is_in_the_line_and_the_record(
    session: Session, rows: Callable[[], list[Row]]
) -> None:
    report = play(session, scenario(step(python("print('hello'); print('there')"))))
    assert report.ok
    said = report.steps[0].said
    assert said is not None
    assert "ended with status 0" in said.text
    assert "hello\\nthere" in said.text
    (held,) = [row for row in rows() if row.call == "step_held"]
    assert "hello" in held.args


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        ("", "scenario.run_ended_so"),
        (", exit = 3", None),
        (", exit = 4", "scenario.run_ended_so"),
        (', exit = "any"', None),
        (', exit = 3, contains = "said this"', None),
        (', exit = 3, contains = "never"', "scenario.run_lacks"),
        (", wait = false, exit = 3", None),
        (", wait = false, exit = 4", "scenario.run_ended_so"),
        (', wait = false, contains = "said"', None),
    ],
)
def test_the_status_and_what_it_says(session: Session, more: str, reason: str | None) -> None:
    code = "import sys; print('it said this', flush=True); sys.exit(3)"
    if more == ', wait = false, contains = "said"':
        code = "import threading; print('it said this', flush=True); threading.Event().wait()"
    report = play(session, scenario(step(python(code), more)))
    assert [key for key in reasons(report) if key is not None] == ([reason] if reason else [])
    if reason is not None:
        text = next(item.reason.text for item in report.steps if item.reason is not None)
        assert "it said this" in text


def test_one_that_is_not_there_says_so(session: Session) -> None:
    report = play(session, scenario(step('["no-such-program-here"]')))
    assert reasons(report) == ["scenario.run_not_begun"]


def test_one_that_takes_too_long_is_ended(session: Session, lives: Lives) -> None:
    report = play(session, scenario(step(python(FAMILY, lives.port), ", timeout = 0.05")))
    assert reasons(report) == ["scenario.run_too_long"]
    silent = python("import threading; threading.Event().wait()")
    more = ', wait = false, contains = "ready", timeout = 0.05'
    assert reasons(play(session, scenario(step(silent, more)))) == ["scenario.run_not_said"]


def test_its_standard_input_is_empty(session: Session) -> None:
    assert play(session, scenario(step(python("assert not open(0).read()")))).ok


def test_it_reads_what_it_is_given_and_the_end_of_it(session: Session) -> None:
    cat = python("import sys; sys.stdout.buffer.write(sys.stdin.buffer.read().upper())")
    text = scenario(
        step(cat, r', input = "from {who}, {unix}: {no}\n", contains = "FROM BOB\\, 1"'),
        step(cat, ', input = ""'),
        rest='[values]\nwho = "bob"\n',
    ).replace("\\\\, 1", ", 1")
    report = play(session, text)
    assert report.ok, report
    said = report.steps[0].said
    assert said is not None
    assert "{NO}" in said.text


def test_much_goes_in_while_much_comes_out_and_it_need_not_read_all(session: Session) -> None:
    cat = python("import shutil, sys; shutil.copyfileobj(sys.stdin, sys.stdout); print('done')")
    much = f', input = "{"x" * 300_000}"'
    assert play(session, scenario(step(cat, f'{much}, contains = "xdone"'))).ok
    deaf = python("import os; os.close(0); print('deaf')")
    assert play(session, scenario(step(deaf, f'{much}, contains = "deaf"'))).ok


def test_bytes_that_were_taken_are_read_as_they_came(session: Session) -> None:
    dump = python("import sys; print(sys.stdin.buffer.read().hex())")
    text = f"""
        step = [
          {{ do = "start", endpoint = "s" }},
          {{ do = "connect", endpoint = "c" }},
          {{ do = "send", endpoint = "c", hex = "ff00c3" }},
          {{ do = "expect", endpoint = "c", hex = "{{raw:3}}" }},
          {step(dump, ', input = "{raw}!", contains = "ff00c321"')},
        ]
        placeholders = true
        endpoint.c = "@s"
        [endpoint.s]
        role = "listener"
        address = "127.0.0.1:0"
        responder = {{ kind = "echo" }}
    """
    report = play(session, text)
    assert report.ok, report


# -- beside the steps ---------------------------------------------------------------------------


def begun(lives: Lives, name: str = "family") -> str:
    more = f', name = "{name}", wait = false, contains = "begun"'
    return step(python(FAMILY, lives.port), more)


def test_a_step_stops_it_with_all_that_it_began(session: Session, lives: Lives) -> None:
    stop = '{ do = "run", stop = "family" }'
    done = threading.Event()
    text = scenario(begun(lives), stop, '{ do = "stay" }')
    runner = Runner(
        session,
        parse(text, given=ALLOWED),
        timeout=BOUND,
        told=lambda result: done.set() if result.number == 2 else None,
    )
    thread = threading.Thread(target=runner.run)
    thread.start()
    try:
        lives.born(2)
        assert done.wait(BOUND)
        lives.gone()  # while the run goes on
    finally:
        while thread.is_alive():
            runner.cancel()
            thread.join(0.05)
    said = runner.report.steps[1].said
    assert said is not None
    assert "SIGTERM" in said.text


def test_what_still_runs_at_the_end_is_stopped(session: Session, lives: Lives) -> None:
    assert play(session, scenario(begun(lives), NOTE)).ok
    lives.born(2)
    lives.gone()


def test_also_after_a_failure(session: Session, lives: Lives) -> None:
    assert not play(session, scenario(begun(lives), step('["no-such-program-here"]'))).ok
    lives.born(2)
    lives.gone()


def test_one_that_does_not_listen_is_killed(
    session: Session, lives: Lives, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("workbench.scenario.programs.GRACE", 0.1)
    deaf = "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN)\n" + FAMILY
    more = ', name = "deaf", wait = false, contains = "begun"'
    assert play(session, scenario(step(python(deaf, lives.port), more))).ok
    lives.born(2)
    lives.gone()


def test_one_that_ended_by_itself_otherwise_fails_the_run_at_its_end(session: Session) -> None:
    """It is named where it was begun, and judged when the others were."""
    bad = step(python("import sys; sys.exit(7)"), ", wait = false, exit = 0")
    report = play(session, scenario(bad, NOTE))
    assert reasons(report) == [None, None, "scenario.run_ended_so"]
    assert report.steps[2].title == report.steps[0].title


def test_a_name_is_of_one_program_at_a_time(session: Session, lives: Lives) -> None:
    report = play(session, scenario(begun(lives), begun(lives)))
    assert reasons(report) == [None, "scenario.run_runs_already"]
    again = scenario(begun(lives), '{ do = "run", stop = "family" }', begun(lives))
    assert play(session, again).ok


@pytest.mark.skipif(sys.platform == "win32", reason="signals of POSIX")
@pytest.mark.parametrize("number", ["SIGINT", "SIGTERM", "SIGHUP", "SIGKILL"])
def test_nothing_is_left_when_the_program_is_killed(
    number: str, tmp_path: Path, lives: Lives
) -> None:
    path = tmp_path / "t.toml"
    path.write_text(scenario(begun(lives), '{ do = "wait", seconds = 600 }'))
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "workbench", "run", "--allow-run", str(path)],
        env=environment(),
        stdout=subprocess.DEVNULL,
    )
    try:
        lives.born(2)
        process.send_signal(getattr(signal, number))
        lives.gone()
        assert process.wait(BOUND) == (-signal.SIGKILL if number == "SIGKILL" else 130)
    finally:
        process.kill()
        process.wait()


# -- what a command is made of ------------------------------------------------------------------


def test_values_are_filled_in_and_no_shell_sees_them(session: Session, tmp_path: Path) -> None:
    trap = tmp_path / "trap"
    text = scenario(
        '{ do = "start", endpoint = "server" }',
        step(
            python("import sys; print(sys.argv[1:])", "{word}", "{server.port}", "{{word}}"),
            ', contains = "{word}"',
        ),
        rest=(
            f"[values]\nword = {json.dumps(f'; touch {trap} $(touch {trap})')}\n"
            '[endpoint.server]\nrole = "listener"\naddress = "127.0.0.1:0"\n'
        ),
    )
    report = play(session, text)
    assert report.ok, reasons(report)
    said = report.steps[1].said
    assert said is not None
    assert session.link("server").rpartition(":")[2] in said.text
    assert "{word}" in said.text
    assert not trap.exists()


def test_an_endpoints_port_is_known_to_it_where_the_file_has_no_values(session: Session) -> None:
    text = scenario(
        '{ do = "start" }',
        step(python("import sys; print(sys.argv[1:])", "{s.port}", "{other}", "{time}")),
        rest='[endpoint.s]\nrole = "listener"\naddress = "127.0.0.1:0"\n',
    )
    report = play(session, text)
    said = report.steps[1].said
    assert said is not None
    port = session.link("s").rpartition(":")[2]
    assert f"['{port}', '{{other}}', '{{time}}']" in said.text


def test_it_runs_in_the_folder_of_its_scenario(session: Session, tmp_path: Path) -> None:
    path = tmp_path / "t.toml"
    path.write_text(scenario(step(python("import os; print(os.getcwd())"))))
    report = Runner(session, load(path, ALLOWED), timeout=BOUND).run()
    said = report.steps[0].said
    assert said is not None
    assert str(tmp_path.resolve()) in said.text


def test_a_command_is_refused_unless_it_is_allowed() -> None:
    with pytest.raises(NotAllowed, match="--allow-run") as refused:
        parse(scenario(step('["touch", "{x}"]'), rest='[values]\nx = "a b"\n'))
    assert [wish.what for wish in refused.value.wishes] == ["touch 'a b'"]


def test_what_a_command_reads_is_shown_to_whom_allows_it() -> None:
    with pytest.raises(NotAllowed) as refused:
        parse(scenario(step('["sh"]', r', input = "rm {x}\nls\n"'), rest='[values]\nx = "*"\n'))
    assert [wish.what for wish in refused.value.wishes] == [r"sh <<< 'rm *\nls\n'"]


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ('{ do = "run" }', "scenario.missing"),
        ('{ do = "run", command = [] }', "scenario.run_nothing"),
        ('{ do = "run", command = "ls -l" }', "scenario.run_as_text"),
        ('{ do = "run", command = ["ls", 1] }', "scenario.wrong_type"),
        ('{ do = "run", stop = "b" }', "scenario.run_unknown"),
        ('{ do = "run", stop = "a", exit = 0 }', "scenario.run_stop_alone"),
        ('{ do = "run", command = ["ls"], exit = "some" }', "scenario.wrong_type"),
        ('{ do = "run", command = ["ls"], shell = true }', "scenario.unknown_key"),
        ('{ do = "run", command = ["ls"], input = 3 }', "scenario.wrong_type"),
        ('{ do = "run", stop = "a", input = "x" }', "scenario.run_stop_alone"),
        ('{ do = "run", input = "x" }', "scenario.missing"),
    ],
)
def test_what_is_wrong_with_one_is_said(line: str, key: str) -> None:
    with pytest.raises(ScenarioProblem) as wrong:
        parse(scenario(step('["ls"]', ', name = "a"'), line), given=ALLOWED)
    assert wrong.value.line == 3
    assert getattr(wrong.value.args_["reason"], "key", "") == key


def test_to_stop_where_no_program_has_a_name_speaks_of_programs() -> None:
    with pytest.raises(ScenarioProblem) as wrong:
        parse('step = [{ do = "run", stop = "b" }]\n', given=ALLOWED)
    assert getattr(wrong.value.args_["reason"], "key", "") == "scenario.run_none"


def test_a_run_is_written_as_it_is_read() -> None:
    made = parse(
        scenario(
            step(
                '["a", "b c"]', ', name = "n", exit = 3, contains = "x", wait = false, input = "y"'
            ),
            '{ do = "run", stop = "n", on_failure = "next" }',
        ),
        given=ALLOWED,
    )
    assert made.steps == (
        RunProgram(("a", "b c"), "n", 3, "x", wait=False, input="y"),
        StopProgram("n", made.steps[1].on_failure),
    )
    assert parse(to_toml(made), given=ALLOWED).steps == made.steps


def test_what_one_beside_the_steps_wrote_stands_where_another_step_fails(session: Session) -> None:
    code = (
        "import sys, threading; print('one', flush=True);"
        "print('two', file=sys.stderr, flush=True);"
        "print('r' 'eady', flush=True); threading.Event().wait()"
    )
    text = scenario(
        step(python(code), ', wait = false, contains = "ready"'),
        step(python("import threading; threading.Event().wait()"), ", wait = false"),
        '{ do = "start" }',
        '{ do = "expect", call = "accept", within = 0.05 }',
        rest='[endpoint.s]\nrole = "listener"\naddress = "127.0.0.1:0"\n',
    )
    reason = play(session, text).steps[-1].reason
    assert reason is not None
    assert "did not come" in reason.text
    assert r"had written meanwhile: one\ntwo\nready]" in reason.text
    assert reason.text.count("had written") == 1


def test_of_much_output_the_last_lines_are_shown() -> None:
    output = Output(None)
    output.take(b"x" * KEPT + b"".join(b"line %d\n" % number for number in range(9)))
    assert output.last_lines().splitlines() == [f"line {number}" for number in range(4, 9)]
    output = Output(None)
    assert output.last_lines() == ""
    output.take(b"a" * 5000)
    assert set(output.last_lines()) == {"a"}
    assert len(output.last_lines()) < 1000


# -- its output ---------------------------------------------------------------------------------


def test_of_an_endless_output_the_beginning_and_the_end_are_kept() -> None:
    output = Output("needle")
    for piece in (b"begin", b"x" * 10_000_000, b"nee", b"dle", b"y" * 3 * KEPT, b"end"):
        output.take(piece)
    assert output.has_it
    assert len(output.text()) <= SHOWN + 2
    assert output.text().endswith("end")


def test_what_is_waited_for_may_come_in_pieces() -> None:
    output = Output("ab")
    output.take(b"a")
    assert not output.has_it
    output.take(b"b")
    assert output.has_it
