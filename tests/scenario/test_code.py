"""A scenario as plain Python runs, and makes the same calls."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from tests.exported import ran
from tests.scenario.conftest import Play
from workbench.engine.model.commands import Send
from workbench.engine.model.responders.echo import Echo
from workbench.engine.model.settings import EndpointSettings, Role
from workbench.engine.model.tail import Append
from workbench.payload.templates import hex_template
from workbench.resources import resource
from workbench.scenario.code import of_plain_sockets, to_python
from workbench.scenario.code_answers import answers_class
from workbench.scenario.code_bytes import payload
from workbench.scenario.code_calls import ScriptSteps
from workbench.scenario.code_expect import expectation
from workbench.scenario.code_help import all_names, parts_of
from workbench.scenario.code_sockets import address
from workbench.scenario.code_steps import taken_by, until_open
from workbench.scenario.code_values import CodePlace, expression
from workbench.scenario.model import load, parse
from workbench.scenario.steps import Expect

UDP = """title = "udp"
[endpoint.server]
role = "datagram"
type = "SOCK_DGRAM"
address = "127.0.0.1:0"
timeout = 5.0
[endpoint.client]
role = "datagram"
type = "SOCK_DGRAM"
bind = "127.0.0.1:0"
address = "@server"
timeout = 5.0
[[step]]
do = "start"
endpoint = "server"
[[step]]
do = "start"
endpoint = "client"
[[step]]
do = "send"
endpoint = "client"
text = "hello, 服务器"
to = "@server"
[[step]]
do = "recv"
endpoint = "server"
size = 1024
[[step]]
do = "recv"
endpoint = "client"
size = 10
error = "TimeoutError"
[[step]]
do = "stop"
endpoint = "client"
[[step]]
do = "stop"
endpoint = "server"
"""


def test_the_script_runs_by_itself() -> None:
    code = to_python(parse(UDP.replace("timeout = 5.0", "timeout = 0.2")))
    ran = subprocess.run(
        [sys.executable, "-I", "-X", "utf8", "-c", code],
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
        encoding="utf-8",
    )
    assert ran.returncode == 0, ran.stderr
    assert repr("hello, 服务器".encode()) in ran.stdout
    assert "TimeoutError" in ran.stdout


@pytest.mark.parametrize(
    "path", sorted(resource("scenarios").glob("*.toml")), ids=lambda path: path.stem
)
def test_every_ready_scenario_makes_valid_python(path: Path) -> None:
    ast.parse(to_python(load(path)))


SERVER = EndpointSettings("s", Role.LISTENER, responder=Echo(), bufsize=7)
CLIENT = EndpointSettings("c", Role.STREAM)


def test_the_parts_of_a_script() -> None:
    assert answers_class(SERVER, "Answers_s", (), reads=True, accepts=False).lines[:4] == [
        "class Answers_s(Answers):",
        "    accepts = False  # only when a step says so",
        "    size = 7",
        "    closes = True  # when the peer has finished",
    ]
    made = payload(Send("c", text="a", append=Append.CRLF), CLIENT)
    assert made.text == r"'a'.encode('utf-8') + b'\r\n'"
    assert made.fixed == b"a\r\n"
    assert expectation(Expect("c", hex="01 ?? 02", count=2), CLIENT, "c").lines == [
        r"expect('c', 2.0, regex='(?s)\\A\\x01.\\x02', count=2)"
    ]
    assert address("[::1]:80", "AF_INET6") == "('::1', 80)"
    template = hex_template("u16[{id} 00] u8(n+1) {ntp}", {"id", "n"}, "utf-8")
    assert expression(template, CodePlace("utf-8", "taken", frozenset({"n"}))) == (
        "sized('u16', value('id', taken) + b'\\x00')"
        " + counted('u8', number('n', taken, hexed=True) + 1) + now('ntp')"
    )
    assert taken_by([Expect("c", regex="(?P<a>.)"), Expect("c", hex="{b:2} {c:*}")]) == {*"abc"}
    assert until_open(["c = Noted('c')", "c.connect(('a', 1))"], 5)[-3:] == [
        "        if time.monotonic() > until:",
        "            raise",
        "        time.sleep(0.1)",
    ]
    assert address("@s", "AF_INET") == "where['s']"


def test_the_helper_has_the_standard_library_alone() -> None:
    """As it stands in a script it compiles, and says no word of the program."""
    parts = parts_of({"looking", "noted_socket", "by_itself", "expecting", "few_files"})
    assert [part.about for part in parts] == list(dict.fromkeys(part.about for part in parts))
    lines = [line for part in parts for line in part.imports]
    assert {line.split()[1].partition(".")[0] for line in lines} <= sys.stdlib_module_names
    for part in parts:
        ast.parse(part.body)
        assert "workbench" not in part.body
    assert {"Noted", "expect", "by_itself", "look_until", "no_files", "turns"} <= all_names()


def test_what_is_not_the_same_is_said() -> None:
    text = """step = [
  { do = "start", endpoint = "s" },
  { do = "connect", endpoint = "c" },
  { do = "recv", endpoint = "c", wait = false },
]
[endpoint.s]
role = "listener"
address = "127.0.0.1:0"
[endpoint.c]
address = "@s"
messages = { ends = "\\n" }
ignore = [{ text = "ping" }]
"""
    code = of_plain_sockets(parse(text))
    assert "plain script: wait = false" in code
    assert "hidden['c'] = " in code


def test_steps_are_written_as_calls_and_say_which_parts_of_the_helper_they_need() -> None:
    plain = parse('step = [{ do = "connect" }, { do = "close" }]\nendpoint.c = "127.0.0.1:9"')
    script = ScriptSteps(plain)
    lines = [line.strip() for line in script.steps(plain.steps)]
    assert "c.connect(('127.0.0.1', 9))" in lines
    assert "expecting" not in script.needs
    awaited = parse('step = [{ do = "expect", text = "a" }]\nendpoint.c = "127.0.0.1:9"')
    script = ScriptSteps(awaited)
    assert script.steps(awaited.steps)
    assert "expecting" in script.needs


def test_what_no_plain_socket_sees_builds_on_the_engine() -> None:
    fault = """
step = [{ do = "expect", endpoint = "s", call = "messages.fault" }]
[endpoint.s]
role = "listener"
address = "127.0.0.1:0"
messages = { size = 3 }
"""
    assert "from workbench.testing import scripted" in to_python(parse(fault))
    assert "scripted" not in to_python(parse(fault.replace("fault", "recv")))


TALK = """
step = [
  {{ do = "start", endpoint = "s" }},
  {{ do = "connect", endpoint = "c" }},
  {{ do = "send", endpoint = "c", text = "{sent}" }},
  {{ do = "expect", endpoint = "c", {wanted} }},
]
[endpoint.s]
role = "listener"
address = "127.0.0.1:0"
responder = {{ kind = "echo" }}
[endpoint.c]
address = "@s"
encoding = "{encoding}"
"""


@pytest.mark.parametrize(
    ("sent", "wanted", "encoding"),
    [
        ("第五步", 'contains = "四"', "big5"),
        ("第五步", 'absent = true, within = 0.1, contains = "四"', "big5"),
        ("a", 'text = "a"', "utf-16"),
        ("表", 'text = "表"', "iso2022_jp"),
        ("a", "regex = '\\p{Ll}'", "utf-8"),
        ("a", 'each = true, count = 2, text = "a"', "utf-8"),
        ("a", 'next = true, call = "recv"', "utf-8"),
        ("a", 'call = "recv", peer = "@s", absent = true', "utf-8"),
    ],
)
def test_what_a_plain_script_would_judge_otherwise_builds_on_the_engine(
    sent: str, wanted: str, encoding: str
) -> None:
    said = {"sent": sent, "wanted": wanted, "encoding": encoding}
    assert "from workbench.testing import scripted" in to_python(parse(TALK.format(**said)))


@pytest.mark.parametrize(
    ("wanted", "holds"),
    [
        ('text = "bc"', False),
        ('text = "bc", absent = true, within = 0.1', False),
        ('hex = "62 ??", absent = true, within = 0.1', False),
        ('text = "cb", absent = true, within = 0.1', True),
        ('regex = "b", next = true', False),
        ("regex = '[^\\xff]b'", True),
        ('contains = "x", absent = true, within = 0.1, connection = 3', False),
    ],
)
def test_a_script_comes_to_the_verdict_of_the_run(
    play: Play, tmp_path: Path, wanted: str, holds: bool
) -> None:
    within = "" if "within" in wanted else ", within = 0.3"
    text = TALK.format(sent="abc", wanted=wanted + within, encoding="utf-8")
    code = to_python(parse(text))
    assert "scripted" not in code
    done = ran(code, tmp_path)
    assert (done.returncode == 0) is holds is play(text).ok, done.stderr


@pytest.mark.parametrize(
    ("error", "holds"),
    [("ECONNREFUSED", True), ("ETIMEDOUT", False), ("ConnectionRefusedError", True),
     ("OSError", True), ("TimeoutError", False)],
)  # fmt: skip
def test_another_error_than_the_one_that_is_due_fails_the_script(
    tmp_path: Path, port: int, error: str, holds: bool
) -> None:
    step = f'step = [{{ do = "connect", error = "{error}" }}]'
    done = ran(to_python(parse(f'{step}\nendpoint.c = "127.0.0.1:{port}"')), tmp_path)
    assert (done.returncode == 0) is holds, done.stderr


@pytest.mark.parametrize(
    ("encoding", "plain"), [("big5", False), ("utf-16", False), ("utf-8", True)]
)
def test_messages_that_end_within_other_characters_build_on_the_engine(
    encoding: str, *, plain: bool
) -> None:
    said = {"sent": "a|", "wanted": "text = 'a'", "encoding": encoding}
    text = TALK.format(**said) + 'messages = { ends = "|" }\n'
    wanted = text.replace("text = 'a'", 'hex = "61"')
    assert ("scripted" in to_python(parse(wanted))) is not plain


def test_a_delayed_answer_goes_out_before_the_script_closes(tmp_path: Path) -> None:
    rules = 'kind = "rules", rules = [{ reply = "late", delay = 0.2 }]'
    said = {"sent": "a", "wanted": 'text = "late"', "encoding": "utf-8"}
    text = TALK.format(**said).replace('kind = "echo"', rules)
    half = '  { do = "shutdown", endpoint = "c" },\n  { do = "expect"'
    end = '  { do = "expect", endpoint = "c", call = "recv", result = 0 },\n]'
    text = text.replace('  { do = "expect"', half, 1).replace("\n]", f"\n{end}", 1)
    code = to_python(parse(text))
    assert "scripted" not in code
    done = ran(code, tmp_path)
    assert done.returncode == 0, done.stderr
