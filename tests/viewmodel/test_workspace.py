"""A workspace is read back as it was written, without secrets, whatever became of the file."""

from __future__ import annotations

import json

import pytest

from workbench.engine.model.responders.greet import Greet
from workbench.engine.model.responders.reply import OnPeerClose
from workbench.engine.model.responders.rule import Match, Rule
from workbench.engine.model.responders.rules import Rules
from workbench.engine.model.settings import EndpointSettings, Role
from workbench.engine.model.tail import Append
from workbench.engine.model.websocket_settings import WebSocketSettings
from workbench.viewmodel import default_endpoints
from workbench.viewmodel.frame_form import FrameForm
from workbench.viewmodel.known_values import TypedValue
from workbench.viewmodel.payload_form import PayloadForm
from workbench.viewmodel.workspace import FORMAT, NewerFormat, Tab, Workspace, read, written

SECRET = "s3cret-of-the-house"
RULE = Rule(Match.CONTAINS, "id", reply="got it")
WHOLE = Workspace(
    (
        Tab(default_endpoints.server("server-1"), server=True),
        Tab(
            EndpointSettings(
                "server-2",
                Role.LISTENER,
                address="[::1]:7",
                family="AF_INET6",
                responder=Rules((RULE,), on_peer_close=OnPeerClose.KEEP),
                options=(("SO_REUSEADDR", 1), ("SO_LINGER", (1, 0))),
            ),
            server=True,
            side="right",
        ),
        Tab(
            default_endpoints.client("client-1", "server-1"),
            server=False,
            side="right",
            message=PayloadForm("01 02", "hex", append=Append.LF, last=4),
            repeat="5",
            interval="0.5",
            frame=FrameForm("PING", fin=False, length="9"),
        ),
    ),
    {"left": "server-1", "right": "client-1"},
    (TypedValue("host", "127.0.0.1"),),
    "01d9",
    {"slots": "00ff"},
    "/a/folder",
    "client",
)


def test_it_is_read_back_as_it_was_written() -> None:
    assert read(written(WHOLE)) == WHOLE


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
    server = EndpointSettings(
        "server-1",
        Role.LISTENER,
        address="127.0.0.1:1",
        responder=Rules((Rule(Match.CONTAINS, SECRET, reply=f"yes {SECRET}"),)),
    )
    greeter = EndpointSettings(
        "server-2", Role.LISTENER, address="127.0.0.1:2", responder=Greet(f"hi {SECRET}\r\n")
    )
    request = f"GET / HTTP/1.1\\r\\nAuthorization: Basic bWU6bGV0bWVpbg==\\r\\nX: {SECRET}\\r\\n"
    text = written(
        Workspace(
            (
                Tab(client, server=False, message=PayloadForm(request)),
                Tab(server, server=True),
                Tab(greeter, server=True),
                Tab(
                    default_endpoints.client("client-2", None),
                    server=False,
                    message=PayloadForm(SECRET.encode().hex(), "hex"),
                ),
            ),
            values=(TypedValue("token", SECRET, secret=True), TypedValue("copy", SECRET)),
        )
    )
    for secret in (SECRET, SECRET.encode().hex(), "letmein-9", "12345678", "bWU6bGV0bWVpbg"):
        assert secret not in text
    back = read(text)
    assert [tab.settings.name for tab in back.tabs] == [
        "client-1",
        "server-1",
        "server-2",
        "client-2",
    ]
    websocket = back.tabs[0].settings.websocket
    assert websocket is not None
    assert websocket.headers == (("X-A", "kept"),)
    assert back.tabs[0].settings.proxy == "http://me@127.0.0.1:3128"
    assert back.values[0] == TypedValue("token", "", secret=True)


def test_a_login_of_socks_goes_whole() -> None:
    """It has none without a password."""
    client = EndpointSettings(
        "c", Role.STREAM, address="127.0.0.1:1", proxy="socks5://me:letmein-9@127.0.0.1:1080"
    )
    text = written(Workspace((Tab(client, server=False),)))
    assert read(text).tabs[0].settings.proxy == "socks5://127.0.0.1:1080"


def test_a_newer_one_is_left_alone() -> None:
    with pytest.raises(NewerFormat):
        read(json.dumps({"format": FORMAT + 1}))


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "null", "{}", '{"format": "1"}', '{"format": true}']
)
def test_what_is_none_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        read(text)


def test_a_tab_that_makes_no_sense_is_left_out_and_the_others_come() -> None:
    table = json.loads(written(WHOLE))
    table["tabs"][1]["settings"]["role"] = "a teapot"
    table["tabs"].append(table["tabs"][0])  # no name twice
    table["tabs"] += [None, 7, {"settings": []}]
    table["values"].append({"name": 1})
    table["front"] = {"left": 3}
    back = read(json.dumps(table))
    assert [tab.settings.name for tab in back.tabs] == ["server-1", "client-1"]
    assert back.values == WHOLE.values
    assert back.front == {}


@pytest.mark.parametrize("secret", ["42", "é", "a.c"])
def test_a_secret_too_short_to_be_masked_is_kept_out_where_it_stands_by_itself(
    secret: str,
) -> None:
    tab = Tab(
        EndpointSettings(
            "server-1",
            Role.LISTENER,
            address="127.0.0.1:8042",
            responder=Rules((Rule(Match.CONTAINS, f"pin={secret};", reply=f"{secret}, yes"),)),
        ),
        server=True,
        message=PayloadForm(f"({secret}) x{secret}x"),
    )
    kept = Workspace((tab,), values=(TypedValue("pin", secret, secret=True),))
    found = read(written(kept))
    mask = "*" * len(secret)
    rules = found.tabs[0].settings.responder
    assert isinstance(rules, Rules)
    assert (rules.rules[0].value, rules.rules[0].reply) == (f"pin={mask};", f"{mask}, yes")
    assert found.tabs[0].message == PayloadForm(f"({mask}) x{secret}x")
    assert found.tabs[0].settings.address == "127.0.0.1:8042"
    assert found.values == (TypedValue("pin", "", secret=True),)
