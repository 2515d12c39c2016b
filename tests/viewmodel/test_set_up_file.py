"""A set-up is a scenario file: it comes back as it was saved, without secrets, and it runs."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench.engine.model.responders.rule import Match, Rule
from workbench.engine.model.responders.rules import Rules
from workbench.engine.model.settings import EndpointSettings, Role
from workbench.engine.model.tail import Append
from workbench.engine.model.websocket_settings import WebSocketSettings
from workbench.scenario.model import NotAllowed, parse
from workbench.scenario.named_values import Given
from workbench.scenario.permissions import Permissions, Reach
from workbench.texts import Problem
from workbench.viewmodel import default_endpoints
from workbench.viewmodel.known_values import TypedValue
from workbench.viewmodel.payload_form import PayloadForm
from workbench.viewmodel.set_up_file import FiledSetUp, read, written
from workbench.viewmodel.workspace import Tab

STRICT = Given(permissions=Permissions())
SECRET = "s3cret-of-the-house"
RULE = Rule(Match.CONTAINS, "id", reply="got {user} it")
TABS = (
    Tab(default_endpoints.server("server-1"), server=True, message=PayloadForm("reply\\r\\n")),
    Tab(
        EndpointSettings(
            "talk", Role.DATAGRAM, address="127.0.0.1:7", type="SOCK_DGRAM", timeout=2.0
        ),
        server=False,
        side="right",
        expects=True,
    ),
    Tab(
        EndpointSettings(
            "server-2",
            Role.LISTENER,
            address="127.0.0.1:7",
            responder=Rules((RULE,)),
            options=(("SO_REUSEADDR", 1), ("SO_LINGER", (1, 0))),
        ),
        server=True,
        side="right",
    ),
    Tab(
        default_endpoints.client("client-1", "server-1"),
        server=False,
        side="right",
        message=PayloadForm(
            "01 {user}", "hex", append=Append.CRC32, order="big", start=1, last=4, escapes=False
        ),
        repeat="5",
        interval="0.5",
    ),
)
VALUES = (TypedValue("user", "me"), TypedValue("token", SECRET, secret=True))


def opened(text: str) -> FiledSetUp:
    return read(text, "a.toml", STRICT, Path())


def test_it_comes_back_as_it_was_saved() -> None:
    found = opened(written("a", TABS, VALUES))
    assert found.tabs == TABS
    assert found.values == (TypedValue("user", "me"), TypedValue("token", "", secret=True))
    assert not found.runs


def test_it_is_a_scenario() -> None:
    made = parse(written("a", TABS, VALUES[:1]), given=STRICT)
    assert [item.name for item in made.endpoints] == [tab.settings.name for tab in TABS]
    assert made.steps == ()
    assert made.tabs["client-1"]["repeat"] == 5


def test_no_secret_is_in_it() -> None:
    headers = (("Authorization", f"Bearer {SECRET}"), ("Cookie", "id=12345678"), ("X-A", "kept"))
    client = EndpointSettings(
        "client-1",
        Role.STREAM,
        address="127.0.0.1:1",
        layers=("websocket",),
        websocket=WebSocketSettings(path=f"/?token={SECRET}", headers=headers),
        proxy="http://me:letmein-9@127.0.0.1:3128",
    )
    tab = Tab(client, server=False, side="right", message=PayloadForm(f"login {SECRET}"))
    text = written("a", [tab], VALUES)
    for secret in (SECRET, "letmein-9", "id=12345678"):
        assert secret not in text
    assert "kept" in text


def test_a_secret_that_the_environment_has_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN", "of the environment")
    with pytest.raises(NotAllowed) as refused:
        opened(written("a", TABS, VALUES))
    assert [wish.reach for wish in refused.value.wishes] == [Reach.ENVIRONMENT]
    given = STRICT.granting(refused.value.wishes)
    found = read(written("a", TABS, VALUES), "a.toml", given, Path())
    assert found.values[1] == TypedValue("token", "of the environment", secret=True)


def test_a_stranger_s_file_asks_for_what_it_reaches(tmp_path: Path) -> None:
    text = '[endpoint.a]\nrole = "listener"\naddress = "0.0.0.0:0"\n'
    text += '[tab.a]\nform = "file"\ntyped = "/etc/passwd"\n'
    with pytest.raises(NotAllowed) as refused:
        read(text, "a.toml", STRICT, tmp_path)
    assert {wish.reach for wish in refused.value.wishes} == {Reach.BEYOND, Reach.FILE}


def test_of_any_scenario_the_endpoints_are_taken() -> None:
    text = (
        'step = [{ do = "start" }]\n[values]\nhost = "127.0.0.1"\n'
        '[endpoint.a]\nrole = "listener"\naddress = "{host}:0"\n'
    )
    found = opened(text)
    assert found.runs
    assert found.tabs[0].settings.address == "127.0.0.1:0"
    assert found.tabs[0].side == "left"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nonsense",
        '[endpoint.a]\nrole = "nothing"\n',
        '[endpoint.a]\n[tab.b]\nside = "left"\n',
        '[endpoint.a]\n[tab.a]\nside = "above"\n',
        "[endpoint.a]\n[tab.a]\nwidth = 3\n",
    ],
)
def test_what_is_no_set_up_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(Problem) as refused:
        opened(text)
    assert refused.value.text
