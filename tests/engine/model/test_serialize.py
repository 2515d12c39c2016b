"""Commands and settings survive being written into the log and read back."""

from __future__ import annotations

from dataclasses import MISSING, fields

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.engine.model import commands as c
from workbench.engine.model import settings as s
from workbench.engine.model.message_ends import Delimiter, Http, Idle, LengthField
from workbench.engine.model.responders.echo import Echo
from workbench.engine.model.responders.greet import Greet
from workbench.engine.model.responders.nothing import Nothing
from workbench.engine.model.responders.reply import OnPeerClose, Then
from workbench.engine.model.responders.rule import Match, Rule
from workbench.engine.model.responders.rules import Rules
from workbench.engine.model.responders.sink import Sink
from workbench.engine.model.serialize import (
    COMMANDS,
    command_args,
    command_call,
    parse_command,
    settings_from_json,
    settings_json,
)
from workbench.engine.model.tail import Append

TEXT = st.text(max_size=30)
RULE = st.builds(
    Rule,
    match=st.sampled_from(Match),
    value=TEXT,
    reply=TEXT,
    encoding=st.sampled_from(["utf-8", "gbk"]),
    delay=st.floats(0, 10),
    then=st.sampled_from(Then),
)
CLOSE = st.sampled_from([None, *OnPeerClose])
RESPONDER = st.one_of(
    st.builds(Nothing, CLOSE),
    st.builds(Echo, CLOSE),
    st.builds(Sink, CLOSE),
    st.builds(Greet, TEXT, st.just("gbk"), st.sampled_from(Then), CLOSE),
    st.builds(Rules, st.lists(RULE, max_size=3).map(tuple), CLOSE),
)
VALUE = st.one_of(st.integers(), TEXT, st.tuples(st.integers(0, 1), st.integers(0, 9)))
SETTINGS = st.builds(
    s.EndpointSettings,
    name=st.just("server-1"),
    role=st.sampled_from(s.Role),
    address=TEXT,
    bind=st.none() | TEXT,
    backlog=st.integers(-1, 10**6),
    timeout=st.none() | st.floats(0, 100),
    accept=st.sampled_from(s.GateMode),
    calls=st.sampled_from(s.Pace),
    port_search=st.booleans(),
    responder=RESPONDER,
    options=st.lists(st.tuples(st.just("SO_LINGER"), VALUE), max_size=2).map(tuple),
    dual_stack=st.none() | st.booleans(),
    messages=st.sampled_from([None, Delimiter("\n"), LengthField("u24le", 2, 0), Idle(), Http()]),
    reconnect=st.none()
    | st.builds(s.Reconnect, st.floats(0.01, 9), st.floats(9, 99), st.integers(0, 99)),
)
ARGUMENT = st.one_of(st.integers(), TEXT, st.none(), st.tuples(TEXT, st.integers(0, 65535)))
TARGET = st.one_of(st.none(), st.integers(1, 9), st.just(c.ALL))
COMMAND = st.one_of(
    st.builds(c.Start, st.just("a")),
    st.builds(c.Configure, st.just("a"), SETTINGS),
    st.builds(c.Connect, st.just("a"), st.none() | st.integers(1, 9), st.booleans()),
    st.builds(
        c.Send,
        st.just("a"),
        text=TEXT,
        append=st.sampled_from(Append),
        connection=TARGET,
        repeat=st.integers(1, 5),
    ),
    st.builds(c.Shutdown, st.just("a"), st.sampled_from(c.How), TARGET),
    st.builds(c.Step, st.just("a"), st.sampled_from(c.Gate), st.integers(1, 5)),
    st.builds(c.SetPace, st.just("a"), st.sampled_from(s.Pace)),
    st.builds(c.Call, st.just("a"), TEXT, st.lists(ARGUMENT, max_size=3).map(tuple)),
    st.builds(c.SetOption, st.just("a"), st.just("SO_LINGER"), VALUE),
    st.builds(c.Respond, st.just("a"), RESPONDER, TARGET),
    st.builds(c.Sample, st.just("a"), TARGET),
    st.builds(c.Mark, TEXT, st.just("a")),
    st.builds(
        c.SendFrame,
        st.just("a"),
        st.integers(0, 15),
        text=TEXT,
        fin=st.booleans(),
        rsv=st.integers(0, 7),
        mask=st.sampled_from([None, "none", "01020304"]),
        length=st.none() | st.integers(0, 2**63),
        form=st.sampled_from([None, 0, 2, 8]),
    ),
    st.builds(c.CloseWebSocket, st.just("a"), st.none() | st.integers(0, 65535), TEXT, TARGET),
    st.builds(c.Ping, st.just("a"), TEXT),
    st.builds(c.Pong, st.just("a"), hex=TEXT),
    st.builds(c.StartLayer, st.just("a"), st.sampled_from(["tls", "websocket"]), TARGET),
    st.builds(c.CloseTls, st.just("a"), TARGET),
    st.builds(c.Raw, st.just("a"), hex=TEXT, below=st.sampled_from([None, "tls", "websocket"])),
)


@given(COMMAND)
def test_a_command_reads_back_as_itself(command: c.Command) -> None:
    assert parse_command(command_call(command), command_args(command), "a") == command


@given(SETTINGS)
def test_settings_read_back_as_themselves(settings: s.EndpointSettings) -> None:
    assert settings_from_json(settings_json(settings)) == settings


def test_every_command_has_a_name_of_its_own() -> None:
    kinds = set(COMMANDS.values())
    assert len(kinds) == len(COMMANDS)
    for kind in kinds:
        assert all(
            item.name in {"endpoint", "text", "settings", "backlog"}
            or item.default is not MISSING
            or isinstance(item.type, str)
            for item in fields(kind)
        )


def test_defaults_are_left_out() -> None:
    assert command_args(c.Send("a", text="hi")) == "text='hi'"


@pytest.mark.parametrize("args", ["text='a', nonsense=1", "1, 2"])
def test_what_is_not_a_command_is_refused(args: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        parse_command("send", args, "a")
