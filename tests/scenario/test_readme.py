"""What both READMEs show of the language is understood, and what is whole holds when it is run."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Iterator
from itertools import product
from pathlib import Path

import pytest

from tests.scenario.conftest import Play, reasons
from workbench.payload.patterns import EXPECT_TIME, compile_pattern
from workbench.scenario.keys import DO
from workbench.scenario.model import load_cases
from workbench.scenario.named_values import Given
from workbench.scenario.permissions import Permissions
from workbench.texts import Problem

ROOT = Path(__file__).parents[2]
READMES = ("README.md", "resources/README.zh_CN.md")
ALLOWED = Given(environment=("NAME",), permissions=Permissions(allow_run=True))
OTHER = frozenset({"GITHUB_ACTIONS=true"})
"""What looks like TOML and is something else."""
GROUPS = "(?P<id>a)(?P<n>b)(?P<name>c)(?P<key>d)(?P<value>e)(?P<given>f)"
FOUND = "(?P<id>a)(?P<key>d)(?P<given>f)"
SERVERS = (
    '[endpoint.server]\nrole = "listener"\naddress = "127.0.0.1:0"\n',
    '[endpoint.server]\nrole = "listener"\naddress = "ws://127.0.0.1:0"\n',
    '[endpoint.server]\nrole = "datagram"\naddress = "127.0.0.1:0"\n',
)
CLIENTS = (
    '[endpoint.client]\naddress = "@server"\n',
    '[endpoint.client]\naddress = "@server"\nmessages = "http"\n',
    '[endpoint.client]\naddress = "ws://@server/"\n',
    '[endpoint.client]\nrole = "datagram"\naddress = "@server"\n',
)
PROBE = '{ do = "run", name = "probe", command = ["true"], wait = false }'
STEPS = (
    "<keys>",
    'do = "expect", endpoint = "client", <keys>',
    'do = "expect", endpoint = "client", text = "x", <keys>',
    'do = "expect", endpoint = "client", json = {}, <keys>',
    'do = "send", endpoint = "client", <keys>',
    'do = "send", endpoint = "client", text = "x", <keys>',
    'do = "connect", endpoint = "client", <keys>',
    'do = "accept", endpoint = "server", <keys>',
    'do = "run", <keys>',
    'do = "run", command = ["true"], <keys>',
    'do = "ws_close", endpoint = "client", <keys>',
    f'do = "loop", until = {{ <keys> }}, step = [{PROBE}]',
    f'do = "loop", until = {{ errno = "*" }}, <keys>, step = [{PROBE}]',
    f'do = "loop", <keys>, step = [{PROBE}]',
)
RULES = (
    "rules = [ { <keys> } ]",
    f'rules = [ {{ match = "regex", value = "{GROUPS}", <keys> }} ]',
    f'rules = [ {{ match = "regex", value = "{FOUND}", <keys>, reply = "{{value}}" }} ]',
    f'rules = [ {{ match = "regex", value = "{FOUND}", <keys>, reply = "{{owner}}" }} ]',
    f'rules = [ {{ match = "regex", value = "{FOUND}", <keys>, reply = "{{name}}" }} ]',
    "rules = [], <keys>",
)


def places() -> Iterator[str]:
    """Scenarios with a gap for keys, at each kind of place where keys stand."""
    ends = list(zip(SERVERS[:1] + SERVERS, CLIENTS, strict=True))
    for (server, client), step in product(ends, STEPS):
        yield f"step = [ {PROBE}, {{ {step} }} ]\n{server}{client}"
    for server, client in ends:
        begin = f"step = []\n{server}{client}"
        yield f"{begin}<keys>\n"
        yield f"step = [ {PROBE.replace('probe', 'name')}, {{ <keys> }} ]\n{server}{client}"
        yield f"step = []\n{client}{server}<keys>\n"
        yield f"<keys>\nstep = [ {PROBE} ]\n{server}{client}"
        for table in ("client.tls", "server.tls", "client.websocket", "client.messages"):
            yield f"{begin}[endpoint.{table}]\n<keys>\n"
        yield f'{begin}messages = {{ ends = "x", <keys> }}\n'
        yield f'{begin}messages = {{ length = "u16", <keys> }}\n'
        yield f'{begin}messages = {{ pattern = "(?P<length>.)", <keys> }}\n'
        later = 'step = [ { do = "start_layer", endpoint = "client" } ]'
        yield f"{later}\n{server}{client}tls = {{ <keys> }}\n"
        yield f"step = []\n[values]\n<keys>\n{server}{client}"
        for case in ("", '[[case]]\nx = "a secret"\n'):
            yield f"step = []\n{case}[values]\nx = {{ <keys> }}\n{server}{client}"
        for rule in RULES:
            yield f'step = []\n{client}{server}responder = {{ kind = "rules", {rule} }}\n'
        yield f'step = []\n{client}{server}responder = {{ kind = "echo", <keys> }}\n'


PLACES = list(places())


def snippets(readme: str) -> list[str]:
    """The TOML in a README's lines: `key = value` and `{ … }`, but for what stands for anything."""
    found = []
    for text in re.findall(r"`([^`\n]+)`", (ROOT / readme).read_text("utf-8")):
        if "…" in text or r"\|" in text or text in OTHER or text.startswith("["):
            continue
        try:
            tomllib.loads(f"x = {text}" if text.startswith("{") else text)
        except tomllib.TOMLDecodeError:
            continue
        found.append(text)
    return list(dict.fromkeys(found))


@pytest.fixture
def understood(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], bool]:
    monkeypatch.setenv("NAME", "a secret")
    (tmp_path / "requests.csv").write_text("id,name\n1,ann\n")
    (tmp_path / "users.csv").write_text("id,full name\n1,ann\n")
    file = tmp_path / "x.toml"

    def stands(keys: str) -> bool:
        for place in PLACES:
            file.write_text(place.replace("<keys>", keys), "utf-8")
            try:
                load_cases(file, ALLOWED)
            except Problem:
                continue
            PLACES.remove(place)  # what one has in it, the next often has too
            PLACES.insert(0, place)
            return True
        return False

    return stands


@pytest.mark.parametrize("readme", READMES)
def test_every_piece_of_toml_is_understood(understood: Callable[[str], bool], readme: str) -> None:
    texts = snippets(readme)
    assert len(texts) > 80
    assert not [
        text
        for text in texts
        if not understood(text[1:-1].strip() if text.startswith("{") else text)
    ]


@pytest.mark.parametrize("readme", READMES)
def test_every_whole_scenario_holds(play: Play, readme: str) -> None:
    blocks = re.findall(
        r"^```toml\n(.*?)^```", (ROOT / readme).read_text("utf-8"), re.MULTILINE | re.DOTALL
    )
    assert len(blocks) == 2
    for block in blocks:
        report = play(block)
        assert report.ok, reasons(report)


def shown(readme: str, *with_: str) -> list[str]:
    """The pieces of TOML that have these in them, in their order."""
    return [text for text in snippets(readme) if any(part in text for part in with_)]


PAIR = """
[endpoint.server]
role = "listener"
address = "127.0.0.1:0"
{server}
[endpoint.client]
address = "{scheme}@server"
{client}
"""
OPEN = '{ do = "start", endpoint = "server" }, { do = "connect", endpoint = "client" },'


def talk(steps: str, *, server: str = "", client: str = "", scheme: str = "") -> str:
    ends = PAIR.format(server=server, client=client, scheme=scheme)
    if scheme:
        ends = ends.replace('"127', f'"{scheme}127').replace("@server", "@server/")
    return f"defaults = {{ within = 30 }}\nstep = [ {OPEN}\n{steps}\n]\n{ends}"


@pytest.mark.parametrize("readme", READMES)
def test_100_continue_as_it_is_shown(play: Play, readme: str) -> None:
    rules = ", ".join(shown(readme, "(?i)expect: 100-continue", 'when = "body"'))
    report = play(
        talk(
            '{ do = "send", endpoint = "client", text = "PUT / HTTP/1.1\\r\\nHost: a\\r\\n'
            'Content-Length: 5\\r\\nExpect: 100-continue\\r\\n\\r\\n" },'
            '{ do = "expect", endpoint = "client", status = 100 },'
            '{ do = "send", endpoint = "client", text = "hello" },'
            '{ do = "expect", endpoint = "client", status = 200 },',
            server=f'responder = {{ kind = "rules", rules = [ {rules} ] }}',
            client='messages = "http"',
        )
    )
    assert report.ok, reasons(report)


@pytest.mark.parametrize("readme", READMES)
def test_arrays_of_redis_as_they_are_shown(play: Play, readme: str) -> None:
    (pattern,) = shown(readme, "messages = { pattern = '\\*1")
    (text,) = shown(readme, 'text = "*2')
    report = play(
        talk(
            f'{{ do = "send", endpoint = "client", {text} }},'
            f'{{ do = "send", endpoint = "client", text = "*1\\r\\n$4\\r\\nPING\\r\\n" }},'
            f'{{ do = "expect", endpoint = "server", {text}, next = true }},'
            '{ do = "expect", endpoint = "server", contains = "PING", next = true },'
            f'{{ do = "expect", endpoint = "client", {text}, next = true }},',
            server=f'{pattern}\nresponder = {{ kind = "echo" }}',
        )
    )
    assert report.ok, reasons(report)


@pytest.mark.parametrize("readme", READMES)
def test_several_answers_as_they_are_shown(play: Play, readme: str) -> None:
    expected, first = shown(readme, 'text = "subscribe"', 'text = "first"')
    answers = (
        '{ do = "expect", endpoint = "client", text = "first", next = true },'
        '{ do = "expect", endpoint = "client", text = "first", next = true },'
    )
    asked = '{ do = "send", endpoint = "client", text = "subscribe" },'
    report = play(talk(f"{asked} {expected}, {first}, {first}, {answers}", scheme="ws://"))
    assert report.ok, reasons(report)
    (reply,) = shown(readme, 'reply = "+OK\\r\\n+DONE')
    lines = 'messages = { ends = "\\r\\n" }'
    report = play(
        talk(
            f'{asked} {{ do = "expect", endpoint = "client", text = "+OK", next = true }},'
            '{ do = "expect", endpoint = "client", text = "+DONE", next = true },',
            server=f'responder = {{ kind = "rules", rules = [ {{ {reply} }} ] }}',
            client=lines,
        ).replace("[endpoint.server]", "[endpoint.second]").replace('"server"', '"second"')
        .replace("@server", "@second").replace("endpoint.client", "endpoint.other")
        .replace('"client"', '"other"')
    )  # fmt: skip
    assert report.ok, reasons(report)


def test_a_dot_is_a_line_end_too(play: Play) -> None:
    assert compile_pattern("a.b").matches("a\nb", EXPECT_TIME)
    assert not compile_pattern(r"a[^\r]*b").matches("a\r\nb", EXPECT_TIME)
    report = play(
        talk(
            '{ do = "send", endpoint = "client", text = "one\\r\\ntwo\\r\\n" },'
            '{ do = "expect", endpoint = "client", regex = \'^(?P<all>.*)two\\r\\n$\' },',
            server='responder = { kind = "echo" }',
        )
    )
    assert report.ok, reasons(report)


@pytest.mark.parametrize("readme", READMES)
def test_every_kind_of_step_is_named_where_steps_are_told(readme: str) -> None:
    (line,) = re.findall(r"^`do` .*", (ROOT / readme).read_text("utf-8"), re.MULTILINE)
    named = " ".join(re.findall(r"`([^`]+)`", line)).split()
    assert sorted(named) == sorted(("do", *DO))


_BEGINS = re.compile(r"#+ |- |\||```|!\[|")


def test_both_readmes_have_the_same_headings_lists_tables_and_examples() -> None:
    """Line by line, but for what the words are: what one has, the other one has at its place."""
    english, chinese = (
        [
            (_BEGINS.match(line.strip()) or [""])[0]
            for line in (ROOT / readme).read_text(encoding="utf-8").splitlines()
            if line.strip()
        ]
        for readme in READMES
    )
    assert english == chinese
