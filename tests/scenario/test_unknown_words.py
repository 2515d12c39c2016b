"""Words in braces that name nothing are warned of, with file, line and the nearest name."""

from __future__ import annotations

from pathlib import Path

import pytest

from workbench.cli.main import main
from workbench.scenario.model import ScenarioProblem, load_cases, parse
from workbench.scenario.named_values import Given
from workbench.scenario.permissions import Permissions
from workbench.texts import Problem

HEAD = "[values]\nhost = '127.0.0.1'\nuser = 'me'\n"
ENDPOINT = """
[endpoint.my-server]
role = "listener"
address = "{host}:0"
"""
RULES = """
responder = { kind = "rules", greet = %s, rules = [
  { match = "regex", value = 'GET (?P<key>\\w+)', reply = "%s" },
  { match = "hex", value = "ff {id:2} *", reply = "%s" },
] }
"""


ALLOWED = Given(permissions=Permissions(any_file=True, allow_run=True, beyond_loopback=True))


def warned(text: str, *steps: str) -> list[str]:
    lines = "".join(f"  {{ do = 'send', endpoint = 'my-server', {step} }},\n" for step in steps)
    return [
        str(item) for item in parse(f"step = [\n{lines}]\n{HEAD}{ENDPOINT}{text}", "f").warnings
    ]


@pytest.mark.parametrize(
    ("source", "near"),
    [
        ("text = 'hello {usr}'", "user"),
        ("text = '{User}'", "user"),
        ("text = '{my-server.prt}'", "my-server.port"),
        ("text = '{base64:usr}'", "user"),
        ("text = '{user+usr}'", "user"),
        ("text = '{tme}'", "time"),
        ("json = { a = '{usr}' }", "user"),
        ("text = 'a', to = '{hst}:1'", "host"),
    ],
)
def test_an_unknown_word_is_warned_of(source: str, near: str) -> None:
    (warning,) = warned("", source)
    assert warning.startswith("f:2: ")
    assert f"{{{near}}}?" in warning


@pytest.mark.parametrize(
    "source",
    [
        "text = '{user} {{user}} {{usr}} {counter} {random:8} {base64:user} {my-server.port}'",
        """json = '{"a": 1, "b": {}}'""",
        "text = 'a{ b } {a b} {} {1} {a-b} {'",
        "text = 'body { color: red }'",
        "hex = '7b 75 73 72 7d'",
    ],
)
def test_what_is_known_or_no_word_is_not(source: str) -> None:
    assert warned("", source) == []


def test_in_a_pattern_a_category_of_characters_is_none() -> None:
    expect = (
        "step = [ { do = 'expect', regex = '\\p{Lu}{2} \\P{L} \\N{BULLET} (?P<n>a{2,3}) {n}' } ]\n"
    )
    assert parse(f"{expect}{HEAD}{ENDPOINT}").warnings == ()


def test_without_values_every_brace_is_itself() -> None:
    plain = ENDPOINT.replace("{host}", "127.0.0.1")
    send = "step = [ { do = 'send', text = '{usr}' } ]"
    assert parse(send + plain).warnings == ()


def test_groups_of_rules_are_known_in_their_replies() -> None:
    assert warned(RULES % ("'hi {user}'", "{key}", "{id}")) == []
    found = warned(RULES % ("'hi {usr}'", "{kye}", "{idd}"))
    assert [item.split(": ")[0] for item in found] == ["f:11", "f:12", "f:13"]
    assert ["{user}?" in found[0], "{key}?" in found[1], "{id}?" in found[2]] == [True] * 3


def test_run_says_it_on_stderr_and_goes_on(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "t.toml"
    path.write_text(f"step = [ {{ do = 'note', text = '{{usr}}' }} ]\n{HEAD}")
    assert main(["run", str(path)]) == 0
    told = capsys.readouterr()
    assert f"{path}:1: " in told.err
    assert "{user}?" in told.err


def unfilled(step: str, endpoint: str = 'endpoint.c = "127.0.0.1:1"', top: str = "") -> list[str]:
    """What is doubted in a file without values."""
    text = f"{top}step = [\n{step},\n]\n{endpoint}\n"
    return [str(item) for item in parse(text, "f", ALLOWED).warnings]


@pytest.mark.parametrize(
    ("step", "word"),
    [
        ("{ do = 'send', text = 'a {len:body}' }", "len:body"),
        ("{ do = 'send', text = 'a {random:8}' }", "random:8"),
        ("{ do = 'send', text = '{counter}' }", "counter"),
        ("{ do = 'send', text = '{c.port}' }", "c.port"),
        ("{ do = 'send', json = { id = '{uuid}' } }", "uuid"),
        ("{ do = 'expect', regex = '(?P<cas>a)' }, { do = 'send', text = '{cas}' }", "cas"),
        ("{ do = 'send', file = '{folder}/x' }", "folder"),
    ],
)
def test_in_a_file_without_values_what_is_of_the_language_is_warned_of(
    step: str, word: str
) -> None:
    (warning,) = unfilled(step)
    assert warning.startswith("f:2: ")
    assert f"{{{word}}} " in warning
    assert "`placeholders = true`" in warning
    for said in ("placeholders = true\n", "placeholders = false\n"):
        assert not [each for each in unfilled(step, top=said) if "has no values" in each]


@pytest.mark.parametrize(
    "endpoint",
    [
        "endpoint.d = '127.0.0.1:{hi*256+lo}'",
        "endpoint.d = { address = '127.0.0.1:{port}' }",
    ],
)
def test_a_port_that_would_be_filled_in_is_refused_with_what_fills_it_in(endpoint: str) -> None:
    """Who reads a port out of an answer, and has no [values], was told that it is no number."""
    steps = "step = [ { do = 'connect', endpoint = 'd' } ]\n"
    with pytest.raises(ScenarioProblem, match="`placeholders = true` at the top") as refused:
        parse(f"{steps}{endpoint}\n", "f")
    assert refused.value.line == 2
    with pytest.raises(ScenarioProblem, match="The port must be a number"):
        parse(f"placeholders = false\n{steps}{endpoint}\n", "f")


@pytest.mark.parametrize(
    "step",
    [
        "{ do = 'send', text = 'f() {return}' }",
        """{ do = 'send', text = '{"a": {"b": 1}, "c": {}}' }""",
        "{ do = 'send', text = 'body {color: red}' }",
        "{ do = 'send', text = '{counter} {time}', placeholders = true }",
        "{ do = 'send', text = '{{time}} {name}' }",
        "{ do = 'send', hex = '{uuid}' }",
        "{ do = 'run', command = ['x', '{c.port}'] }",
    ],
)
def test_in_a_file_without_values_a_text_may_mean_its_braces(step: str) -> None:
    assert unfilled(step) == []


def test_a_rule_fills_in_what_it_took_and_no_more() -> None:
    rule = "{ match = 'regex', value = '(?P<id>a)', reply = '%s' }"
    server = "[endpoint.s]\nrole = 'listener'\nresponder = { kind = 'rules', rules = [%s] }"
    start = "{ do = 'start' }"
    assert unfilled(start, server % (rule % "{id}")) == []
    assert unfilled(start, server % (rule % "{id} {len:id}")) == []
    (warning,) = unfilled(start, server % (rule % "{id} {len:di}"))
    assert "{len:di}" in warning
    for host in ("{host}", "{a*b}", "{8000+n}"):
        (address,) = unfilled(start, f"endpoint.s = '{host}:1'")
        assert f"{host} stays" in address
        assert "`placeholders = true`" in address


@pytest.mark.parametrize(
    "source",
    [
        "{ kind = 'greet', text = '{uuid}', placeholders = true }",
        "{ kind = 'rules', rules = [{ in_turn = [{ reply = '{uuid}' }], placeholders = true }] }",
        "{ kind = 'rules', rules = [ { keep = { t = '{uuid}' }, store = { '{t}' = '1' } } ] }",
        "{ kind = 'rules', rules = [ { recall = { n = 'n' }, reply = '{len:n}' } ] }",
        "{ kind = 'rules', keep = { n = 1 }, rules = [ { reply = '{len:n}' } ] }",
    ],
)
def test_where_a_responder_says_so_or_always_knows_nothing_is_doubted(source: str) -> None:
    server = f"[endpoint.s]\nrole = 'listener'\nresponder = {source}"
    assert unfilled("{ do = 'start' }", server) == []
    json = "{ do = 'send', json = { id = '{uuid}' }, placeholders = true }"
    assert unfilled(json) == []


@pytest.mark.parametrize(
    ("rule", "word"),
    [
        ("match = 'regex', value = '(?P<a>x)', reply = '{b}'", "{b}"),
        ("match = 'contains', value = 'x {s.port}', reply = 'a'", "{s.port}"),
        ("match = 'contains', value = '{uuid}', reply = 'a'", "{uuid}"),
        ("match = 'contains', value = 'x', reply = '{taken}'", "{taken}"),
    ],
)
def test_what_is_known_elsewhere_alone_is_told_so(rule: str, word: str) -> None:
    text = (
        "step = [ { do = 'expect', regex = '(?P<taken>a)' } ]\n[values]\nx = 1\n[endpoint.s]\n"
        "role = 'listener'\nresponder = { kind = 'rules', rules = [ "
        "{ match = 'regex', value = '(?P<b>y)', reply = '{b} {s.port} {uuid}' }, "
        f"{{ {rule} }} ] }}\n"
    )
    (warning,) = parse(text, "f").warnings
    assert f"{word} stands for nothing here" in str(warning)


def test_a_group_of_another_rule_is_told_of_in_a_file_without_values_too() -> None:
    server = (
        "[endpoint.s]\nrole = 'listener'\nresponder = { kind = 'rules', rules = ["
        " { match = 'regex', value = '(?P<a>x)', reply = '{a}' }, { reply = '{a} {b}' } ] }"
    )
    (warning,) = unfilled("{ do = 'start' }", server)
    assert "{a} stands for nothing here" in warning


def test_a_greeting_knows_no_groups() -> None:
    text = (
        "step = [ { do = 'start' } ]\n[values]\nx = 1\n[endpoint.s]\nrole = 'listener'\n"
        "responder = { kind = 'rules', greet = '{len:x} {s.port} {len:id}', rules = ["
        " { match = 'regex', value = '(?P<id>y)', reply = '{len:id}' } ] }\n"
    )
    (warning,) = parse(text, "f").warnings
    assert "{id} stands for nothing here" in str(warning)


def test_the_name_of_a_file_is_known_before_anything_starts() -> None:
    loop = (
        "step = [ { do = 'loop', times = 2, step = ["
        " { do = 'send', file = 'a{round}.bin' } ] } ]\n[values]\nx = 1\n" + ENDPOINT
    )
    with pytest.raises(Problem, match=r"a\{round\}.bin names what is known only"):
        parse(loop.replace("{host}", "127.0.0.1"), "f")


def test_what_is_shipped_doubts_nothing() -> None:
    for path in (Path(__file__).parents[2] / "resources" / "scenarios").rglob("*.toml"):
        assert [each.text for made in load_cases(path, ALLOWED) for each in made.warnings] == []


@pytest.mark.parametrize(
    ("step", "word"),
    [
        ("text = 'a {time}'", "{time}"),
        ("json = { id = '{uuid}' }", "{uuid}"),
        ("regex = '{unix}'", "{unix}"),
        ("contains = '{random:8}'", "{random:8}"),
    ],
)
@pytest.mark.parametrize("head", ["", HEAD])
def test_what_is_made_anew_cannot_be_expected(step: str, word: str, head: str) -> None:
    text = f"step = [ {{ do = 'expect', {step} }} ]\n{head}[endpoint.c]\naddress = '127.0.0.1:1'\n"
    (warning,) = parse(text, "f").warnings
    assert f"{word} is made anew" in str(warning)


def test_a_counter_can_be_expected() -> None:
    step = "step = [ { do = 'expect', text = '{counter} {len:user}' } ]\n"
    assert parse(f"{step}{HEAD}[endpoint.c]\naddress = '127.0.0.1:1'\n").warnings == ()


@pytest.mark.parametrize("head", ["", HEAD])
def test_a_name_between_the_quotes_of_hex_is_text(head: str) -> None:
    def warned(step: str) -> tuple[object, ...]:
        end = "[endpoint.c]\naddress = '127.0.0.1:1'\n"
        return parse(f"step = [ {step} ]\n{head}{end}", "f", ALLOWED).warnings

    (warning,) = warned("""{ do = 'send', hex = '00 "a {uuid} b"' }""")
    assert "{uuid} stays" in str(warning)
    assert '"a" {uuid} "b"' in str(warning)
    assert warned("""{ do = 'send', hex = '00 "a {b} " {uuid} "{}"' }""") == ()
    (named,) = warned("""{ do = 'send', hex = '"{user}"' }""") if head else ("between quotes",)
    assert "between quotes" in str(named)


@pytest.mark.parametrize("value", ["{pause}", "{pause+1}", "{s.port}", "{my-s.port}", "{round}"])
def test_a_number_is_not_what_is_known_only_later(value: str) -> None:
    text = f"""
placeholders = true
step = [
  {{ do = "expect", endpoint = "s", regex = '(?P<pause>\\d)' }},
  {{ do = "loop", times = 2, step = [{{ do = "wait", seconds = "{value}" }}] }},
]
endpoint.s = "127.0.0.1:1"
endpoint.my-s = "127.0.0.1:2"
"""
    with pytest.raises(ScenarioProblem) as caught:
        parse(text)
    told = Problem("scenario.late_number", key="seconds", value=value)
    assert str(caught.value.args_["reason"]) == told.text
    with pytest.raises(ScenarioProblem) as caught:
        parse(text.replace(value, "{other}"))
    assert "must be a number of seconds" in caught.value.text


@pytest.mark.parametrize(
    ("address", "family"),
    [
        ("[::1]:{s.port}", "AF_INET6"),
        ("abstract:of-{s.port}", "AF_UNIX"),
        ("./{s.port}.sock", "AF_UNIX"),
        ("127.0.0.1:{s.port+1}", "AF_INET"),
        ("{s.address}:80", "AF_INET"),
    ],
)
def test_the_family_follows_from_an_address_with_a_gap_in_it(address: str, family: str) -> None:
    made = parse(
        'placeholders = true\nstep = [{ do = "start", endpoint = "s" }]\n'
        f'[endpoint.s]\nrole = "listener"\naddress = "127.0.0.1:0"\n'
        f'[endpoint.c]\naddress = "{address}"\n[endpoint.d]\naddress = "@s"\nbind = "{address}"\n'
    )
    assert [item.family for item in made.endpoints] == ["AF_INET", family, family]
