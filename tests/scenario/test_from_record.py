"""What was done by hand becomes a scenario that does the same calls."""

from __future__ import annotations

from pathlib import Path

from workbench.engine import commands as c
from workbench.engine.settings import EndpointSettings, Greet, Role, Then
from workbench.journal.reader import Reader, Row
from workbench.scenario.from_record import scenario_of
from workbench.scenario.model import Perform, parse
from workbench.scenario.runner import Runner
from workbench.scenario.write import to_toml
from workbench.session import Session

BOUND = 10.0


def by_hand(record: Path) -> None:
    with Session(record) as session:
        session.add(EndpointSettings("server", Role.LISTENER, address="127.0.0.1:0",
                                     responder=Greet("hi\r\n", then=Then.ECHO)))
        session.add(EndpointSettings("client", Role.STREAM, address="@server", timeout=3.0))
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
    scenario = scenario_of(reader, title="by hand", expectations=False)
    reader.close()
    again = parse(to_toml(scenario))
    assert again == scenario
    assert sum(isinstance(step, Perform) for step in again.steps) >= 11
    second = tmp_path / "second.swb"
    with Session(second) as session:
        report = Runner(session, again, timeout=30).run()
    assert report.ok, [step for step in report.steps if step.reason is not None]
    assert calls(second)["client"] == calls(first)["client"]
    assert sorted(calls(second)["server"], key=str) == sorted(calls(first)["server"], key=str)


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
