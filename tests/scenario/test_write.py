"""What is written as TOML reads back as the same scenario."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.scenario.conftest import PAIR
from workbench.engine.model import commands as c
from workbench.engine.model.responders.echo import Echo
from workbench.engine.model.responders.greet import Greet
from workbench.engine.model.responders.nothing import Nothing
from workbench.engine.model.responders.reply import OnPeerClose, Then
from workbench.engine.model.responders.rule import Match, Rule
from workbench.engine.model.responders.rules import Rules
from workbench.engine.model.responders.sink import Sink
from workbench.engine.model.settings import EndpointSettings, GateMode, Pace, Role
from workbench.engine.model.tail import Append
from workbench.scenario.model import Expect, Loop, Perform, Scenario, Step, Wait, parse
from workbench.scenario.steps import OnFailure, Stay
from workbench.scenario.write import to_toml

TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)
SECONDS = st.floats(0, 1e6).map(lambda value: value + 0.0)  # -0.0 is 0.0
LEAVES: st.SearchStrategy[Step] = st.one_of(
    st.sampled_from(
        [
            Perform(c.Start("a")),
            Perform(c.Stop("a")),
            Perform(c.Listen("a", 0)),
            Perform(c.Accept("a", wait=False), wait=False),
            Perform(c.Shutdown("a", c.How.WRITE)),
            Perform(c.Abort("b", c.ALL)),
            Perform(c.Close("b", 2), "EBADF"),
            Perform(c.Pause("a", c.Gate.ACCEPT)),
            Perform(c.Resume("b", c.Gate.RECEIVE)),
            Perform(c.Step("a", c.Gate.CALLS, 2)),
            Perform(c.GetOption("a", "SO_ERROR")),
            Perform(c.SetOption("b", "SO_LINGER", (1, 0))),
            Perform(c.SetOption("b", "SO_RCVBUF", 1)),
            Perform(c.Call("a", "bind", (("127.0.0.1", 0),))),
            Perform(c.Respond("a", Echo())),
            Perform(c.Join("a", "224.0.0.1", "lo")),
            Perform(c.Leave("a", "224.0.0.1")),
            Perform(c.Connect("b", count=5, wait=False), wait=False),
            Perform(c.Connect("b"), "EPIPE"),
            Perform(c.Recv("b", 10)),
            Perform(c.Sample("a")),
            Perform(c.Sample("b", 2)),
        ]
    ),
    SECONDS.map(Wait),
    st.builds(Stay, st.none() | SECONDS, st.none() | st.sampled_from(OnFailure)),
    st.builds(Perform, st.just(c.Start("a")), on_failure=st.sampled_from(OnFailure)),
    TEXT.map(lambda text: Perform(c.Mark(text))),
    st.builds(
        lambda text, often, every, append, tail, pieces: Perform(
            c.Send(
                "b",
                text=text,
                repeat=often,
                interval=every,
                append=append,
                append_hex=tail,
                pieces=pieces,
            )
        ),
        TEXT,
        st.integers(1, 9),
        SECONDS,
        st.sampled_from(Append),
        st.sampled_from(["", "0d 0a"]),
        st.integers(0, 9),
    ),
    st.binary().map(lambda data: Perform(c.Send("b", hex=data.hex(" ")))),
    st.builds(
        Expect,
        st.sampled_from("ab"),
        text=TEXT,
        within=SECONDS,
        count=st.integers(1, 9),
        absent=st.booleans(),
        connection=st.none() | st.integers(1, 9),
    ),
    st.builds(
        Expect,
        st.sampled_from("ab"),
        kind=st.none() | st.sampled_from(["call", "end"]),
        result=st.none() | st.integers(-(2**63), 2**63 - 1),
        errno=st.none() | st.sampled_from(["ECONNRESET", "ETIMEDOUT", "EAI_NONAME"]),
        peer=st.none() | st.sampled_from(["*", "@a", "127.0.0.1:23333", "0.0.0.0:0"]),
    ).filter(lambda step: step.result is None or step.errno is None),
)
STEPS = st.recursive(
    LEAVES,
    lambda inner: st.builds(
        Loop,
        st.lists(inner, max_size=3).map(tuple),
        st.integers(1, 9),
        SECONDS,
        st.none()
        | st.builds(
            Expect,
            st.sampled_from(["a", "b", "*"]),
            errno=st.none() | st.sampled_from(["*", "EPIPE"]),
            contains=st.none() | TEXT,
            count=st.integers(1, 9),
            within=st.just(0),
        ),
        st.booleans(),
    ),
    max_leaves=6,
)
RESPONDERS = st.one_of(
    st.just(Nothing()),
    st.just(Sink(OnPeerClose.KEEP)),
    st.just(Echo(OnPeerClose.CLOSE)),
    st.builds(Greet, TEXT, then=st.sampled_from(Then)),
    st.lists(
        st.builds(
            Rule,
            st.sampled_from([Match.EXACT, Match.CONTAINS]),
            TEXT,
            TEXT,
            delay=SECONDS,
            then=st.sampled_from(Then),
        ),
        max_size=3,
    ).map(lambda rules: Rules(tuple(rules))),
)
SERVERS = st.builds(
    EndpointSettings,
    st.just("a"),
    st.just(Role.LISTENER),
    address=st.just("127.0.0.1:0"),
    backlog=st.integers(-5, 500),
    timeout=st.none() | SECONDS,
    accept=st.sampled_from(GateMode),
    calls=st.sampled_from(Pace),
    bufsize=st.integers(1, 2**20),
    port_search=st.booleans(),
    responder=RESPONDERS,
    dual_stack=st.none() | st.booleans(),
    options=st.just((("SO_REUSEADDR", 1), ("SO_LINGER", (1, 0)))),
    encoding=st.just("gb18030"),
)
CLIENT = EndpointSettings("b", Role.STREAM, address="@a")


@given(TEXT, SERVERS, st.lists(STEPS, max_size=6), st.none() | st.integers(0, 9999), TEXT)
def test_every_scenario_reads_back(
    title: str, server: EndpointSettings, steps: list[Step], capture: int | None, chinese: str
) -> None:
    made = Scenario(title, (server, CLIENT), tuple(steps), {"zh_CN": chinese}, capture)
    text = to_toml(made)
    assert tomllib.loads(text)
    assert parse(text) == made


@given(
    st.text(st.characters())
    | st.sampled_from(
        [
            '"',
            "\\",
            "\x1b\x7f\x9b",
            "x\nrole = 1",
            '"\n[endpoint.b]\n',
            "\u202e",
            "\ud800",
            "\r\n\0",
        ]
    )
)
def test_a_text_stays_within_its_quotes(text: str) -> None:
    held = "".join("\ufffd" if "\ud800" <= char <= "\udfff" else char for char in text)
    made = Scenario(
        text,
        (
            EndpointSettings(
                text, Role.STREAM, address=text, encoding=text, options=((text, text),)
            ),
        ),
        (
            Perform(c.Mark(text)),
            Perform(c.Call(text, text, (text, (text, None))), text),
            Loop((Expect(text, text=text, errno=text),), until=Expect("*", peer=text)),
        ),
        {text: text},
    )
    written = to_toml(made)
    assert all(line.isprintable() for line in written.split("\n"))
    found = tomllib.loads(written)
    assert set(found) | {"title"} == {"title", f"title_{held}", "endpoint", "step"}
    assert found.get("title", "") == found[f"title_{held}"] == held
    assert list(found["endpoint"]) == [held]
    assert [step["do"] for step in found["step"]] == ["note", "call", "loop"]
    assert found["step"][1]["args"] == [held, [held, "none"]]


def test_only_what_differs_is_written() -> None:
    made = parse(PAIR + '[[step]]\ndo = "connect"\nendpoint = "client"\ncount = 1\nwait = true\n')
    assert to_toml(made) == (
        'step = [\n  { do = "connect", endpoint = "client", count = 1 },\n]\n\n'
        '[endpoint.server]\nrole = "listener"\naddress = "127.0.0.1:0"\n\n'
        '[endpoint.client]\naddress = "@server"\ntimeout = 5.0\n'
    )


def test_one_endpoint_goes_without_saying_and_its_address_is_a_line() -> None:
    text = """title = "check"
endpoint.m = "[::1]:11211"
step = [
  { do = "connect", until_open = 10.0 },
  { do = "loop", times = 3, pause = 0.5, step = [
    { do = "send", text = "gets a\\r\\n" },
    { do = "loop", until = { errno = "ECONNRESET" }, step = [
      { do = "expect", contains = "VALUE" },
    ] },
  ] },
]
"""
    assert to_toml(parse(text)) == text
    another = text.replace("[::1]", "127.0.0.1") + '\n[endpoint.other]\nrole = "listener"\n'
    assert 'endpoint.m = "127.0.0.1:11211"\nstep' in to_toml(
        parse(
            another.replace('do = "connect"', 'do = "connect", endpoint = "m"')
            .replace('do = "send"', 'do = "send", endpoint = "m"')
            .replace('do = "expect"', 'do = "expect", endpoint = "m"')
        )
    )


def test_a_backslash_stands_once_where_a_string_can_be_literal() -> None:
    made = parse(PAIR + '[[step]]\ndo = "expect"\nendpoint = "client"\nregex = "a\\\\d+\'b"\n')
    assert 'regex = "a\\\\d+\'b"' in to_toml(made)
    made = parse(PAIR + '[[step]]\ndo = "expect"\nendpoint = "client"\nregex = "a\\\\d+"\n')
    assert "regex = 'a\\d+'" in to_toml(made)
    assert parse(to_toml(made)) == made


@pytest.mark.parametrize("command", ["connect", "send"])
def test_a_step_that_is_not_waited_for_says_so_once(command: str) -> None:
    more = 'text = "x"\n' if command == "send" else ""
    made = parse(PAIR + f'[[step]]\ndo = "{command}"\nendpoint = "client"\n{more}wait = false\n')
    text = to_toml(made)
    assert text.count("wait = false") == 1
    assert parse(text) == made


def test_changed_settings_are_written_as_what_changed() -> None:
    text = PAIR + '[[step]]\ndo = "configure"\nendpoint = "client"\ntimeout = 1.0\n'
    made = parse(text)
    assert '{ do = "configure", endpoint = "client", timeout = 1.0 },' in to_toml(made)
    assert parse(to_toml(made)) == made
