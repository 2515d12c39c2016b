"""What a session holds of an endpoint before its first command: settings, and nothing that runs."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from workbench.engine.model import commands as c
from workbench.engine.model.kernel_reading import Reading
from workbench.engine.model.settings import EndpointSettings, GateMode, Pace, Role
from workbench.engine.model.snapshot import Phase
from workbench.engine.runtime.host import EndpointHost
from workbench.engine.runtime.snapshot_builder import build_snapshot
from workbench.engine.runtime.unopened import UnopenedEndpoint
from workbench.engine.sockets.event_loop import thread_spawn
from workbench.engine.sockets.socket_factory import HERE
from workbench.session import Session
from workbench.texts import Problem

SERVER = EndpointSettings("it", Role.LISTENER, address="127.0.0.1:0")
HELD = replace(
    SERVER,
    accept=GateMode.PAUSED,
    receive=GateMode.PAUSED,
    send=GateMode.PAUSED,
    calls=Pace.STEP,
)
CLIENT = EndpointSettings("it", Role.STREAM, address="127.0.0.1:9")
DATAGRAM = EndpointSettings("it", Role.DATAGRAM, address="127.0.0.1:0", type="SOCK_DGRAM")


@pytest.mark.parametrize("settings", [SERVER, HELD, CLIENT, DATAGRAM])
def test_it_shows_what_a_new_endpoint_does(session: Session, settings: EndpointSettings) -> None:
    made = EndpointHost(1, settings, session, thread_spawn)
    held = UnopenedEndpoint(1, settings, HERE)
    built = build_snapshot(made.endpoint, frozenset())
    assert held.newest() == made.newest() == built
    assert held.newest().revision == made.newest().revision == built.revision
    assert (held.busy(), held.numbered, held.at_work) == (
        made.busy(),
        made.numbered,
        made.at_work,
    )
    assert held.holds_key(settings) == made.holds_key(settings)
    assert held.settle(0.0)
    assert held.join(0.0)
    seen: list[Reading | None] = []
    held.look(None, seen.append)
    assert seen == [None]


@pytest.mark.parametrize(
    ("address", "key"), [("127.0.0.1:0", "engine.no_address_yet"), ("@x", "engine.no_own_address")]
)
def test_it_says_why_nobody_can_connect_to_it(session: Session, address: str, key: str) -> None:
    settings = replace(CLIENT, address=address)
    for held in (
        UnopenedEndpoint(1, settings, HERE),
        EndpointHost(1, settings, session, thread_spawn),
    ):
        with pytest.raises(Problem) as said:
            held.address()
        assert said.value.key == key
    assert UnopenedEndpoint(1, CLIENT, HERE).address() == "127.0.0.1:9"


def test_the_first_command_makes_what_drives_it_and_who_looked_goes_on_looking(
    session: Session,
) -> None:
    session.add(SERVER)
    told: list[None] = []
    session.refresh("it", done=lambda: told.append(None))
    assert told == [None]
    assert session.snapshot("it").phase is Phase.IDLE
    ticket = session.perform(c.Start("it"))
    assert ticket.wait(60.0)
    shown = session.snapshot("it")
    assert shown.phase is Phase.LISTENING
    assert shown.revision >= ticket.revision


def test_it_is_renamed_where_it_is_and_a_client_of_it_follows(session: Session) -> None:
    session.add(replace(SERVER, name="one"))
    session.add(replace(CLIENT, name="two", address="@one"))
    session.rename("one", "first")
    assert session.endpoints == ("first", "two")
    assert session.snapshot("first").settings.name == session.settings("first").name == "first"
    assert session.settings("two").address == "@first"
    seen = session.snapshot("first").revision
    assert seen > 0
    assert session.perform(c.Start("first")).wait(60.0)
    assert session.snapshot("first").revision > seen


def test_nothing_that_drives_a_socket_is_imported_for_it(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path\n"
        "from workbench.session import Session\n"
        "from workbench.engine.model.settings import EndpointSettings, Role\n"
        "with Session(Path(sys.argv[1])) as session:\n"
        "    session.add(EndpointSettings('it', Role.LISTENER, address='127.0.0.1:0'))\n"
        "    session.snapshot('it'), session.refresh('it'), session.open_ones()\n"
        "    print('workbench.engine.sockets.traced_socket' in sys.modules)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path / "r.swb")],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == "False\n"
