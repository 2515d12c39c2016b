"""What was sent by hand with {counter} is sent again with the number that it had."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from workbench.engine.model import commands as c
from workbench.engine.model.responders.echo import Echo
from workbench.engine.model.settings import EndpointSettings, Role
from workbench.journal.reader import Reader
from workbench.scenario.from_record import Excerpt, scenario_of
from workbench.scenario.model import parse
from workbench.scenario.runner import Runner
from workbench.scenario.sent_numbers import numbered
from workbench.scenario.steps import Perform
from workbench.scenario.write import to_toml
from workbench.session import Session

BOUND = 60.0
SENDS = (
    c.Send("client", text="a{counter} {unix}", placeholders=True),
    c.Send("client", text="b"),
    c.Send("client", hex='"c" {counter}'),
    c.Send("client", text="{counter}", placeholders=True, repeat=2),
    c.Send("client", text="d{counter}", placeholders=True),
    c.Send("client", text="{counter}"),
)


def test_each_is_sent_again_as_it_was(tmp_path: Path) -> None:
    record = tmp_path / "r.swb"
    with Session(record) as session:
        session.add(
            EndpointSettings("server", Role.LISTENER, address="127.0.0.1:0", responder=Echo())
        )
        session.add(EndpointSettings("client", Role.STREAM, address="@server"))
        for command in (c.Start("server"), c.Connect("client"), *SENDS):
            assert session.perform(command).wait(BOUND)
    with closing(Reader(record)) as reader:
        made = scenario_of(reader, Excerpt(expectations=False, waits=False))
        of = numbered(reader)
        assert of(1, c.Stop("server")) == c.Stop("server")
    commands = [step.command for step in made.steps if isinstance(step, Perform)]
    sends = [item for item in commands if isinstance(item, c.Send)]
    assert [item.text or item.hex for item in sends] == [
        "a{counter} {unix}", "b", "6332", "{counter}", "d3", "{counter}",
    ]  # fmt: skip
    with Session(tmp_path / "again.swb") as session:
        report = Runner(session, parse(to_toml(made))).run()
        assert report.ok, report
        session.journal.flush()
        with closing(session.journal.reader()) as reader:
            rows = [reader.row(seq) for seq in range(1, reader.count() + 1)]
    sent = [
        row.payload
        for row in rows
        if row is not None and row.endpoint == "client" and row.call == "send" and row.payload
    ]
    assert sent[1:] == [b"b", b"c2", b"1", b"2", b"d3", b"{counter}"]
    assert sent[0].startswith(b"a1 ")
