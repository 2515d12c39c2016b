"""Exports that plain sockets cannot do: scripts that the program's own engine runs."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from contextlib import closing
from pathlib import Path

import pytest

from tests.exported import ran
from workbench.journal.joined import open_record
from workbench.resources import resource
from workbench.scenario.code import to_python
from workbench.scenario.model import load, parse
from workbench.scenario.named_values import Given
from workbench.scenario.permissions import Permissions
from workbench.scenario.runner import Runner
from workbench.session import Session
from workbench.testing import StepFailed, scripted

LAYERED = [
    path
    for path in sorted(resource("scenarios").glob("*.toml"))
    if 34 <= int(path.stem.partition("-")[0]) <= 49
]
BOUND = 60.0
"""Seconds; only catches a hang."""
CHANCE = re.compile(r"mask='[0-9a-f]{8}'|127\.0\.0\.1:\d+")
CHANCE_IN_HEADS = re.compile(rb"(?m)^(?:Host|Origin|Sec-WebSocket-(?:Key|Accept)): .*$")
TIMED = {"ws.pong", "tls.end"}
ENDS = {"'data'", "'alert', 'close_notify'"}
"""How TLS cuts what is sent, and how what is still open at the end of a run ends, is of time."""
AS_MANY_AS_THERE_IS_ROOM = {"46-ws-last-words"}
"""Those that send until the kernel's buffers are full."""
ECHO = """
[endpoint.s]
role = "listener"
address = "127.0.0.1:0"
responder = { kind = "echo" }
MORE
[endpoint.c]
address = "@s"
timeout = 5.0
"""
SERVED = '{ do = "start", endpoint = "s" },\n{ do = "connect", endpoint = "c" },\n'
ASKED = '{ do = "send", endpoint = "c", text = "hi" },\n'


def scenario(*steps: str, more: str = "", top: str = "") -> str:
    lines = "".join(f"{step},\n" for step in steps)
    return f"{top}step = [\n{SERVED}{ASKED}{lines}]\n{ECHO.replace('MORE', more)}"


@pytest.mark.parametrize("path", LAYERED, ids=lambda path: path.stem)
def test_a_demonstration_with_layers_makes_the_same_frames_as_a_script(
    path: Path, tmp_path: Path
) -> None:
    itself, script = tmp_path / "itself.swb", tmp_path / "script.swb"
    scenario_ = load(path)
    with Session(itself, capture=scenario_.capture) as session:
        assert Runner(session, scenario_, timeout=BOUND).run().ok
        session.stop_all_and_wait()
    code = to_python(scenario_)
    assert "from workbench.testing import scripted\n" in code
    done = ran(code, tmp_path, "--record", str(script))
    assert done.returncode == 0, done.stderr
    frames = said_by_layers(itself)
    assert frames
    again = said_by_layers(script)
    if path.stem in AS_MANY_AS_THERE_IS_ROOM:
        assert {key: set(said) for key, said in again.items()} == {
            key: set(said) for key, said in frames.items()
        }
    else:
        assert again == frames


def said_by_layers(record: Path) -> dict[tuple[str, str], Counter[tuple[str, str, bytes]]]:
    """By endpoint and word: the frames, heads and messages of handshakes, but for what is of chance
    or of time in them.
    """
    found: dict[tuple[str, str], Counter[tuple[str, str, bytes]]] = defaultdict(Counter)
    with closing(open_record(record)) as reader:
        for row in reader.page(1, reader.count()):
            if row.kind != "layer" or row.call in TIMED or row.args in ENDS:
                continue
            payload = (row.payload or b"") if row.call.startswith("ws.") else b""
            said = (CHANCE.sub("", row.args), row.errno or "", CHANCE_IN_HEADS.sub(b"", payload))
            found[row.endpoint or "", row.call][said] += 1
    return found


RESPOND = """{ do = "respond", endpoint = "s", responder = { kind = "greet", text = "x" } }"""
BY = '{ do = "expect", endpoint = "c", closed = "reset", by = "us" }'
LAYER_ALONE = "websocket = {}\nlayers = ['websocket']"


@pytest.mark.parametrize(
    ("steps", "more", "status"),
    [
        pytest.param([RESPOND], "", 0, id="respond"),
        pytest.param([], "messages = { idle = 0.05 }", 0, id="idle"),
        pytest.param(['{ do = "abort", endpoint = "c" }', BY], "", 0, id="by"),
        pytest.param([], LAYER_ALONE, 1, id="a server alone has a layer"),
    ],
)
def test_what_plain_sockets_cannot_do_is_done_all_the_same(
    steps: list[str], more: str, status: int, tmp_path: Path
) -> None:
    expects = '{ do = "expect", endpoint = "c", text = "hi" }'
    code = to_python(parse(scenario(expects, *steps, more=more)))
    assert "from workbench.testing import scripted\n" in code
    done = ran(code, tmp_path)
    assert done.returncode == status, done.stderr


def test_a_step_that_fails_fails_the_script_at_its_line(tmp_path: Path) -> None:
    made = scenario('{ do = "expect", endpoint = "c", text = "ho", within = 0.1 }',
                    more="messages = { idle = 0.05 }")  # fmt: skip
    done = ran(to_python(parse(made)), tmp_path)
    assert done.returncode == 1
    assert "StepFailed" in done.stderr
    assert "c.expect(text='ho', within=0.1)" in done.stderr


@pytest.mark.parametrize("top", ['on_failure = "next"\n', ""])
def test_steps_go_on_and_it_fails_at_its_end(top: str, tmp_path: Path) -> None:
    own = "" if top else ', on_failure = "next"'
    made = scenario(
        f'{{ do = "expect", endpoint = "c", text = "ho", within = 0.1{own} }}',
        '{ do = "expect", endpoint = "c", text = "hi" }',
        '{ do = "note", text = "all the same" }',
        more="messages = { idle = 0.05 }",
        top=top,
    )
    record = tmp_path / "kept.swb"
    done = ran(to_python(parse(made)), tmp_path, "--record", str(record))
    assert done.returncode == 1
    assert done.stderr.count("StepFailed: ") == 1
    assert b"all the same" in record.read_bytes()


def test_a_stranger_s_script_asks_first(tmp_path: Path) -> None:
    made = scenario('{ do = "run", command = ["true"] }', more="messages = { idle = 0.05 }")
    code = to_python(parse(made, given=Given({}, (), Permissions(allow_run=True))))
    refused = ran(code, tmp_path)
    assert refused.returncode == 1
    assert "--allow-run" in refused.stderr
    assert ran(code, tmp_path, "--allow-run").returncode == 0


def test_a_command_line_that_is_wrong_is_status_2(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as caught, scripted("it", arguments=["--set", "x"]):
        pass
    assert caught.value.code == 2
    assert "x" in capsys.readouterr().err


def test_values_are_given_on_the_command_line() -> None:
    with scripted(arguments=["--set", "word=other"]) as workbench:
        workbench.values(word="usual")
        workbench.server(name="s", responder={"kind": "echo"})
        client = workbench.client(name="c", address="@s")
        client.send(text="{word}")
        client.expect(text="other")
        with pytest.raises(StepFailed):
            client.expect(text="usual", within=0)


def test_a_value_that_is_given_reaches_addresses_too(tmp_path: Path) -> None:
    """An address that values stand in is written so, and not as it was with those of the file."""
    text = scenario(more="layers = ['websocket']\nwebsocket = {}")
    text = text.replace('address = "127.0.0.1:0"', 'address = "{host}:{port}"')
    text = text.replace('address = "@s"', 'address = "ws://{host}:{s.port}/{path}"').replace(
        "[endpoint.s]", '[values]\nhost = "127.0.0.1"\nport = 1\npath = "x"\n[endpoint.s]'
    )
    code = to_python(parse(text))
    assert "{host}:{port}" in code
    done = ran(code, tmp_path, "--set", "port=0")
    assert done.returncode == 0, done.stderr


def test_a_value_made_in_a_script_is_made_once(tmp_path: Path) -> None:
    with scripted(arguments=[]) as workbench:
        workbench.values(id="{uuid}")
        server = workbench.server(responder={"kind": "echo"})
        client = workbench.client(address=server.address)
        client.send(text="{id}")
        client.expect(text="{id}")
