"""What is wrong in a scenario is said with its line and the nearest name, before it starts."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.engine.model import settings as s
from workbench.resources import resource
from workbench.scenario.locate import line_of, locate
from workbench.scenario.model import Expect, Loop, Perform, Scenario, ScenarioProblem, load, parse
from workbench.scenario.write import to_toml
from workbench.texts import Problem

GOOD = """title = "t"
[endpoint.server]
role = "listener"
address = "127.0.0.1:0"
[endpoint.client]
role = "stream"
address = "@server"
[[step]]
do = "start"
endpoint = "server"
"""


@pytest.mark.parametrize(
    ("wrong", "right", "line", "near"),
    [
        ('role = "listener"', 'rolle = "listener"', 3, "role"),
        ('"listener"', '"listner"', 3, "listener"),
        ('"@server"', '"@sever"', 7, "server"),
        ('do = "start"', 'do = "strat"', 9, "start"),
        ('endpoint = "server"', 'endpoint = "servr"', 10, "server"),
        ('"127.0.0.1:0"', '"127.0.0.1:65536"', 4, "65535"),
        ('"127.0.0.1:0"', '"[::1]:0"\nfamily = "AF_INET"', 4, "IPv6"),
        ('"127.0.0.1:0"', '"127.0.0.1:0"\nbacklog = "x"', 5, "number"),
        ('"127.0.0.1:0"', '"127.0.0.1:0"\ntimeout = -1.0', 5, "-1"),
        ('"127.0.0.1:0"', '"127.0.0.1:0"\noptions = { SO_REUSEADR = 1 }', 5, "SO_REUSEADDR"),
        ('"127.0.0.1:0"', '"127.0.0.1:0"\nresponder = { kind = "greeet" }', 5, "greet"),
        ('title = "t"', "title = t", 1, "TOML"),
    ],
)
def test_a_mistake_is_pointed_at(wrong: str, right: str, line: int, near: str) -> None:
    with pytest.raises(ScenarioProblem) as caught:
        parse(GOOD.replace(wrong, right, 1), "x.toml")
    assert caught.value.line == line
    assert near in caught.value.text
    assert caught.value.text.startswith(f"x.toml:{line}:")


def test_a_newer_format_is_refused() -> None:
    with pytest.raises(Problem, match="newer"):
        parse("format = 2\n" + GOOD)


def test_ready_scenarios_read_and_write_back() -> None:
    found = sorted(resource("scenarios").glob("*.toml"))
    assert len(found) >= 4
    for path in found:
        scenario = load(path)
        assert scenario.titles["zh_CN"]
        assert parse(to_toml(scenario)) == scenario


def test_loops_and_expectations() -> None:
    scenario: Scenario = parse(
        GOOD
        + """
[[step]]
do = "loop"
times = 3
until = { endpoint = "client", call = "recv" }
[[step.step]]
do = "connect"
endpoint = "client"
error = "ECONNREFUSED"
"""
    )
    loop = scenario.steps[1]
    assert isinstance(loop, Loop)
    assert isinstance(loop.until, Expect)
    assert isinstance(loop.steps[0], Perform)
    assert loop.steps[0].error == "ECONNREFUSED"
    assert parse(to_toml(scenario)) == scenario


def test_a_missing_file_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(Problem):
        load(tmp_path / "none.toml")


KEYS = st.from_regex(r"[a-z][a-z0-9_-]{0,8}", fullmatch=True)
VALUES = st.one_of(
    st.integers().map(str),
    st.just('"""two\nlines = 1\n[not a table]"""'),
    st.just("'''a\n[[b]]\n'''"),
    st.just("[1,\n 2, # ]\n 3]"),
    st.just('{ a = "]", b = [1] }'),
    st.just('"x # y [z]"'),
)


@given(st.dictionaries(KEYS, st.dictionaries(KEYS, VALUES, max_size=4), max_size=4))
def test_every_key_is_found_on_its_line(tables: dict[str, dict[str, str]]) -> None:
    lines: list[str] = []
    wanted: dict[tuple[str, ...], int] = {}
    for table, pairs in tables.items():
        lines.append(f"[{table}]")
        wanted[(table,)] = len(lines)
        for key, value in pairs.items():
            wanted[table, key] = len(lines) + 1
            lines += f"{key} = {value}".split("\n")
    found = locate("\n".join(lines))
    for path, line in wanted.items():
        assert line_of(found, path) == line


@pytest.mark.parametrize(("wanted", "near"), [
    ('errno = "ECONNRESETT"', "ECONNRESET"), ('call = "recvv"', "recv"),
    ('call = "sendall"', "send"), ('call = "acept"', "accept"),
])  # fmt: skip
def test_what_can_never_come_is_refused(wanted: str, near: str) -> None:
    with pytest.raises(ScenarioProblem) as caught:
        parse(GOOD + _expectation(f"{wanted}, absent = true"))
    assert f"Did you mean {near}?" in str(caught.value)


@pytest.mark.parametrize("wanted", [
    'errno = "*"', 'errno = "EAI_NONAME"', 'errno = "EMFILE"', 'call = "rule_too_slow"',
    'kind = "command", call = "configure"', 'call = "accept_held"',
])  # fmt: skip
def test_names_of_notes_commands_and_errors_are_known(wanted: str) -> None:
    assert parse(GOOD + _expectation(wanted))


def _expectation(keys: str) -> str:
    return "\n[[step]]\ndo = 'expect'\nendpoint = 'server'\n" + keys.replace(", ", "\n") + "\n"


# -- short forms --------------------------------------------------------------------------------

SHORT = """title = "short"
defaults = { within = 7 }
endpoint.m = "127.0.0.1:11211"
step = [
  { do = "connect" },
  { do = "expect", text = "a" },
  { do = "expect", text = "b", within = 1 },
]
"""


def test_what_is_usual_need_not_be_said() -> None:
    made = parse(SHORT)
    (endpoint,) = made.endpoints
    assert (endpoint.role, endpoint.address) == (s.Role.STREAM, "127.0.0.1:11211")
    connect, first, second = made.steps
    assert isinstance(connect, Perform)
    assert connect.command.endpoint == "m"
    assert isinstance(first, Expect)
    assert isinstance(second, Expect)
    assert (first.endpoint, first.within, second.within) == ("m", 7.0, 1.0)
    assert parse(to_toml(made)) == made


@pytest.mark.parametrize(
    ("address", "family"),
    [("[::1]:5", "AF_INET6"), ("/tmp/x.sock", "AF_UNIX"), ("abstract:x", "AF_UNIX"),
     ("localhost:5", "AF_INET")],
)  # fmt: skip
def test_an_address_alone_says_its_family(address: str, family: str) -> None:
    assert parse(f'endpoint.m = "{address}"\n').endpoints[0].family == family


def test_of_several_endpoints_a_step_names_one() -> None:
    with pytest.raises(ScenarioProblem, match="endpoint is missing"):
        parse('endpoint.a = "x:1"\nendpoint.b = "x:2"\nstep = [{ do = "connect" }]\n')


@pytest.mark.parametrize(
    ("text", "line", "named"),
    [
        ('[endpoint.m]\naddress = "x:1"\nstep = [{ do = "connect" }]\n', 3, "[endpoint.m]"),
        ('[values]\na = 1\nstep = [{ do = "wait", seconds = 1 }]\n', 3, "[values]"),
        ('[endpoint.m]\naddress = "x:1"\n[[endpoint.m.step]]\ndo = "connect"\n', 3, "[endpoint.m]"),
        ('step = [{ do = "wait",\n seconds = 1 }]\n', 1, "on one line"),
        ('step = [{ # one\n do = "wait" }]\n', 1, "on one line"),
        ("defaults = { witin = 1 }\n", 1, "within"),
    ],
)
def test_traps_have_their_sentences(text: str, line: int, named: str) -> None:
    with pytest.raises(ScenarioProblem) as caught:
        parse(text)
    assert named in str(caught.value)
    assert caught.value.line == line


def test_an_address_says_the_family_in_a_table_too() -> None:
    scenario = parse(
        'endpoint.d = "@a"\n'
        '[endpoint.a]\nrole = "listener"\naddress = "temp:talk"\n'
        '[endpoint.b]\naddress = "@a"\n'
        '[endpoint.c]\naddress = "[::1]:80"\n'
        '[endpoint.e]\naddress = "127.0.0.1:80"\n'
    )
    families = {item.name: item.family for item in scenario.endpoints}
    unix, six, four = "AF_UNIX", "AF_INET6", "AF_INET"
    assert families == {"d": unix, "a": unix, "b": unix, "c": six, "e": four}
    assert parse(to_toml(scenario)) == scenario


@pytest.mark.parametrize(("bind", "family"), [("[::1]:0", "AF_INET6"), ("temp:b", "AF_UNIX")])
def test_what_a_client_of_a_link_binds_to_says_its_family(bind: str, family: str) -> None:
    text = (
        f'[endpoint.a]\nrole = "datagram"\naddress = "{bind}"\n'
        f'[endpoint.b]\nrole = "datagram"\naddress = "@a"\nbind = "{bind}"\n'
    )
    assert [item.family for item in parse(text).endpoints] == [family, family]


def test_a_family_that_is_said_stays() -> None:
    text = (
        '[endpoint.a]\nrole = "listener"\naddress = "temp:talk"\n'
        '[endpoint.b]\naddress = "@a"\nfamily = "AF_INET"\n'
    )
    assert [item.family for item in parse(text).endpoints] == ["AF_UNIX", "AF_INET"]
    assert parse(to_toml(parse(text))) == parse(text)


def test_a_rule_without_match_and_value_fits_whatever_comes() -> None:
    table = '[endpoint.a]\nrole = "listener"\naddress = "127.0.0.1:0"\n'
    head = f'{table}responder = {{ kind = "rules", rules = [ '
    assert parse(f'{head}{{ reply = "x" }} ] }}') == parse(
        f'{head}{{ match = "any", reply = "x" }} ] }}'
    )
    for half in ('match = "exact"', 'value = "x"'):
        with pytest.raises(ScenarioProblem):
            parse(f"{head}{{ {half} }} ] }}")
