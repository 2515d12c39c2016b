"""A scenario as a test of pytest: it holds as the scenario does, and is no stranger's code."""

from __future__ import annotations

import ast
import re

import pytest

from tests.scenario.test_code_foreign import ATTACKS
from workbench.engine.model import commands as c
from workbench.engine.model.responders.greet import Greet
from workbench.engine.model.settings import EndpointSettings, Role
from workbench.resources import resource
from workbench.scenario.code_pytest import on_testing, to_pytest
from workbench.scenario.model import load, parse
from workbench.scenario.steps import Expect, Loop, Perform, Scenario

SHIPPED = sorted(resource("scenarios").glob("*.toml"))
BEYOND = "28-multicast"
"""It binds where other machines can reach it."""
TALK = """title = "It's a talk!"
placeholders = true
step = [
  { do = "start", endpoint = "server" },
  { do = "connect", endpoint = "client", until_open = 5 },
  { do = "send", endpoint = "client", text = "PING 7" },
  { do = "expect", endpoint = "client", regex = 'PONG (?P<n>\\d+)$' },
  { do = "loop", times = 2, step = [
    { do = "send", endpoint = "client", text = "PING {n}" },
    { do = "expect", endpoint = "client", text = "PONG 7" },
  ] },
  { do = "send", endpoint = "client", text = "what?" },
  { do = "expect", endpoint = "client", text = "500" },
]
endpoint.client = "@server"
[endpoint.server]
role = "listener"
address = "127.0.0.1:0"
responder = { kind = "rules", rules = [
  { match = "regex", value = 'PING (?P<n>\\d+)', reply = "PONG {n}" },
], else = { reply = "500" } }
"""


def test_what_it_looks_like() -> None:
    code = to_pytest(parse(TALK.replace("endpoint.client", "ENDPOINT").replace(
        'ENDPOINT = "@server"\n', '[endpoint.client]\naddress = "@server"\n'
    )))  # fmt: skip
    assert "def test_it_s_a_talk(workbench):" in code
    for line in (
        "server = workbench.server(name='server', start=False, ",
        "client = workbench.client(name='client', connect=False, address='@server')",
        "server.start()",
        "client.connect(until_open=5.0)",
        "client.send(text='PING 7')",
        r"client.expect(regex='PONG (?P<n>\\d+)$')",
        "workbench.do('loop', times=2, step=[",
    ):
        assert f"\n    {line}" in code


def test_every_ready_scenario_holds_as_a_test(pytester: pytest.Pytester) -> None:
    for path in SHIPPED:
        name = path.stem.replace("-", "_")
        (pytester.path / f"test_{name}.py").write_text(to_pytest(load(path)), encoding="utf-8")
    talk = (
        TALK.replace('endpoint.client = "@server"\n', "")
        + '[endpoint.client]\naddress = "@server"\n'
    )
    (pytester.path / "test_talk.py").write_text(to_pytest(parse(talk)), encoding="utf-8")
    result = pytester.runpytest_inprocess("-p", "workbench.testing", "-p", "no:cacheprovider")
    result.assert_outcomes(passed=len(SHIPPED), failed=1)
    assert f"test_{BEYOND.replace('-', '_')}.py" in result.stdout.str()


def test_what_names_another_endpoint_stands_behind_it() -> None:
    """Whatever their order in the file; two that name each other keep it."""
    made = parse(
        'endpoint.c = "@b"\nendpoint.b = "127.0.0.1:{a.port}"\n'
        '[endpoint.a]\nrole = "listener"\naddress = "127.0.0.1:0"\n'
        '[endpoint.x]\naddress = "127.0.0.1:{y.port}"\n'
        '[endpoint.y]\naddress = "127.0.0.1:{x.port}"\n[values]\nn = 1\n'
    )
    names = re.findall(r"^    (\w) = workbench", to_pytest(made), re.MULTILINE)
    assert names == ["a", "b", "c", "y", "x"]


@pytest.mark.parametrize("attack", ATTACKS)
def test_what_looks_like_code_is_not_code(attack: str) -> None:
    made = Scenario(
        attack,
        (EndpointSettings("c", Role.STREAM, address=attack, responder=Greet(attack)),),
        (
            Perform(c.Mark(attack)),
            Perform(c.Send("c", text=attack), error=attack),
            Loop((Expect("c", text=attack, errno=attack),), 2, 0.0, Expect("*", errno=attack)),
        ),
        values={"word": attack},
        names=frozenset({"word"}),
    )
    for code in (to_pytest(made), on_testing(made, [attack])):
        names = {node.id for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Name)}
        assert names <= {"workbench", "scripted", "c"}
