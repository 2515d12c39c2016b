"""A loop ends when what it waits for is there: sockets stay open, readings are kept."""

from __future__ import annotations

import json
import socket
import struct
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.scenario.conftest import BOUND, PAIR, Play, reasons, steps
from tests.snapshots import fresh
from workbench.engine.model.events import OF_RUNS
from workbench.engine.sockets.kernel_readings import LINUX
from workbench.journal.reader import Reader, Row
from workbench.scenario.model import parse
from workbench.scenario.report import Report
from workbench.scenario.runner import Runner
from workbench.session import Session

ANSWER = b"ok\r\n"
ROUND = """
[[step]]
do = "loop"
times = {times}
{more}
[[step.step]]
do = "connect"
endpoint = "client"
[[step.step]]
do = "send"
endpoint = "client"
text = "hello"
[[step.step]]
do = "expect"
endpoint = "client"
text = "ok\\r\\n"
within = 5.0
[[step.step]]
do = "close"
endpoint = "client"
"""


class Aborting:
    """A server of another program: it answers, and resets the connection of one round."""

    def __init__(self, aborted: int) -> None:
        self._aborted = aborted
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listener.getsockname()[1])
        self.served = 0
        self._kept: list[socket.socket] = []
        self._thread = threading.Thread(target=self._serve, daemon=True)
        self._thread.start()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                talk, _ = self._listener.accept()
                self._kept.append(talk)
                talk.recv(100)
                self.served += 1
                if self.served == self._aborted:
                    talk.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    talk.close()
                    continue
                talk.sendall(ANSWER)

    def close(self) -> None:
        for item in (self._listener, *self._kept):
            with suppress(OSError):  # it may be closed, or its client gone
                item.shutdown(socket.SHUT_RDWR)
        self._thread.join(BOUND)
        for item in (self._listener, *self._kept):
            item.close()


@pytest.fixture
def third() -> Iterator[Aborting]:
    server = Aborting(3)
    yield server
    server.close()


def client_of(server: Aborting) -> str:
    return (
        f'[endpoint.client]\nrole = "stream"\naddress = "127.0.0.1:{server.port}"\ntimeout = 5.0\n'
    )


def run(session: Session, text: str) -> Report:
    """As `play`, but the sockets are left as the run left them."""
    return Runner(session, parse(text), timeout=BOUND).run()


def said(report: Report) -> str:
    (words,) = [step.said.text for step in report.steps if step.said is not None]
    return words


@pytest.mark.parametrize(
    "until",
    [
        'endpoint = "client", errno = "ECONNRESET"',
        'errno = "ECONNRESET"',
        'error = "*"',
        'error = "ConnectionResetError"',
        'endpoint = "*", errno = "*"',
    ],
)
def test_the_reset_of_the_third_round_ends_the_loop(
    session: Session, rows: Callable[[], list[Row]], third: Aborting, until: str
) -> None:
    report = run(
        session, client_of(third) + ROUND.format(times=1000, more=f"until = {{ {until} }}")
    )
    assert report.ok, reasons(report)
    assert third.served == 3
    assert said(report).startswith("Round 3 of at most 1000: client recv(65536) = ECONNRESET")
    assert "of client were kept" in said(report)
    found = rows()
    reset = next(row for row in found if row.errno == "ECONNRESET")
    assert session.endpoints == ("client",)
    left = [item for item in fresh(session, "client").connections if item.closed_ns is None]
    assert [item.id for item in left] == [reset.connection], "the socket of that round is open"
    notes = {row.call: row.args for row in found if row.kind == "note"}
    assert notes["loop_met"] == f"3, 1000, 'client recv(65536) = ECONNRESET', {reset.seq}"
    assert notes["readings_taken"] == "1"


@pytest.mark.skipif(not LINUX, reason="TCP_INFO is read on Linux only")
def test_a_reading_of_every_open_socket_is_kept_then(
    session: Session, rows: Callable[[], list[Row]]
) -> None:
    """Three clients and what they sent stay: their readings, and those of the listener."""
    head = PAIR.replace('role = "listener"', 'role = "listener"\nreceive = "paused"')
    report = run(
        session,
        head
        + steps(
            'do = "start"; endpoint = "server"',
            'do = "connect"; endpoint = "client"; count = 3',
            'do = "expect"; endpoint = "server"; call = "accept"; count = 3',
        )
        + """
[[loop]]
until = { endpoint = "client", call = "send", count = 6 }
[[loop.step]]
do = "send"
endpoint = "client"
connection = "all"
text = "12345"
""",
    )
    assert report.ok, reasons(report)
    assert said(report).startswith("Round 2 of")
    found = rows()
    met = next(row.seq for row in found if row.call == "loop_met")
    reader = session.journal.reader()
    taken = [
        json.loads(item.reading)
        for row in reader.connections()
        for item in reader.samples(row.id)
        if (item.after_seq or 0) >= met
    ]
    reader.close()
    assert sorted(item["state"] for item in taken) == ["ESTABLISHED"] * 6 + ["LISTEN"]
    assert sorted(item["unread"] for item in taken if item["state"] == "ESTABLISHED") == [
        0,
        0,
        0,
        10,
        10,
        10,
    ]
    assert {row.args for row in found if row.call == "readings_taken"} == {"3", "4"}


def test_what_was_expected_is_seen_all_the_same(session: Session, third: Aborting) -> None:
    """The answer is used up by a step of the loop, and ends it nevertheless."""
    report = run(
        session,
        client_of(third)
        + ROUND.format(times=9, more='until = { endpoint = "client", contains = "k" }'),
    )
    assert report.ok
    assert said(report).startswith("Round 1 of at most 9: client recv(65536) = 4 ended the loop.")
    assert "client.close()" not in [step.title for step in report.steps]
    assert fresh(session, "client").open_count == 1


def test_the_end_of_a_stream_ends_it_while_a_step_waits(session: Session) -> None:
    head = PAIR.replace(
        '"127.0.0.1:0"',
        '"127.0.0.1:0"\nresponder = { kind = "greet", text = "ok\\r\\n", then = "close" }',
    )
    report = run(
        session,
        head
        + steps('do = "start"; endpoint = "server"')
        + """
[[loop]]
times = 5
until = { call = "recv", result = 0, endpoint = "client" }
[[loop.step]]
do = "connect"
endpoint = "client"
[[loop.step]]
do = "wait"
seconds = 20
[[loop.step]]
do = "close"
endpoint = "client"
""",
    )
    assert report.ok, reasons(report)
    assert fresh(session, "client").open_count == 1
    assert said(report).startswith("Round 1 of at most 5: client recv(65536) = 0 ended the loop.")


def test_what_comes_in_the_pause_is_of_the_round_before(session: Session) -> None:
    head = PAIR.replace(
        '"127.0.0.1:0"',
        '"127.0.0.1:0"\n'
        'responder = { kind = "rules", rules = [{ match = "contains", value = "x",'
        ' reply = "late", delay = 0.3 }] }',
    )
    report = run(
        session,
        head
        + steps(
            'do = "start"; endpoint = "server"',
            'do = "connect"; endpoint = "client"',
        )
        + """
[[loop]]
times = 5
pause = 20
until = { contains = "late", endpoint = "client" }
[[loop.step]]
do = "send"
endpoint = "client"
text = "x"
""",
    )
    assert report.ok, reasons(report)
    assert said(report).startswith("Round 1 of at most 5")
    assert sum(step.seconds for step in report.steps) < 15


def test_what_was_before_the_loop_does_not_end_it(session: Session, third: Aborting) -> None:
    head = client_of(third) + '[endpoint.other]\nrole = "stream"\naddress = "127.0.0.1:1"\n'
    report = run(
        session,
        head
        + steps(
            'do = "connect"; endpoint = "other"; error = "ECONNREFUSED"',
        )
        + ROUND.format(times=9, more='until = { error = "*" }'),
    )
    assert said(report).startswith("Round 3 of"), reasons(report)


def test_another_endpoint_does_not_end_it(session: Session, third: Aborting) -> None:
    head = client_of(third) + '[endpoint.other]\nrole = "stream"\naddress = "127.0.0.1:1"\n'
    report = run(
        session, head + ROUND.format(times=9, more='until = { error = "*", endpoint = "other" }')
    )
    assert not report.ok
    assert third.served == 3


def test_a_loop_that_ran_out_says_so(
    session: Session, rows: Callable[[], list[Row]], third: Aborting
) -> None:
    report = run(
        session,
        client_of(third)
        + ROUND.format(times=2, more='until = { endpoint = "client", errno = "ECONNRESET" }'),
    )
    assert report.ok
    assert said(report) == (
        "All 2 rounds were made; this did not come: client errno='ECONNRESET'."
        " With must = true the run fails then."
    )
    notes = [row for row in rows() if row.kind == "note"]
    assert [row.args for row in notes if row.call == "loop_in_vain"] == [
        "2, \"client errno='ECONNRESET'\""
    ]
    assert not [row for row in notes if row.call == "readings_taken"]


def test_the_inner_loop_leaves_the_outer_one_alone(session: Session, third: Aborting) -> None:
    text = (
        client_of(third)
        + """
[[loop]]
times = 4
until = { errno = "ECONNRESET" }
"""
        + ROUND.format(times=2, more="").replace("[[step", "[[loop.step")
    )
    report = run(session, text)
    assert report.ok, reasons(report)
    assert third.served == 3
    assert said(report).startswith("Round 2 of at most 4")


@pytest.mark.parametrize("language", ["en", "zh_CN"])
def test_the_command_line_does_the_same(tmp_path: Path, third: Aborting, language: str) -> None:
    file, record = tmp_path / "s.toml", tmp_path / "r.swb"
    file.write_text(
        client_of(third) + ROUND.format(times=1000, more='until = { errno = "ECONNRESET" }'),
        encoding="utf-8",
    )
    done = subprocess.run(
        [
            sys.executable,
            "-m",
            "workbench",
            "--lang",
            language,
            "run",
            str(file),
            "--record",
            str(record),
        ],
        capture_output=True,
        text=True,
        timeout=BOUND,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    last = done.stdout.splitlines()[-2]
    assert ("Round 3 of at most 1000" if language == "en" else "第 3 轮（最多 1000 轮）") in last
    reader = Reader(record)
    met = next(row.seq for row in reader.page(1, 1000) if row.call == "loop_met")
    kept = [
        item
        for row in reader.connections()
        for item in reader.samples(row.id)
        if (item.after_seq or 0) >= met
    ]
    reader.close()
    assert kept


# -- numbers ----------------------------------------------------------------------------------

NUMBERED = """
[[step]]
do = "start"
endpoint = "server"
[[loop]]
times = 3
renumber = true
[[loop.step]]
do = "stop"
endpoint = "client"
[[loop.step]]
do = "connect"
endpoint = "client"
[[loop.step]]
do = "expect"
endpoint = "server"
call = "accept"
[[loop.step]]
do = "send"
endpoint = "server"
connection = 1
text = "hi"
[[loop.step]]
do = "expect"
endpoint = "client"
connection = 1
text = "hi"
[[loop.step]]
do = "send"
endpoint = "client"
connection = 1
text = "one"
"""


def test_connections_count_from_one_in_each_round_and_run(play: Play) -> None:
    for _ in range(2):
        report = play(PAIR + NUMBERED)
        assert report.ok, reasons(report)


def test_without_it_they_count_from_the_begin_of_the_run(play: Play) -> None:
    assert not play(PAIR + NUMBERED.replace("renumber = true", "")).ok


# -- readings that are asked for --------------------------------------------------------------


def test_a_step_takes_readings(session: Session, rows: Callable[[], list[Row]]) -> None:
    report = run(
        session,
        PAIR
        + steps(
            'do = "start"; endpoint = "server"',
            'do = "sample"; endpoint = "client"',
            'do = "connect"; endpoint = "client"',
            'do = "sample"; endpoint = "client"',
            'do = "sample"; endpoint = "client"; connection = 1',
        ),
    )
    assert report.ok, reasons(report)
    notes = [row for row in rows() if row.endpoint == "client" and row.kind == "note"]
    found = [row for row in notes if row.call not in OF_RUNS]
    assert [row.call for row in found] == ["nothing_open", "readings_taken", "readings_taken"]
    reader = session.journal.reader()
    (number,) = [item.id for item in reader.connections() if item.peer and not item.parent]
    assert len(reader.samples(number)) == 2
    reader.close()
    report = run(session, PAIR + steps('do = "sample"; endpoint = "client"; connection = 7'))
    assert "does not exist" in reasons(report)[0]


# -- what is on its way after the last round ----------------------------------------------------

TALK = """
[endpoint.server]
role = "listener"
address = "127.0.0.1:0"
messages = { ends = "\\n" }
responder.kind = "rules"
responder.rules = [ { match = "exact", value = "ask", reply = "N=12", delay = 0.15 } ]
[endpoint.client]
role = "stream"
address = "@server"
[[step]]
do = "start"
endpoint = "server"
[[step]]
do = "connect"
endpoint = "client"
[[loop]]
times = 2
must = true
until = { endpoint = "client", UNTIL }
[[loop.step]]
do = "send"
endpoint = "client"
text = "ask\\n"
"""


@pytest.mark.parametrize(
    "until", ['text = "N=12", count = 2', r"regex = 'N=\d+N=\d+'", "regex = 'N=12(?=N)'"]
)
def test_what_the_last_round_led_to_has_its_time(play: Play, until: str) -> None:
    """The answer to the last question comes later than the round is over, and it may still grow."""
    report = play(TALK.replace("UNTIL", until))
    assert report.ok, reasons(report)
    assert said(report).startswith("Round 2 of at most 2")


def test_how_often_it_came_is_said(play: Play) -> None:
    report = play(TALK.replace("UNTIL", 'text = "N=12", count = 3'))
    assert reasons(report)[0].startswith(
        "All 2 rounds were made and this did not come, which must: "
        "client text='N=12', count=3: 2 of 3 came."
    )
    assert report.steps[-1].title == "loop(2, until client text='N=12', count=3)"


@pytest.mark.parametrize("until", ["", 'until = { endpoint = "client", text = "never" }'])
def test_a_loop_without_steps_ends_with_the_time_of_the_run(session: Session, until: str) -> None:
    text = PAIR + f"[[loop]]\ntimes = 2147483647\n{until}\n"
    report = Runner(session, parse(text), timeout=0.2).run()
    assert report.steps[-1].reason is not None
    assert report.steps[-1].reason.key == "scenario.run_timeout"


def test_a_loop_without_steps_can_be_interrupted(session: Session) -> None:
    runner = Runner(session, parse(PAIR + "[[loop]]\ntimes = 2147483647\n"))
    threading.Timer(0.1, runner.interrupt).start()
    with pytest.raises(KeyboardInterrupt):
        runner.run()
