"""Literals are written so that they are nothing else; what is read is not run."""

from __future__ import annotations

import ast
import gc
import math
import threading
import time
import warnings
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.explain.explain import as_python, python_call
from workbench.journal.reader import Row
from workbench.literals import (
    arguments,
    comment,
    docstring,
    literal,
    parse_expression,
    parse_module,
    read_literal,
)

ANY = st.text(st.characters()) | st.sampled_from(
    [
        "'",
        '"',
        "\\",
        "1)\nBOOM()#",
        "1) or BOOM(",
        "x\n",
        "\x1b",
        "\ud800",
        "\0",
        "BOOM()",
        "*BOOM",
        "a=BOOM()",
        "AF_INET, BOOM()",
        "[BOOM for x in y]",
        "f'{BOOM()}'",
        "lambda: 0",
        "(" * 300,
        "-" * 9999,
        "9" * 5000,
        "1 # BOOM()",
        "'\\d'",
        "'\\\x1b'",
        "__import__",
        "AF_INET.x",
        "1,",
        ",",
    ]
)
VALUES = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | ANY
    | st.binary(),
    lambda inner: st.lists(inner) | st.lists(inner).map(tuple) | st.dictionaries(ANY, inner),
    max_leaves=9,
)


@given(VALUES)
def test_a_value_is_written_as_itself(value: object) -> None:
    assert read_literal(literal(value)) == value
    literal(value).encode("utf-8", "strict")


@pytest.mark.parametrize("value", [math.inf, -math.inf, math.nan])
def test_a_number_without_a_literal_is_one_call(value: float) -> None:
    assert repr(eval(literal(value))) == repr(value)


@pytest.mark.parametrize("value", [16**6000, -(16**6000)], ids=["plus", "minus"])
def test_a_number_of_any_length_can_be_written(value: int) -> None:
    assert int(literal(value), 16) == value


@given(ANY)
def test_a_script_may_begin_with_any_text(text: str) -> None:
    compile(docstring(text), "script", "exec")
    said = read_literal(docstring(text))
    assert isinstance(said, str)
    said.encode()  # Python 3.13 compiles no other
    whole = not any("\ud800" <= character <= "\udfff" for character in text)
    assert (said == text) is whole


@given(ANY)
def test_a_comment_ends_where_its_line_does(text: str) -> None:
    code = f"x = 1\n{comment(text)}\ny = 2\n"
    assert ast.dump(ast.parse(code)) == ast.dump(ast.parse("x = 1\ny = 2\n"))


@given(ANY)
def test_what_is_read_says_nothing_and_raises_one_thing(text: str) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for read in (read_literal, parse_expression):
            try:
                read(text)
            except ValueError:
                continue


def row(call: str, args: str) -> Row:
    return Row(1, 0, 0, "call", "e", 1, call, args, None, None, None, None, None, 3, b"a'b", None)


@given(
    ANY | st.sampled_from(["send", "sendto", "recv", "recvfrom", "connect", "socket", "bind"]),
    ANY | st.sampled_from(["('127.0.0.1', 80)", "AF_INET, SOCK_STREAM", "SOL_SOCKET, SO_ERROR"]),
)
def test_a_call_of_a_record_is_a_call_of_a_socket_or_a_comment(call: str, args: str) -> None:
    for code in (as_python(row(call, args)), python_call(call, args)):
        body = ast.parse(code).body
        assert len(body) <= 1
        for node in ast.walk(ast.Module(body, [])):
            if isinstance(node, ast.Name):
                assert node.id in {"sock", "conn", "socket", "data", "address", "peer"}
            if isinstance(node, ast.Call):
                assert isinstance(node.func, ast.Attribute)
                assert node.func.attr in {call, "socket"}
            assert not isinstance(node, ast.Lambda | ast.Starred | ast.keyword | ast.JoinedStr)


@pytest.mark.parametrize(
    ("args", "right"),
    [
        ("", []),
        ("128", ["128"]),
        ("('::1', 80, 0, 0)", ["('::1', 80, 0, 0)"]),
        ("65536, MSG_PEEK | MSG_TRUNC", ["65536", "socket.MSG_PEEK | socket.MSG_TRUNC"]),
        ("SOL_SOCKET, SO_LINGER, (1, 0)", ["socket.SOL_SOCKET", "socket.SO_LINGER", "(1, 0)"]),
        ("BOOM()", None),
        ("a", None),
        ("x=1", None),
        ("1)(2", None),
        ("*()", None),
    ],
)
def test_arguments_of_a_record(args: str, right: list[str] | None) -> None:
    assert arguments(args) == right


@pytest.fixture
def _collector_that_gives_way() -> Iterator[None]:
    """The collector runs often, and lets another thread go on."""
    before = gc.get_threshold()

    def give_way(_phase: str, _info: object) -> None:
        time.sleep(0)

    gc.callbacks.append(give_way)
    gc.set_threshold(20)
    yield
    gc.set_threshold(*before)
    gc.callbacks.remove(give_way)


@pytest.mark.usefixtures("_collector_that_gives_way")
def test_threads_that_parse_at_the_same_time_do_not_disturb_each_other() -> None:
    code = Path(__file__).read_text(encoding="utf-8")
    bodies: list[int] = []

    def parse() -> None:
        bodies.extend(len(parse_module(code).body) for _ in range(8))

    threads = [threading.Thread(target=parse) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert bodies == [len(ast.parse(code).body)] * 16
