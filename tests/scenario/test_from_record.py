"""What was done by hand becomes a scenario that does the same calls."""

from __future__ import annotations

import ast
import sqlite3
import time
import tomllib
from collections.abc import Generator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from tests.scenario.conftest import PAIR, Play, steps
from tests.snapshots import fresh
from workbench.engine.model import commands as c
from workbench.engine.model.responders.echo import Echo
from workbench.engine.model.responders.greet import Greet
from workbench.engine.model.responders.reply import Then
from workbench.engine.model.serialize import is_end
from workbench.engine.model.settings import EndpointSettings, Role
from workbench.journal.reader import Reader, Row
from workbench.scenario.code import to_python
from workbench.scenario.code_pytest import to_pytest
from workbench.scenario.from_record import AT_ONCE, Excerpt, Made, commands_of, making, scenario_of
from workbench.scenario.model import Expect, Perform, Scenario, Wait, parse
from workbench.scenario.recorded import rows_of
from workbench.scenario.runner import Runner
from workbench.scenario.write import to_toml
from workbench.session import Session

BOUND = 60.0


def all_of(steps: Generator[float, None, Made]) -> tuple[list[float], Made]:
    """The shares that were told, and what was made."""
    shares: list[float] = []
    while True:
        try:
            shares.append(next(steps))
        except StopIteration as end:
            return shares, end.value


def add_pair(session: Session) -> None:
    """A server that greets and echoes, and its client."""
    session.add(
        EndpointSettings(
            "server",
            Role.LISTENER,
            address="127.0.0.1:0",
            responder=Greet("hi\r\n", then=Then.ECHO),
        )
    )
    session.add(EndpointSettings("client", Role.STREAM, address="@server", timeout=3.0))


def by_hand(record: Path) -> None:
    with Session(record) as session:
        add_pair(session)
        for command in (
            c.Start("server"),
            c.Connect("client"),
            c.Recv("client", 4),
            c.Send("client", text="one"),
            c.Recv("client", 3),
            c.GetOption("client", "SO_RCVBUF"),
            c.SetOption("client", "TCP_NODELAY", 1),
            c.Mark("half-way"),
            c.Shutdown("client", c.How.WRITE),
            c.Close("client"),
            c.Stop("server"),
        ):
            if isinstance(command, c.Connect):
                session.perform(c.Pause("client", c.Gate.RECEIVE)).wait(BOUND)
            assert session.perform(command).wait(BOUND)


def test_a_link_leads_to_the_endpoint_that_it_led_to_whatever_names_there_were(
    tmp_path: Path,
) -> None:
    """One that was renamed is one endpoint; the next that gets its former name is another."""
    record = tmp_path / "r.swb"
    with Session(record) as session:
        add_pair(session)
        for command in (c.Start("server"), c.Connect("client")):
            assert session.perform(command).wait(BOUND)
        session.rename("server", "gateway")
        session.add(EndpointSettings("server", Role.LISTENER, address="127.0.0.1:0"))
        session.add(EndpointSettings("late", Role.STREAM, address="@server", timeout=3.0))
        for later in (
            c.Start("server"), c.Connect("late"), c.Send("client", text="one"), c.Stop("gateway"),
        ):  # fmt: skip
            assert session.perform(later).wait(BOUND)
    with closing(Reader(record)) as reader:
        made = scenario_of(reader)
    links = {item.name: item.address for item in made.endpoints if item.role is Role.STREAM}
    assert links == {"client": "@gateway", "late": "@server"}
    assert {item.name for item in made.endpoints} == {"gateway", "client", "server", "late"}


def test_the_next_endpoint_of_a_name_is_set_up_as_it_was(tmp_path: Path) -> None:
    """One that was removed had the name before, with settings and connections of its own; where
    they are done again both are one.
    """
    record = tmp_path / "r.swb"
    with Session(record) as session:
        add_pair(session)
        for command in (c.Start("server"), c.Connect("client", 2)):
            assert session.perform(command).wait(BOUND)
        for name in ("client", "server"):
            assert session.remove(name).wait(BOUND)
        add_pair(session)
        plain = replace(session.settings("server"), responder=Echo())
        session.remove("server")
        session.add(plain)
        for later in (
            c.Start("server"), c.Connect("client"), c.Send("client", text="two", connection=1),
        ):  # fmt: skip
            assert session.perform(later).wait(BOUND)
        ours = fresh(session, "client").connections
        while not (ours and ours[0].bytes_in):
            session.journal.flush(BOUND)
            ours = fresh(session, "client").connections
    with closing(Reader(record)) as reader:
        made = scenario_of(reader)
    found = [step.command for step in made.steps if isinstance(step, Perform)]
    changed = [item.settings.responder for item in found if isinstance(item, c.Configure)]
    assert changed == [Echo()]
    (sent,) = [item for item in found if isinstance(item, c.Send)]
    assert sent.connection == 3
    again = parse(to_toml(made))
    with Session(tmp_path / "second.swb", capture=None) as session:
        report = Runner(session, again, timeout=BOUND).run()
    assert report.ok, [step for step in report.steps if step.reason is not None]


def test_a_flood_of_answers_is_read_once_and_expected_as_something(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What came is told of clients alone: the reads of a server under load are not fetched."""
    record = tmp_path / "r.swb"
    with Session(record) as session:
        session.add(
            EndpointSettings("server", Role.LISTENER, address="127.0.0.1:0", responder=Echo())
        )
        session.add(EndpointSettings("client", Role.STREAM, address="@server", timeout=BOUND))
        for command in (c.Start("server"), c.Connect("client")):
            assert session.perform(command).wait(BOUND)
        assert session.perform(c.Send("client", text="x", repeat=300)).wait(BOUND)
        while fresh(session, "client").bytes_in < 300:
            session.journal.flush(BOUND)
    monkeypatch.setattr("workbench.scenario.answers.LONGEST", 200)
    fetched: list[int] = []
    rows = Reader.rows

    def told(reader: Reader, seqs: list[int]) -> list[Row]:
        fetched.extend(seqs)
        return rows(reader, seqs)

    monkeypatch.setattr(Reader, "rows", told)
    with closing(Reader(record)) as reader:
        shares, made = all_of(
            making(reader, Excerpt(seqs=range(1, reader.count() + 1), waits=False))
        )
        read = set(fetched)
        served = {row.seq for row in rows_of(reader, "kind:call call:recv endpoint:server")}
    assert shares == sorted(shares)
    assert shares[-1] == 1.0
    assert served
    assert not served & read
    *_, last = [step for step in made.scenario.steps if isinstance(step, Expect)]
    assert last.text is None
    assert last.regex is not None


def calls(record: Path) -> dict[str, list[tuple[str, int | None, str | None]]]:
    """Per endpoint, the calls in order; descriptors and addresses differ from run to run."""
    reader = Reader(record)
    rows: list[Row] = reader.page(1, reader.count())
    reader.close()
    found: dict[str, list[tuple[str, int | None, str | None]]] = {}
    for row in rows:
        if row.kind == "call" and row.endpoint is not None:
            value = None if row.call in {"socket", "accept"} else row.result
            found.setdefault(row.endpoint, []).append((row.call, value, row.errno))
    return found


def test_ten_actions_run_again_as_the_same_calls(tmp_path: Path) -> None:
    first = tmp_path / "first.swb"
    by_hand(first)
    reader = Reader(first)
    scenario = scenario_of(reader, Excerpt(title="by hand", expectations=False))
    reader.close()
    again = parse(to_toml(scenario))
    assert again == scenario
    assert sum(isinstance(step, Perform) for step in again.steps) >= 11
    second = tmp_path / "second.swb"
    with Session(second) as session:
        report = Runner(session, again, timeout=30).run()
    assert report.ok, [step for step in report.steps if step.reason is not None]
    assert calls(second)["client"] == calls(first)["client"]
    # whether the end of the stream is read before the server is stopped is the threads' choice
    served = [[call for call in calls(record)["server"] if call != ("recv", 0, None)]
              for record in (first, second)]  # fmt: skip
    assert sorted(served[0], key=str) == sorted(served[1], key=str)


def test_received_answers_become_expectations(tmp_path: Path) -> None:
    first = tmp_path / "first.swb"
    by_hand(first)
    reader = Reader(first)
    scenario = scenario_of(reader)
    reader.close()
    with Session(tmp_path / "second.swb", capture=None) as session:
        report = Runner(session, scenario, timeout=30).run()
    assert report.ok, [step for step in report.steps if step.reason is not None]
    assert any("expect" in step.title for step in report.steps)


def scenario_after(record: Path, *commands: c.Command | float, chosen: int = 0) -> Scenario:
    """What becomes of commands (a number waits); `chosen`: only the last so many."""
    with Session(record) as session:
        add_pair(session)
        for command in commands:
            if isinstance(command, float):
                time.sleep(command)
            else:
                assert session.perform(command).wait(BOUND)
    reader = Reader(record)
    rows = [
        row.seq
        for row in reader.page(1, reader.count())
        if row.kind == "command" and row.call != "stop"
    ]
    made = scenario_of(reader, Excerpt(seqs=rows[-chosen:] if chosen else rows, expectations=False))
    reader.close()
    return made


def changed(**changes: object) -> c.Configure:
    settings = EndpointSettings("client", Role.STREAM, address="@server", timeout=3.0)
    return c.Configure("client", replace(settings, **changes))  # type: ignore[arg-type]


def test_an_endpoint_begins_with_what_its_first_command_met(tmp_path: Path) -> None:
    made = scenario_after(
        tmp_path / "r.swb",
        c.Start("server"),
        changed(family="AF_UNIX", address="/tmp/x"),
        changed(timeout=1.0),
        c.Connect("client"),
        changed(timeout=2.0),
        c.Close("client"),
    )
    client = next(item for item in made.endpoints if item.name == "client")
    assert (client.family, client.address, client.timeout) == ("AF_INET", "@server", 1.0)
    kinds = [type(step.command) for step in made.steps if isinstance(step, Perform)]
    assert kinds == [c.Start, c.Connect, c.Configure, c.Close]


def test_chosen_rows_begin_with_what_was_in_force(tmp_path: Path) -> None:
    made = scenario_after(
        tmp_path / "r.swb",
        c.Start("server"),
        changed(timeout=1.0),
        c.Connect("client"),
        c.Close("client"),
        chosen=2,
    )
    client = next(item for item in made.endpoints if item.name == "client")
    assert client.timeout == 1.0
    assert [item.name for item in made.endpoints] == ["client", "server"]


def test_chosen_rows_count_their_own_connections(tmp_path: Path) -> None:
    made = scenario_after(
        tmp_path / "r.swb",
        c.Start("server"),
        c.Connect("client"),
        c.Close("client"),
        c.Connect("client"),
        c.Send("client", text="x", connection=2),
        c.Close("client", 2),
        chosen=3,
    )
    numbers = [
        step.command.connection
        for step in made.steps
        if isinstance(step, Perform) and hasattr(step.command, "connection")
    ]
    assert numbers == [1, 1]


def test_only_longer_waits_are_kept(tmp_path: Path) -> None:
    made = scenario_after(
        tmp_path / "r.swb", c.Start("server"), 0.05, c.Connect("client"), 0.4, c.Close("client")
    )
    (wait,) = [step for step in made.steps if isinstance(step, Wait)]
    assert 0.4 <= wait.seconds < 5
    assert made.steps.index(wait) == 2


def test_a_connect_that_had_come_out_is_waited_for(tmp_path: Path) -> None:
    """A person waited though the program did not: a send must not overtake it."""
    made = scenario_after(
        tmp_path / "r.swb",
        c.Start("server"),
        c.Connect("client", wait=False),
        0.3,
        c.Send("client", text="x"),
        c.Close("client"),
    )
    (connect,) = [
        step.command
        for step in made.steps
        if isinstance(step, Perform) and isinstance(step.command, c.Connect)
    ]
    assert connect.wait


def test_texts_are_in_the_encoding_of_their_endpoint(play: Play, session: Session) -> None:
    play(
        PAIR.replace(
            '"127.0.0.1:0"',
            '"127.0.0.1:0"\nencoding = "gbk"\nresponder = { kind = "greet", text = "欢迎" }',
        ).replace("timeout = 5.0", 'timeout = 5.0\nencoding = "gbk"')
        + steps(
            'do = "start"; endpoint = "server"',
            'do = "connect"; endpoint = "client"',
            'do = "expect"; endpoint = "client"; text = "欢迎"',
        )
    )
    session.journal.flush()
    reader = Reader(session.record)
    made = scenario_of(reader)
    reader.close()
    first = next(step for step in made.steps if isinstance(step, Expect))
    assert (first.text, first.hex, first.encoding) == ("欢迎", None, None)
    assert parse(to_toml(made)) == made


SLOW = """
step = [
  { do = "start", endpoint = "server" },
  { do = "connect", endpoint = "client" },
  { do = "send", endpoint = "client", text = "when?" },
  { do = "expect", endpoint = "client", text = "later", within = 30 },
  { do = "send", endpoint = "client", text = "{{not a gap}}" },
  { do = "expect", endpoint = "client", text = "later", within = 30 },
]
[endpoint.server]
role = "listener"
address = "127.0.0.1:0"
responder = { kind = "rules", rules = [ { match = "any", reply = "later", delay = 0.5 } ] }
[endpoint.client]
address = "@server"
"""


def recorded(tmp_path: Path, text: str) -> Reader:
    record = tmp_path / "talk.swb"
    with Session(record) as session:
        report = Runner(session, parse(text), timeout=BOUND).run()
        assert report.ok, str(report.steps[-1].reason)
        session.stop_all_and_wait()
    return Reader(record)


def test_a_pause_that_an_answer_fills_is_no_wait(tmp_path: Path) -> None:
    with closing(recorded(tmp_path, SLOW)) as reader:
        made = scenario_of(reader)
        rows = reader.page(1, reader.count())
    # a busy processor makes its own pauses: each is from the answer on, where one came
    before, since = 0.0, []
    for row in rows:
        if row.kind == "command":
            since.append(row.t_ns / 1e9 - before)
        if row.kind == "command" or (row.call, row.endpoint) == ("recv", "client"):
            before = row.t_ns / 1e9
    commands = 0
    for step in made.steps:
        commands += isinstance(step, Perform)
        assert not isinstance(step, Wait) or step.seconds <= since[commands] + 0.01
    texts = [step.text for step in made.steps if isinstance(step, Expect)]
    # which end closes first, once all is stopped, nobody has said
    assert [text for text in texts if text is not None] == ["later", "later"]
    assert '"{{not a gap}}"' in to_toml(made)
    assert "connection =" not in to_toml(made)  # there is one


def test_commands_of_one_connection_bring_the_server_that_they_need(tmp_path: Path) -> None:
    again = '{ do = "close", endpoint = "client" }, { do = "connect", endpoint = "client" },'
    gap = '{ do = "send", endpoint = "client", text = "{{'
    two = SLOW.replace(gap, f"{again}\n  {gap}")
    with closing(recorded(tmp_path, two)) as reader:
        first, second = [item.id for item in reader.connections() if item.parent is None][1:]
        texts = []
        for connection in (first, second):
            made = scenario_of(reader, Excerpt(seqs=commands_of(reader, "client", connection)))
            texts.append(to_toml(made))
            assert isinstance(made.steps[0], Perform)
            assert made.steps[0].command == c.Start("server")
    assert "when?" in texts[0]
    assert "when?" not in texts[1]
    assert "not a gap" in texts[1]


def test_what_the_end_of_a_run_stopped_is_no_step(tmp_path: Path) -> None:
    """And what was still read meanwhile is not expected: that is a race each time."""
    record = tmp_path / "talk.swb"
    with Session(record) as session:
        session.add(EndpointSettings("server", Role.LISTENER, address="127.0.0.1:0"))
        session.add(EndpointSettings("client", Role.STREAM, address="@server", timeout=3.0))
        for command in (
            c.Start("server"),
            c.Connect("client"),
            c.Stop("client"),
            c.Connect("client"),
        ):
            assert session.perform(command).wait(BOUND)
    with closing(Reader(record)) as reader:
        rows = rows_of(reader, "kind:command call:stop")
        made = scenario_of(reader)
    assert sorted((row.endpoint, is_end(row.call, row.args)) for row in rows) == [
        ("client", False),
        ("client", True),
        ("server", True),
    ]
    kinds = [type(step.command) for step in made.steps if isinstance(step, Perform)]
    assert kinds == [c.Start, c.Connect, c.Stop, c.Connect]
    assert not [step for step in made.steps if isinstance(step, Expect) and step.result == 0]


def test_what_an_endpoint_read_while_it_stopped_is_not_expected(tmp_path: Path) -> None:
    """Two stops at once: which end hears of the other is a race each time."""
    record = tmp_path / "talk.swb"
    with Session(record) as session:
        session.add(
            EndpointSettings("server", Role.LISTENER, address="127.0.0.1:0", responder=Greet("hi"))
        )
        session.add(EndpointSettings("client", Role.STREAM, address="@server", timeout=3.0))
        for command in (c.Start("server"), c.Connect("client"), c.Recv("client", 2)):
            assert session.perform(command).wait(BOUND)
        session.perform(c.Pause("client", c.Gate.CALLS)).wait(BOUND)
        late = session.perform(c.Stop("client"))
        assert session.perform(c.Stop("server")).wait(BOUND)
        session.perform(c.Resume("client", c.Gate.CALLS)).wait(BOUND)
        assert late.wait(BOUND)
    with closing(Reader(record)) as reader:
        made = scenario_of(reader)
    assert not [step for step in made.steps if isinstance(step, Expect) and step.result == 0]


@pytest.mark.parametrize("damage", [
    # two are called alike; none is called so as its settings say, or as an endpoint may be called
    "UPDATE endpoint SET name = 'same'", "UPDATE endpoint SET name = name || '2'",
    "UPDATE endpoint SET name = 'a' || char(10) || '\"import os#' WHERE name = 'client'",
    # of one nothing is known
    "DELETE FROM endpoint WHERE name = 'server'", "DELETE FROM endpoint",
    "UPDATE endpoint SET config = '[]', first_config = '[]' WHERE name = 'client'",
    "UPDATE endpoint SET first_config = json_set(first_config, '$.name', 'zz')",
])  # fmt: skip
def test_of_a_damaged_record_what_is_left_is_code(tmp_path: Path, damage: str) -> None:
    by_hand(tmp_path / "r.swb")
    with closing(sqlite3.connect(tmp_path / "r.swb", isolation_level=None)) as db:
        db.execute(damage)
    with closing(Reader(tmp_path / "r.swb")) as reader:
        scenario = scenario_of(reader)
    known = {item.name for item in scenario.endpoints}
    done = [step.command for step in scenario.steps if isinstance(step, Perform)]
    assert {command.endpoint for command in done} <= {*known, None}
    for code in (to_python(scenario), to_pytest(scenario)):
        ast.parse(code)
    tomllib.loads(to_toml(scenario))


LATE_TLS = """
step = [
  { do = "start", endpoint = "server" },
  { do = "connect", endpoint = "client" },
  { do = "close", endpoint = "client" },
  { do = "configure", endpoint = "client", layers = ["tls"], tls = {} },
  { do = "connect", endpoint = "client", error = "CERTIFICATE_VERIFY_FAILED" },
  { do = "configure", endpoint = "client", tls = { ca = "test:root" } },
  { do = "connect", endpoint = "client" },
  { do = "expect", endpoint = "client", text = "hi" },
]
endpoint.client = "@server"
[endpoint.server]
role = "listener"
address = "127.0.0.1:0"
responder = { kind = "greet", text = "hi" }
layers = ["tls"]
tls = { cert = "test:good" }
"""


def test_what_comes_is_read_by_the_layers_that_its_connection_had(tmp_path: Path) -> None:
    """The endpoint had none when it was first used; and a handshake that failed is to fail."""
    record = tmp_path / "r.swb"
    with Session(record) as session:
        report = Runner(session, parse(LATE_TLS), timeout=BOUND).run()
        assert report.ok, str(report.steps[-1].reason)
        session.stop_all_and_wait()
    with closing(Reader(record)) as reader:
        made = scenario_of(reader, Excerpt(waits=False))
    connects = [
        step.error
        for step in made.steps
        if isinstance(step, Perform) and isinstance(step.command, c.Connect)
    ]
    assert connects == [None, "CERTIFICATE_VERIFY_FAILED", None]
    expected = [step for step in made.steps if isinstance(step, Expect)]
    assert [(step.text, step.hex) for step in expected if step.result is None] == [("hi", None)]
    with Session(tmp_path / "again.swb") as session:
        again = Runner(session, made, timeout=BOUND).run()
    assert again.ok, str(again.steps[-1].reason)


def test_others_have_their_turn_while_many_commands_are_worded(tmp_path: Path) -> None:
    record = tmp_path / "many.swb"
    with Session(record) as session:
        for number in range(10 * AT_ONCE):
            session.perform(c.Mark(f"mark {number}"))
    with closing(Reader(record)) as reader:
        shares, made = all_of(making(reader))
    assert len(made.scenario.steps) == 10 * AT_ONCE
    assert len([share for share in shares if 0.95 <= share < 1]) >= 10
    assert shares == sorted(shares)
