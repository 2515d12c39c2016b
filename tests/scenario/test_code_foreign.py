"""A scenario of a stranger as Python: what it holds stands there as literals, and is never code."""

from __future__ import annotations

import ast
import subprocess
import sys
from dataclasses import fields, is_dataclass, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.engine.model import commands as c
from workbench.engine.model.settings import EndpointSettings, Role
from workbench.scenario.code import of_plain_sockets, to_python
from workbench.scenario.code_names import variables
from workbench.scenario.model import parse
from workbench.scenario.steps import Expect, Loop, Perform, Scenario, Step, Wait

ATTACKS = (
    '"""\nimport os\nos.abort()\n"""',
    "'''\nBOOM()\n'''",
    '"',
    "'",
    "\\",
    "x\nBOOM()",
    "x\rBOOM()",
    "x\r\nBOOM()",
    "x\x0cBOOM()",
    "x\u2028BOOM()",
    "'); BOOM(); ('",
    '"); BOOM(); ("',
    "{BOOM()}",
    "Error(BOOM())",
    "AnError\nBOOM()",
    "close(); BOOM()",
    "__class__",
    "\0",
    "\ud800",
    "\x1b]0;x\x07",
    "# coding: utf-7",
    "+AAo-BOOM()",
    "TimeoutError",
    "\\\n",
    "OSError as e: BOOM()\nexcept OSError",
)
FOREIGN = st.sampled_from(ATTACKS) | st.text(st.characters(), max_size=12)
WHOLE = FOREIGN.map(lambda text: text.encode("utf-8", "replace").decode())
ARGUMENTS = st.recursive(
    FOREIGN | st.integers() | st.floats() | st.booleans() | st.none(),
    lambda inner: st.lists(inner, max_size=2).map(tuple),
    max_leaves=4,
)
LEAVES: st.SearchStrategy[Step] = st.one_of(
    FOREIGN.map(lambda text: Perform(c.Mark(text))),
    st.builds(lambda text, error: Perform(c.Send("s", text=text), error), FOREIGN, FOREIGN),
    st.builds(lambda text, to: Perform(c.Send("d", text=text, encoding=to)), FOREIGN, FOREIGN),
    st.builds(lambda text: Perform(c.Send("c", file=text)), FOREIGN),
    st.builds(
        lambda call, args: Perform(c.Call("c", call, args), "EPIPE"),
        FOREIGN,
        st.lists(ARGUMENTS, max_size=3).map(tuple),
    ),
    st.builds(
        lambda call, args: Perform(c.Call("c", call, args)),
        st.sampled_from(["bind", "close", "setsockopt"]),
        st.lists(ARGUMENTS, max_size=3).map(tuple),
    ),
    st.builds(lambda name, value: Perform(c.SetOption("c", name, value)), FOREIGN, FOREIGN),
    st.builds(lambda name: Perform(c.GetOption("c", name)), FOREIGN),
    st.builds(lambda group: Perform(c.Join("d", group, group)), FOREIGN),
    st.builds(
        Expect,
        st.sampled_from(["s", "c"]),
        call=st.none() | FOREIGN,
        errno=st.none() | FOREIGN,
        error=st.none() | FOREIGN,
        peer=st.none() | FOREIGN,
        text=st.none() | FOREIGN,
        encoding=FOREIGN,
    ),
    st.floats(0, 9).map(Wait),
)
STEPS = st.recursive(
    LEAVES,
    lambda inner: st.builds(
        Loop,
        st.lists(inner, max_size=3).map(tuple),
        st.integers(1, 9),
        st.floats(0, 9),
        st.none()
        | st.builds(
            Expect,
            st.sampled_from(["s", "c", "*"]),
            errno=st.none() | FOREIGN,
            error=st.none() | FOREIGN,
            call=st.none() | FOREIGN,
            contains=st.none() | WHOLE,
        ),
    ),
    max_leaves=6,
)
ENDPOINTS = st.builds(
    lambda encoding, family, option: (
        EndpointSettings("s", Role.LISTENER, address="127.0.0.1:0", encoding=encoding),
        EndpointSettings(
            "c",
            Role.STREAM,
            address="@s",
            encoding=encoding,
            options=((f"SO_{option}", 1), ("SO_KEEPALIVE", 1)),
        ),
        EndpointSettings("d", Role.DATAGRAM, family=family, type=family, address="@s"),
    ),
    FOREIGN,
    FOREIGN,
    FOREIGN,
)


def harmless(item: Any) -> Any:
    """The same with a plain word in place of every text that is not ours."""
    if isinstance(item, str) and type(item) is str:
        return (
            item
            if item
            in {
                "s",
                "c",
                "d",
                "*",
                "bind",
                "close",
                "setsockopt",
                "@s",
                "127.0.0.1:0",
                "EPIPE",
                "utf-8",
                "SOCK_DGRAM",  # what an empty type is
                "",  # nothing is appended
            }
            else "word"
        )
    if isinstance(item, tuple):
        return tuple(harmless(part) for part in item)
    if is_dataclass(item) and not isinstance(item, type):
        changes = {part.name: harmless(getattr(item, part.name)) for part in fields(item)}
        return replace(item, **changes)
    return item


class _Plain(ast.NodeTransformer):
    """Only the shape is left: constants are one, and so are the classes that are caught."""

    def visit_Constant(self, node: ast.Constant) -> ast.AST:
        return ast.Constant("C")

    def visit_UnaryOp(self, node: ast.UnaryOp) -> ast.AST:
        return ast.Constant("C") if isinstance(node.operand, ast.Constant) else node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        made = self.generic_visit(node)
        is_float = isinstance(node.func, ast.Name) and node.func.id == "float"
        return ast.Constant("C") if is_float else made

    def visit_ExceptHandler(self, node: ast.ExceptHandler) -> ast.AST:
        caught = ast.unparse(node.type) if node.type is not None else ""
        assert caught.replace("socket.", "").replace(".", "").isidentifier() or "," in caught
        node.type = None
        return self.generic_visit(node)


def shape(code: str) -> str:
    """What is left of a script without its constants, and what its helper is."""
    code.encode()  # it can be written into a file
    head, _, own = code.partition("# -- the scenario")
    title, _, helper = (head if own else code).partition("\n\n")
    own = f"{title}\n{own}" if own else code
    return ast.dump(_Plain().visit(ast.parse(own))) + (helper if own is not code else "")


@given(FOREIGN, ENDPOINTS, st.lists(STEPS, max_size=5))
def test_only_constants_are_of_the_stranger(
    title: str, endpoints: tuple[EndpointSettings, ...], steps: list[Step]
) -> None:
    made = Scenario(title, endpoints, tuple(steps))
    assert shape(of_plain_sockets(made)) == shape(of_plain_sockets(harmless(made)))


@pytest.mark.parametrize("attack", ATTACKS)
def test_what_looks_like_code_is_not_run(attack: str) -> None:
    until = Expect("*", errno=attack, error=attack, call=attack)
    steps = (
        Perform(c.Mark(attack)),
        Loop((Perform(c.Mark(attack)),), 1, 0.0, until),
        Perform(c.Call("c", attack, (attack,)), attack),
    )
    code = of_plain_sockets(Scenario(attack, (EndpointSettings("c", Role.STREAM),), steps))
    names = {node.id for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Name)}
    assert "BOOM" not in names
    assert "os" not in names
    ran = subprocess.run(
        [sys.executable, "-I", "-X", "utf8", "-c", code],
        capture_output=True,
        timeout=30,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr


@given(
    st.lists(
        st.text(st.characters(), max_size=6)
        | st.sampled_from(
            [
                "a",
                "a-b",
                "a_b",
                "a_conn",
                "OSError",
                "print",
                "for",
                "None",
                "data",
                "9",
                "",
                "round1",
                "é",
                "__name__",
                "Met1",
                "self",
            ]
        ),
        max_size=8,
        unique=True,
    )
)
def test_each_endpoint_has_a_variable_of_its_own(names: list[str]) -> None:
    made = variables([EndpointSettings(name, Role.LISTENER) for name in names])
    code = to_python(
        Scenario("", tuple(EndpointSettings(name, Role.LISTENER) for name in names), ())
    )
    used = [*made.values(), *(f"{name}_conn" for name in made.values())]
    assert len(set(used)) == 2 * len(names)
    for name in used:
        assert name.isidentifier()
        assert name.isascii()
        assert f"\n{name} = None\n" in code
    ast.parse(code)


RUNS = """title = "\\"\\"\\" it's"
[endpoint.server]
role = "listener"
address = "127.0.0.1:0"
timeout = 5.0
[endpoint.client]
role = "stream"
address = "@server"
timeout = 5.0
[[step]]
do = "start"
endpoint = "server"
[[step]]
do = "connect"
endpoint = "client"
[[step]]
do = "send"
endpoint = "client"
hex = "0x68, 69"
append = "crc32"
[[step]]
do = "send"
endpoint = "client"
text = "{counter}"
placeholders = true
append = "crc32"
[[step]]
do = "recv"
endpoint = "server"
[[step]]
do = "send"
endpoint = "server"
text = "back"
[[step]]
do = "expect"
endpoint = "client"
text = "back"
"""
ASKS = """[endpoint.client]
role = "datagram"
type = "SOCK_DGRAM"
address = "127.0.0.1:PORT"
timeout = 5.0
[[step]]
do = "send"
endpoint = "client"
text = "ask"
[[step]]
do = "recv"
endpoint = "client"
"""


def ran(text: str) -> str:
    done = subprocess.run(
        [sys.executable, "-I", "-X", "utf8", "-W", "ignore", "-c", to_python(parse(text))],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
        encoding="utf-8",
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_listener_that_nobody_told_to_accept_accepts() -> None:
    assert "b'hi" in ran(RUNS)


def test_a_datagram_goes_where_the_endpoint_says() -> None:
    import socket
    import threading

    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        server.settimeout(30)

        def answer() -> None:
            data, peer = server.recvfrom(99)
            server.sendto(data + b" answered", peer)

        thread = threading.Thread(target=answer)
        thread.start()
        assert "b'ask answered'" in ran(ASKS.replace("PORT", str(server.getsockname()[1])))
        thread.join()
