"""What was done once is done again and again: each round for itself, and the last stays open."""

from __future__ import annotations

from pathlib import Path
from time import monotonic, sleep

import pytest

from tests.scenario.test_loops import Aborting, third
from tests.snapshots import fresh
from workbench.engine.model import commands as c
from workbench.engine.model.responders.greet import Greet
from workbench.engine.model.responders.reply import Then
from workbench.engine.model.settings import EndpointSettings, Role
from workbench.scenario.from_record import scenario_of
from workbench.scenario.model import parse
from workbench.scenario.repeat import Repeat, repeated
from workbench.scenario.runner import Runner
from workbench.scenario.steps import Expect, Loop, Perform, Scenario, Step, Wait
from workbench.scenario.write import to_toml
from workbench.session import Session

__all__ = ("third",)
BOUND = 60.0
SERVER = EndpointSettings(
    "server", Role.LISTENER, address="127.0.0.1:0", responder=Greet("hi\r\n", then=Then.ECHO)
)
CLIENT = EndpointSettings("client", Role.STREAM, address="@server", timeout=5.0)
UDP = EndpointSettings("udp", Role.DATAGRAM, type="SOCK_DGRAM", address="127.0.0.1:0")


def split(*steps: Step) -> tuple[list[str], list[str]]:
    """Before the loop and in it, as `who what`."""
    made = repeated(Scenario("", (SERVER, CLIENT, UDP), steps), Repeat(3))
    *before, loop = made.steps
    assert isinstance(loop, Loop)
    assert parse(to_toml(made)) == made
    return [_word(step) for step in before], [_word(step) for step in loop.steps]


def _word(step: Step) -> str:
    if isinstance(step, Perform):
        return f"{step.command.endpoint} {type(step.command).__name__}"
    return type(step).__name__


def performed(*commands: c.Command) -> list[Step]:
    return [Perform(command) for command in commands]


def test_what_sets_a_server_up_is_done_once_in_any_order() -> None:
    before, body = split(
        *performed(
            c.Pause("server", c.Gate.ACCEPT),
            c.SetOption("server", "SO_RCVBUF", 9),
        ),
        Wait(1.0),
        *performed(c.Start("server"), c.Connect("client"), c.Close("client")),
    )
    assert before == ["server Pause", "server SetOption", "Wait", "server Start"]
    assert body == ["client Connect", "client Close"]


def test_a_server_that_is_stopped_is_started_in_each_round() -> None:
    before, body = split(
        *performed(
            c.Start("udp"),
            c.Start("server"),
            c.Connect("client"),
            c.Close("client"),
            c.Stop("server"),
        )
    )
    assert before == ["udp Start"]
    assert body == ["server Start", "client Connect", "client Close", "server Stop"]


def test_what_a_round_leaves_open_the_next_one_closes_first() -> None:
    before, body = split(*performed(c.Start("server"), c.Connect("client"), c.Send("client", "x")))
    assert before == ["server Start"]
    assert body == ["client Stop", "client Connect", "client Send"]
    _, body = split(*performed(c.Start("server"), c.Connect("client"), c.Close("client", 1)))
    assert body[0] == "client Stop"


def test_what_a_round_changes_is_as_before_in_the_next() -> None:
    before, body = split(
        *performed(
            c.Pause("server", c.Gate.ACCEPT),
            c.Start("server"),
            c.Connect("client"),
            c.Resume("server", c.Gate.ACCEPT),
            c.Pause("client", c.Gate.RECEIVE),
            c.Close("client"),
        )
    )
    assert before == ["server Pause", "server Start"]
    assert body[:3] == ["server Configure", "server Pause", "client Configure"]


def test_a_datagram_socket_has_no_number() -> None:
    made = repeated(
        Scenario(
            "",
            (UDP,),
            (
                *performed(c.Start("udp"), c.Recv("udp", connection=1)),
                Expect("udp", connection=1),
            ),
        ),
        Repeat(),
    )
    loop = made.steps[-1]
    assert isinstance(loop, Loop)
    assert loop.steps == (Perform(c.Recv("udp")), Expect("udp"))


def by_hand(session: Session, *commands: c.Command) -> None:
    for command in commands:
        ticket = session.perform(command)
        assert ticket.wait(BOUND)
        assert ticket.outcome is not None
        assert ticket.outcome.ok, ticket.outcome


def made_of(session: Session, repeat: Repeat) -> Scenario:
    session.journal.flush()
    reader = session.journal.reader()
    made = repeated(scenario_of(reader), repeat)
    reader.close()
    assert parse(to_toml(made)) == made
    return made


def heard(session: Session, text: str) -> None:
    """Until a client has received it."""

    def there() -> bool:
        session.journal.flush()
        reader = session.journal.reader()
        found = any(
            row.endpoint == "client" and row.call == "recv" and row.payload == text.encode()
            for row in reader.page(1, 10_000)
        )
        reader.close()
        return found

    until = monotonic() + BOUND
    while not there():
        assert monotonic() < until
        sleep(0.02)


@pytest.mark.parametrize("close", [True, False])
def test_a_talk_is_repeated_with_its_expectations(tmp_path: Path, *, close: bool) -> None:
    """Also in the session in which it was made, whose connections have numbers already."""
    with Session(tmp_path / "r.swb") as session:
        session.add(SERVER)
        session.add(CLIENT)
        by_hand(session, c.Start("server"), c.Connect("client"))
        heard(session, "hi\r\n")
        by_hand(session, c.Send("client", text="one"))
        heard(session, "one")
        by_hand(session, c.Send("server", text="two", connection=1))
        heard(session, "two")
        if close:
            by_hand(session, c.Close("client", 1))
        made = made_of(session, Repeat(3, 0.01, Expect("client", errno="ECONNRESET", within=0)))
        runner = Runner(session, made, timeout=BOUND)
        report = runner.run()
        assert report.ok, [step for step in report.steps if step.reason is not None]
        titles = [step.title for step in report.steps]
        assert titles.count("client.connect()") == 3
        assert sum("expect" in title for title in titles) == 9
        assert report.steps[-1].said is not None
        assert runner.met is None


def test_a_reset_that_comes_now_and_then_is_caught(tmp_path: Path, third: Aborting) -> None:
    """By hand once, where it went well; then until it does not."""
    client = EndpointSettings("client", Role.STREAM, address=f"127.0.0.1:{third.port}", timeout=5.0)
    with Session(tmp_path / "r.swb") as session:
        session.add(client)
        by_hand(session, c.Connect("client"), c.Send("client", text="hello"))
        heard(session, "ok\r\n")
        made = made_of(session, Repeat(1000, 0.0, Expect("*", error="*", within=0)))
        runner = Runner(session, made, timeout=BOUND)
        report = runner.run()
        assert report.ok, [step for step in report.steps if step.reason is not None]
        assert third.served == 3
        assert runner.met is not None
        assert runner.met.errno == "ECONNRESET"
        left = [item.id for item in fresh(session, "client").connections if item.closed_ns is None]
        assert left == [runner.met.connection]
        reader = session.journal.reader()
        assert any(
            (item.after_seq or 0) > runner.met.seq
            for item in reader.samples(runner.met.connection or 0)
        )
        reader.close()
