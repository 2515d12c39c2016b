"""A scenario as plain Python makes the calls of its run: strace looks at the script."""

from __future__ import annotations

import re
import sys
from collections import Counter
from pathlib import Path

import pytest

from tests.e2e.python_calls import calls_of_run, calls_of_script, in_order
from workbench.resources import resource
from workbench.scenario.code import to_python
from workbench.scenario.model import load, parse
from workbench.texts import tr

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="strace is Linux's")
BEYOND = {"28-multicast"}
"""It binds where other machines can reach it."""
OF_MOMENTS = {"15-slow-reader", "32-linger"}
"""How much is under way when a step ends it depends on the moment."""
KINDS_ALONE = {"21-reuseport"}
"""How many of its forty connections are accepted before the stop depends on it too."""
SHIPPED = sorted(resource("scenarios").glob("*.toml"))
LAYERED = [path for path in SHIPPED if re.search(r"(?:ws|tls)\b|websocket", path.stem)]
"""A script has the standard library's sockets alone, and none of TLS or WebSocket over them."""


ENDS = """
[endpoint.server]
role = "listener"
address = "127.0.0.1:0"
{server}
[endpoint.client]
address = "@server"
timeout = 20
{client}
"""
BEGIN = (
    '{ do = "start", endpoint = "server" }',
    '{ do = "connect", endpoint = "client", until_open = 5 }',
)


def client(do: str, keys: str) -> str:
    return f'{{ do = "{do}", endpoint = "client", {keys} }}'


def talk(*steps: str, server: str = "", ours: str = "", values: str = "") -> str:
    lines = "".join(f"  {step},\n" for step in (*BEGIN, *steps))
    ends = ENDS.replace("{server}", server).replace("{client}", ours)
    return f'title = "a talk"\ndefaults = {{ within = 20 }}\nstep = [\n{lines}]\n{values}\n{ends}'


LINES = 'messages = { ends = "\\r\\n" }'
FIELD = 'messages = { length = "u16", at = 4 }'
TALKS = {
    "values": talk(
        client("expect", r"regex = 'hi (?P<name>\w+) (?P<number>\d+)\r\n'"),
        client("send", r'text = "{greeting} {name} {number*2+1} {len:name} {base64:name}\r\n"'),
        '{ do = "expect", endpoint = "server", text = "hello Bob 85 3 Qm9i\\r\\n" }',
        client("send", 'hex = \'u16[{name} 00] u32le(number+1) ber["x"] var7["yz"]\''),
        '{ do = "expect", endpoint = "server", hex = "0004 426f6200 2b000000 0178 02797a" }',
        client("send", 'hex = \'pad4["p"] align4[u8(0x7f)]\''),
        '{ do = "expect", endpoint = "server", hex = "70000000 7f000000" }',
        server=r'responder = { kind = "greet", text = "hi Bob 42\r\n" }',
        values='[values]\ngreeting = "hello"\n',
    ),
    "rules of lines, with states": talk(
        client("expect", 'text = "220 ready"'),
        client("send", 'text = "EHLO me", wrap = true'),
        client("expect", 'text = "250 hello me"'),
        client("send", 'text = "DATA", wrap = true'),
        client("expect", 'text = "354 go"'),
        client("send", 'text = "DATA\\r\\n.\\r\\n"'),
        client("expect", 'text = "250 taken", next = true'),
        client("send", 'text = "WHAT", wrap = true'),
        client("expect", 'regex = "^500"'),
        client("send", 'text = "ONCE\\r\\nONCE", wrap = true'),
        client("expect", 'text = "first"'),
        client("expect", 'text = "500 what?"'),
        client("send", 'text = "QUIT", wrap = true'),
        client("expect", 'text = "221 bye"'),
        client("expect", 'call = "recv", result = 0'),
        server=LINES + """
[endpoint.server.responder]
kind = "rules"
greet = "220 ready\\r\\n"
rules = [
  { match = "exact", when = "data", value = ".", to = "", wrap = true, reply = "250 taken" },
  { match = "any", when = "data" },
  { match = "regex", value = '^EHLO (?P<who>\\w+)', wrap = true, reply = "250 hello {who}" },
  { match = "contains", value = "DATA", to = "data", wrap = true, reply = "354 go" },
  { match = "exact", value = "ONCE", times = 1, wrap = true, reply = "first" },
  { match = "exact", value = "QUIT", wrap = true, reply = "221 bye", then = "close" },
]
else = { wrap = true, reply = "500 what?" }
""",
        ours=LINES,
    ),
    "rules of hex, with lengths": "placeholders = true\n"
    + talk(
        client("send", 'wrap = true, hex = "0007 0000 11 03 0000 0003"'),
        client("expect", 'hex = "{id:2} 0000 0006 11 {function:1} 0064 00c8"'),
        client("send", 'wrap = true, hex = "{id} 0000 11 u8(function+1) 0000 0003"'),
        client("expect", 'hex = "{id} 0000 0003 11 84 01"'),
        client("send", 'hex = "0001 0000 0003 01 02 03", append = "crc16-modbus"'),
        client("send", 'hex = "0000 0000 0000", pieces = 2'),
        '{ do = "expect", endpoint = "server", hex = "dbd9 0000 0000" }',
        server=FIELD + """
[endpoint.server.responder]
kind = "rules"
rules = [
  { match = "hex", value = 'HEAD 03 ????????', reply_hex = 'BACK[{unit} 03 u16(100) u16(200)]' },
  { match = "hex", value = 'HEAD {f:1} ????????', reply_hex = 'BACK[{unit} u8(f+128) 01]' },
]
""",
        ours=FIELD,
    )
    .replace("HEAD", "{id:2} 0000 ???? {unit:1}")
    .replace("BACK", "{id} 0000 u16"),
    "numbers in patterns of hex": "placeholders = true\n"
    + talk(
        client("send", 'wrap = true, hex = "01 u32le(77) 05"'),
        client("expect", 'hex = "0008 01 {u32le:id} {n:1} {u16:size}"'),
        client("send", 'wrap = true, hex = "02 u16(id+size) {id}"'),
        client("expect", 'hex = "0007 02 u16(id+size) u8[{id}] {ber:last}"'),
        client("send", 'wrap = true, json = { last = "{last}", id = "{id}" }'),
        '{ do = "expect", endpoint = "server", contains = \'{"last":78,"id":77}\' }',
        server=FIELD.replace(", at = 4", "") + """
[endpoint.server.responder]
kind = "rules"
rules = [
  { match = "hex", value = "01 {u32le:a} {b:1}", reply_hex = "u16[01 u32le(a) {b} u16(7)]" },
  { match = "hex", value = "02 {u16:a} {b:2}", reply_hex = "u16[02 u16(a) u8[{b}] ber(78)]" },
]
""",
        ours=FIELD.replace(", at = 4", ""),
    ),
    "requests of HTTP": talk(
        client("send", 'text = "GET / HTTP/1.1;Host: a;;GET /2 HTTP/1.1;;"'),
        client("expect", 'contains = "one"'),
        client("expect", 'contains = "other"'),
        server="""messages = "http"
[endpoint.server.responder]
kind = "rules"
rules = [
  { match = "contains", value = "GET / ", reply = "OK;Content-Length: 3;;one" },
]
else = { reply = "OK;Transfer-Encoding: chunked;;5;other;0;;" }
""",
        ours='messages = "http"',
    )
    .replace("OK;", "HTTP/1.1 200 OK;")
    .replace(";", r"\r\n"),
    "an address that was taken": talk(
        client("expect", r"regex = 'go to (?P<p1>\d+),(?P<p2>\d+)$'"),
        client("shutdown", 'how = "SHUT_WR"'),
        client("expect", 'closed = "fin"'),
        '{ do = "loop", times = 3, pause = 0.01, step = ['
        ' { do = "send", endpoint = "udp", text = "{counter}", repeat = 2 } ] }',
        # Counted: what is not waited for may be unread when its reader is closed.
        '{ do = "expect", endpoint = "sink", text = "2", count = 3 }',
        server='responder = { kind = "greet", text = "go to 1,2" }',
        values='[values]\nunused = 1\n[endpoint.sink]\nrole = "datagram"\naddress = "127.0.0.1:0"\n'
        '[endpoint.udp]\nrole = "datagram"\naddress = "@sink"\n',
    ).replace("step = [\n", 'step = [\n  { do = "start", endpoint = "sink" },\n', 1),
    "rounds of loops": talk(
        '{ do = "loop", times = 3, step = [',
        client("send", 'text = "{round}/"'),
        '{ do = "loop", times = 2, step = [',
        client("send", 'hex = "u8(round+1) {round}"'),
        "] }",
        client("send", 'wrap = true, text = "{round*2}"'),
        client("expect", r"regex = '^{round}/.1.2\d+$'"),
        client("send", 'wrap = true, json = { n = "{round}" }'),
        client("expect", 'json = { n = "{round}" }'),
        "] }",
        server=LINES + '\nresponder = { kind = "echo" }',
        ours=LINES,
        values="[values]\nunused = 1\n",
    )
    .replace("[,", "["),
    "JSON that is expected, taken, sent and ignored": talk(
        client("send", 'wrap = true, json = { type = "login", id = 7, list = [1, "a"] }'),
        client("expect", """json = { type = "login", "list.1" = "a" }, take = { n = "id" }"""),
        client("send", 'wrap = true, json = { id = "{n}", more = "{n+1}", as = "<{n}>" }'),
        client("expect", """json = '{"id": 7, "more": 8, "as": "<7>"}', next = true"""),
        client("send", r'wrap = true, text = "noise\r\nplain"'),
        client("expect", 'text = "plain", next = true, take = { who = "peer", many = "size" }'),
        client("send", 'wrap = true, text = "{many} {who}"'),
        client("expect", "regex = '^5 127[.]0[.]0[.]1:{server.port}$'"),
        server=LINES + '\nresponder = { kind = "echo" }',
        ours=LINES + '\nignore = [ { json = { type = "ping" } }, { contains = "noise" } ]',
    ),
    "JSON of a stream": "placeholders = true\n"
    + talk(
        client("send", """text = 'hello {"id": 1} {"id": 2, "token": "a"}'"""),
        client("expect", """json = { id = 2 }, take = { t = "token" }"""),
        client("send", 'text = "{t}"'),
        client("expect", 'text = "a", next = true'),
        server='responder = { kind = "echo" }',
    ),
    "a greeting that is made": "placeholders = true\n"
    + talk(
        client("expect", r"regex = '^[0-9a-f-]{36} 1$'"),
        server='responder = { kind = "greet", text = "{uuid} {counter}" }',
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", TALKS)
def test_all_of_the_language_is_in_the_script(name: str, tmp_path: Path) -> None:
    scenario = parse(TALKS[name])
    run = calls_of_run(scenario, tmp_path / "record.swb")
    assert tr("scenario.not_in_code") not in to_python(scenario)
    script = calls_of_script(scenario, tmp_path)
    assert in_order(script, sizes=True) == in_order(run, sizes=True)


@pytest.mark.parametrize("path", LAYERED, ids=lambda path: path.stem)
def test_a_script_of_layers_stands_on_the_program(path: Path) -> None:
    """Its calls are the program's own; nothing is left out of it."""
    script = to_python(load(path))
    compile(script, path.stem, "exec")
    assert "from workbench.testing import" in script
    assert tr("scenario.not_in_code") not in script


@pytest.mark.parametrize(
    "path",
    [path for path in SHIPPED if path.stem not in BEYOND and path not in LAYERED],
    ids=lambda path: path.stem,
)
def test_the_script_makes_the_calls_of_the_run(path: Path, tmp_path: Path) -> None:
    scenario = load(path)
    sizes = path.stem not in OF_MOMENTS
    run = calls_of_run(scenario, tmp_path / "record.swb")
    script = calls_of_script(scenario, tmp_path)
    if path.stem in KINDS_ALONE:
        run, script = Counter(set(run)), Counter(set(script))
    assert in_order(script, sizes=sizes) == in_order(run, sizes=sizes)
